"""The brain of a gateway: `handle(now, event)` returns orders.

The gateway drives it with the real clock, the simulator with virtual time; the same events at the same times give the
same orders.

    Arrive -> Reply (from cache, refused, shed) | Sleep (waiting for a place) | Call
    Finish -> Call (again or next target) | Sleep (before trying again) | Keep, Forget, Reply
    Wake   -> what the sleep was for
    Begin  -> nothing: the answer has begun, from now on no other target can take over
    Leave  -> nothing for this request

Whenever a place is free, the next request in the queue gets its Call in the same answer.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from archwright.policy import breaker, bucket, budget, retry, route
from archwright.policy.lanes import BATCH, REALTIME, Lanes
from archwright.policy.router import Router
from archwright.policy.rules import RouteRule, Rules

# How a request was answered.
ANSWERED = 0
CACHED = 1
DEGRADED = 2
FAILED = 3
SHED = 4
OVER_BUDGET = 5
OVER_RATE = 6
LEFT = 7
STALE = 8  # with an answer that had been kept and was too old, because no target answered
HOWS = ("answered", "cached", "degraded", "failed", "shed", "over-budget", "over-rate", "left", "stale")
# The client got an answer of some kind.
SERVED = frozenset((ANSWERED, CACHED, DEGRADED, STALE))


class Arrive(NamedTuple):
    """A request came: its id, route, tenant (-1: none), exact cache key (0: not cacheable), and the cost to reserve.

    `tokens_in` and `tokens_out` are expected; `journey` -1: none that is known; `luck` in [0, 1) may choose its target;
    `lane` is one of `lanes.LANES`.
    """

    request: int
    route: int
    tenant: int
    key: int
    cost: int
    tokens_in: int = 0
    tokens_out: int = 0
    journey: int = -1
    luck: float = 0.0
    lane: int = REALTIME


class Begin(NamedTuple):
    """The first bytes of an answer went to the client."""

    request: int


class Finish(NamedTuple):
    """An attempt ended: its outcome, its cost (pico-dollars), the target's retry-after (s), and the luck of a pause.

    Its answer began after `first_s` seconds (below 0: nobody knows).
    """

    request: int
    outcome: int
    cost: int
    retry_after: float
    luck: float
    first_s: float = -1.0


class Wake(NamedTuple):
    """A sleep is over; `ticket` is the sleep's."""

    request: int
    ticket: int


class Leave(NamedTuple):
    """The client went away. `cost` is what the attempt under way has cost (pico-dollars)."""

    request: int
    cost: int


class Call(NamedTuple):
    """Call a target; the attempt number counts from 1 over all targets; give up after `timeout_s`.

    `hop` is the target's place in the request's own order (0: its first choice).
    """

    request: int
    target: int
    attempt: int
    timeout_s: float
    hop: int = 0


class Sleep(NamedTuple):
    """Send Wake at `until`."""

    request: int
    ticket: int
    until: float


class Reply(NamedTuple):
    """Answer the client. `hop` is the target's place in the request's order (0: first choice), -1 if none answered."""

    request: int
    how: int
    hop: int
    attempts: int
    retry_after: float


class Keep(NamedTuple):
    """Store the answer of this request in a cache."""

    request: int
    cache: int
    key: int


class Forget(NamedTuple):
    """Drop an entry of a cache."""

    cache: int
    key: int


Event = Arrive | Begin | Finish | Wake | Leave
Order = Call | Sleep | Reply | Keep | Forget


class _Open:
    """A request that is not answered yet."""

    __slots__ = (
        "attempts",
        "cost",
        "deadline",
        "entered",
        "hop",
        "key",
        "lane",
        "order",
        "reserved",
        "route",
        "tenant",
        "ticket",
        "tries",
        "verdict",
        "waiting",
    )

    def __init__(self, arrive: Arrive, deadline: float, order: tuple[int, ...]) -> None:
        self.order = order
        self.route = arrive.route
        self.tenant = arrive.tenant
        self.lane = arrive.lane
        self.key = arrive.key
        self.reserved = arrive.cost
        self.deadline = deadline
        self.cost = 0
        self.hop = 0
        self.tries = 0
        self.attempts = 0
        self.ticket = 0
        self.verdict = breaker.REFUSED  # how the breaker let the call under way through; REFUSED: none is under way
        self.entered = False
        self.waiting = False


class Machine:
    """All decisions of one gateway.

    Args:
        rules: parameters of the policies.
        start: the time at which it begins (seconds, any origin; `handle` must never go back).
    """

    def __init__(self, rules: Rules, start: float = 0.0) -> None:
        self.rules = rules
        self.circuits = [breaker.closed() for _ in rules.breakers]
        self.saved = [1.0 for _ in rules.routes]
        self.spent = budget.fresh(start)
        self.tenant_spent = [budget.fresh(start) for _ in rules.tenants]
        self.tenant_level = [bucket.full(tenant.requests, start) for tenant in rules.tenants]
        self.router = Router(rules)
        self.caches: list[OrderedDict[int, float]] = [OrderedDict() for _ in rules.caches]
        self.open: dict[int, _Open] = {}
        self.lanes = Lanes(rules.gate)

    @property
    def in_flight(self) -> int:
        """Requests that hold a place."""
        return self.lanes.in_flight

    @property
    def queued(self) -> int:
        """Requests that wait for a place."""
        return self.lanes.queued

    def handle(self, now: float, event: Event) -> list[Order]:
        """The orders that follow from `event` at the time `now` (seconds). An event for an ended request has none."""
        match event:
            case Arrive():
                orders = self._arrive(now, event)
            case Finish():
                orders = self._finish(now, event)
            case Wake(request, ticket):
                orders = self._wake(now, request, ticket)
            case Leave(request, cost):
                orders = self._leave(request, cost)
            case Begin():
                return []
        while (waiting := self.lanes.next()) >= 0:
            item = self.open[waiting]
            self._enter(item)
            orders.extend(self._attempt(now, waiting, item))
        return orders

    def _arrive(self, now: float, event: Arrive) -> list[Order]:
        rule = self.rules.routes[event.route]
        if event.tenant >= 0:
            taken = bucket.take(self.rules.tenants[event.tenant].requests, self.tenant_level[event.tenant], now, 1.0)
            self.tenant_level[event.tenant] = taken.level
            if taken.wait > 0.0:
                return [Reply(event.request, OVER_RATE, -1, 0, taken.wait)]
        if rule.cache >= 0 and event.key and self._cached(now, rule.cache, event.key, 0.0):
            return [Reply(event.request, CACHED, -1, 0, 0.0)]
        if self.router.all_slow(now, rule) and self._stale(now, rule, event.key):
            return [Reply(event.request, STALE, -1, 0, 0.0)]
        if not self._reserve(now, event):
            return [Reply(event.request, OVER_BUDGET, -1, 0, 0.0)]
        order = self.router.order(now, rule, event.tokens_in, event.tokens_out, event.tenant, event.journey, event.luck)
        item = _Open(event, now + self._patience(event), order)
        self.open[event.request] = item
        self.saved[event.route] = retry.earn(rule.retries, self.saved[event.route])
        if self.lanes.free(item.lane):
            self._enter(item)
            return self._attempt(now, event.request, item)
        wait = self.lanes.patience(item.lane)
        if self.lanes.room(item.lane):
            item.waiting = True
            self.lanes.waiting[item.lane].append(event.request)
            return [self._sleep(event.request, item, min(now + wait, item.deadline))]
        return self._reply(event.request, item, SHED, wait)

    def _patience(self, event: Arrive) -> float:
        """Seconds until a request must have ended; in the batch lane the wait for a place comes on top."""
        rule = self.rules.routes[event.route]
        if event.lane != BATCH:
            return rule.deadline_s
        slowest = max(self._slower(event.lane, hop.target) for hop in rule.hops)
        return self.rules.gate.batch_wait_s + rule.deadline_s * slowest

    def _slower(self, lane: int, target: int) -> float:
        return self.rules.slower[target] if lane == BATCH and self.rules.slower else 1.0

    def _cached(self, now: float, cache: int, key: int, stale_s: float) -> bool:
        """Whether the cache has an answer that is at most `stale_s` too old."""
        kept = self.caches[cache]
        if key not in kept or now - kept[key] >= self.rules.caches[cache].ttl_s + stale_s:
            return False
        kept.move_to_end(key)
        return True

    def _stale(self, now: float, rule: RouteRule, key: int) -> bool:
        """Whether the route's cache has an answer that is too old and may be given all the same."""
        return rule.stale_s > 0.0 and rule.cache >= 0 and key != 0 and self._cached(now, rule.cache, key, rule.stale_s)

    def _reserve(self, now: float, event: Arrive) -> bool:
        ours = budget.reserve(self.rules.cap, self.spent, now, event.cost)
        if not ours.granted:
            self.spent = ours.spent
            return False
        if event.tenant >= 0:
            theirs = budget.reserve(
                self.rules.tenants[event.tenant].cap, self.tenant_spent[event.tenant], now, event.cost
            )
            self.tenant_spent[event.tenant] = theirs.spent
            if not theirs.granted:
                return False
        self.spent = ours.spent
        return True

    def _enter(self, item: _Open) -> None:
        item.waiting = False
        item.entered = True
        item.ticket += 1
        self.lanes.held[item.lane] += 1

    def _attempt(self, now: float, request: int, item: _Open) -> list[Order]:
        """Call the next target whose breaker lets us; when there is none, go down the ladder."""
        rule = self.rules.routes[item.route]
        while item.hop < len(item.order) and now < item.deadline:
            hop = rule.hops[item.order[item.hop]]
            admission = breaker.admit(self.rules.breakers[hop.target], self.circuits[hop.target], now)
            self.circuits[hop.target] = admission.circuit
            if admission.verdict != breaker.REFUSED:
                item.verdict = admission.verdict
                item.tries += 1
                item.attempts += 1
                self.router.begun(hop.target)
                patience = min(hop.timeout_s * self._slower(item.lane, hop.target), item.deadline - now)
                return [Call(request, hop.target, item.attempts, patience, item.hop)]
            item.hop += 1
            item.tries = 0
        if self._stale(now, rule, item.key):
            return self._reply(request, item, STALE, 0.0)
        return self._reply(request, item, DEGRADED if rule.degrades else FAILED, 0.0)

    def _finish(self, now: float, event: Finish) -> list[Order]:
        item = self.open.get(event.request)
        if item is None or item.verdict == breaker.REFUSED:
            return []
        rule = self.rules.routes[item.route]
        hop = rule.hops[item.order[item.hop]]
        self.router.ended(hop.target, now, event.first_s)
        self.circuits[hop.target] = breaker.record(
            self.rules.breakers[hop.target], self.circuits[hop.target], now, item.verdict, route.good(event.outcome)
        )
        item.verdict = breaker.REFUSED
        item.cost += event.cost
        saved = self.saved[item.route]
        may_retry = retry.allowed(rule.retries, saved)
        step = route.after(
            hop, item.tries, event.outcome, item.deadline - now, event.retry_after, may_retry, event.luck
        )
        if step.action == route.DONE:
            return [*self._keep(now, event.request, item), *self._reply(event.request, item, ANSWERED, 0.0)]
        if step.action == route.STOP:
            return self._reply(event.request, item, FAILED, 0.0)
        if step.action == route.AGAIN:
            self.saved[item.route] = retry.spend(rule.retries, saved)
            return [self._sleep(event.request, item, now + step.pause)]
        item.hop += 1
        item.tries = 0
        return self._attempt(now, event.request, item)

    def _wake(self, now: float, request: int, ticket: int) -> list[Order]:
        item = self.open.get(request)
        if item is None or item.ticket != ticket or item.verdict != breaker.REFUSED:
            return []
        if item.waiting:
            return self._reply(request, item, SHED, self.lanes.patience(item.lane))
        return self._attempt(now, request, item)

    def _leave(self, request: int, cost: int) -> list[Order]:
        item = self.open.get(request)
        if item is None:
            return []
        if item.verdict != breaker.REFUSED:
            target = self.rules.routes[item.route].hops[item.order[item.hop]].target
            self.router.ended(target, 0.0, -1.0)
            self.circuits[target] = breaker.release(self.circuits[target], item.verdict)
        item.cost += cost
        self._end(request, item)
        return []

    def _sleep(self, request: int, item: _Open, until: float) -> Sleep:
        item.ticket += 1
        return Sleep(request, item.ticket, until)

    def _keep(self, now: float, request: int, item: _Open) -> list[Order]:
        cache = self.rules.routes[item.route].cache
        if cache < 0 or not item.key:
            return []
        kept = self.caches[cache]
        kept[item.key] = now
        kept.move_to_end(item.key)
        orders: list[Order] = [Keep(request, cache, item.key)]
        while len(kept) > self.rules.caches[cache].entries:
            oldest, _ = kept.popitem(last=False)
            orders.append(Forget(cache, oldest))
        return orders

    def _reply(self, request: int, item: _Open, how: int, retry_after: float) -> list[Order]:
        self._end(request, item)
        return [Reply(request, how, item.hop if how == ANSWERED else -1, item.attempts, retry_after)]

    def _end(self, request: int, item: _Open) -> None:
        """Settle the money of a request and free its place."""
        del self.open[request]
        self.spent = budget.settle(self.spent, item.reserved, item.cost)
        if item.tenant >= 0:
            self.tenant_spent[item.tenant] = budget.settle(self.tenant_spent[item.tenant], item.reserved, item.cost)
        if item.waiting:
            self.lanes.waiting[item.lane].remove(request)
        if item.entered:
            self.lanes.held[item.lane] -= 1
