"""A machine for those who name requests by ids of their own: `handle(now, event)` returns orders.

    Arrive -> Reply (from cache, refused, shed) | Sleep (waiting for a place) | Call, and a Copy of it beside
    Finish -> Call (again or next target) | Sleep (before trying again) | Cancel, Keep, Forget, Reply
    Wake   -> what the sleep was for
    Begin  -> Cancel of a call beside; from now on no other target can take over
    Leave  -> nothing for this request
    Copied -> nothing

Whenever a place is free, the next request in the queue gets its Call in the same answer. What is decided is decided in
`decide`; here requests get their slots, and keys of caches the times at which their answers were kept. Who needs no
events and orders as tuples drives `decide` with these slots and reads `state.orders`: `take`, an event, `settled`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from archwright.policy import decide
from archwright.policy.breaker import Circuit
from archwright.policy.budget import Spent
from archwright.policy.kept import Kept
from archwright.policy.lanes import REALTIME
from archwright.policy.law import written
from archwright.policy.rules import Rules
from archwright.policy.state import (
    ANSWERED,
    CACHED,
    CALL,
    CANCEL,
    COPY,
    DEGRADED,
    FAILED,
    HOWS,
    LEFT,
    OVER_BUDGET,
    OVER_RATE,
    REPLY,
    SHED,
    SLEEP,
    STALE,
    Arrival,
    Ended,
    Slot,
    begun,
    grow,
)

__all__ = (
    "ANSWERED",
    "CACHED",
    "DEGRADED",
    "FAILED",
    "HOWS",
    "LEFT",
    "OVER_BUDGET",
    "OVER_RATE",
    "SERVED",
    "SHED",
    "STALE",
    "Arrive",
    "Begin",
    "Call",
    "Cancel",
    "Copied",
    "Copy",
    "Event",
    "Finish",
    "Forget",
    "Keep",
    "Leave",
    "Machine",
    "Order",
    "Reply",
    "Sleep",
    "Wake",
)

# The client got an answer of some kind.
SERVED = frozenset((ANSWERED, CACHED, DEGRADED, STALE))
SLOTS = 64  # to begin with; twice as many whenever they are all taken


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
    """The first bytes of an answer went to the client; `attempt` 0: of the only one under way."""

    request: int
    attempt: int = 0


class Finish(NamedTuple):
    """An attempt ended: its outcome, its cost (pico-dollars), the target's retry-after (s), and the luck of a pause.

    Its answer began after `first_s` seconds (below 0: nobody knows). `attempt` 0: the only one under way.
    """

    request: int
    outcome: int
    cost: int
    retry_after: float
    luck: float
    first_s: float = -1.0
    attempt: int = 0


class Wake(NamedTuple):
    """A sleep is over; `ticket` is the sleep's."""

    request: int
    ticket: int


class Leave(NamedTuple):
    """The client went away. `cost` is what the attempts under way have cost (pico-dollars); they say nothing more."""

    request: int
    cost: int


class Copied(NamedTuple):
    """A copy of a request has ended; `reserved` and `cost` in pico-dollars."""

    request: int
    route: int
    tenant: int
    reserved: int
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


class Cancel(NamedTuple):
    """Give up a call; its Finish says what it has cost, also where the request has been answered by then."""

    request: int
    attempt: int


class Copy(NamedTuple):
    """Call a target with a copy of a request, give up after `timeout_s`, and send Copied when it has ended."""

    request: int
    target: int
    reserved: int
    timeout_s: float


Event = Arrive | Begin | Finish | Wake | Leave | Copied
Order = Call | Sleep | Reply | Keep | Forget | Cancel | Copy


class Machine:
    """All decisions of one gateway.

    Args:
        rules: parameters of the policies.
        start: the time at which it begins (seconds, any origin; `handle` must never go back).
        filled: the share of their bursts that limits have saved up by then (0 to 1).
    """

    def __init__(self, rules: Rules, start: float = 0.0, filled: float = 1.0) -> None:
        self.rules = rules
        self.state = begun(written(rules), rules, start, SLOTS, filled=filled)
        self.caches = [Kept(cache.entries, cache.ttl_s) for cache in rules.caches]
        self.open: dict[int, int] = {}  # the slot of each request
        self.requests = [0] * SLOTS  # the request of each slot
        self._keys = [0] * SLOTS
        self._caches = [-1] * SLOTS

    def recall(self, since: float, spent: Sequence[int]) -> None:
        """Begin with what was spent before: in all, then by each tenant, in the period that began at `since`."""
        for account, settled in zip(self.state.spent, spent, strict=True):
            account.settled, account.since = settled, since

    @property
    def in_flight(self) -> int:
        """Requests that hold a place."""
        return self.state.desk.in_flight

    @property
    def queued(self) -> int:
        """Requests that wait for a place."""
        return self.state.desk.waiting

    @property
    def held(self) -> list[int]:
        """Requests that hold a place, by lane."""
        return [lane.held for lane in self.state.lanes]

    @property
    def waiting(self) -> list[int]:
        """Requests that wait for a place, by lane."""
        return [lane.waiting for lane in self.state.lanes]

    @property
    def circuits(self) -> list[Circuit]:
        """The circuits of all targets."""
        return self.state.circuits

    @property
    def spent(self) -> Spent:
        """What the gateway has spent."""
        return self.state.spent[0]

    @property
    def tenant_spent(self) -> list[Spent]:
        """What each tenant has spent."""
        return self.state.spent[1:]

    def slot(self, request: int) -> Slot:
        """What is known of a request that is under way."""
        return self.state.slots[self.open[request]]

    def handle(self, now: float, event: Event) -> list[Order]:
        """The orders that follow from `event` at the time `now` (seconds). An event for an ended request has none."""
        if isinstance(event, Arrive):
            self._arrive(now, event)
        elif isinstance(event, Copied):
            decide.copied(self.state, *event[1:])
        else:
            slot = self.open.get(event.request)
            if slot is None:
                self.state.desk.orders = 0
            elif isinstance(event, Finish):
                decide.finish(self.state, now, Ended(slot, *event[1:]))
                self.settled(slot)
            elif isinstance(event, Begin):
                decide.begin(self.state, now, slot, event.attempt)
            elif isinstance(event, Wake):
                decide.wake(self.state, now, slot, event.ticket)
            else:
                decide.leave(self.state, now, slot, event.cost)
                self.settled(slot)
        orders: list[Order] = []
        self._read(now, orders)
        while self.state.desk.waiting and decide.advance(self.state, now):
            self._read(now, orders)
        return orders

    def take(self, request: int, route: int, key: int) -> int:
        """A slot for a request that is about to arrive."""
        slot = decide.take(self.state)
        if slot < 0:
            more = len(self.requests)
            grow(self.state, more)
            self.requests += [0] * more
            self._keys += [0] * more
            self._caches += [-1] * more
            slot = decide.take(self.state)
        self.open[request] = slot
        self.requests[slot] = request
        self._keys[slot] = key
        self._caches[slot] = self.state.law.routes[route].cache if key else -1
        return slot

    def age(self, now: float, slot: int) -> float:
        """How long ago (seconds) the answer to a slot's key was kept; -1.0: there is none."""
        cache = self._caches[slot]
        return self.caches[cache].age(now, self._keys[slot]) if cache >= 0 else -1.0

    def used(self, slot: int) -> None:
        """The answer to a slot's key was given."""
        self.caches[self._caches[slot]].use(self._keys[slot])

    def keep(self, now: float, slot: int, cache: int, key: int) -> list[int]:
        """Keep the answer to a slot's request, worth all that it cost; the keys whose answers are dropped for it."""
        return self.caches[cache].keep(now, key, self.state.slots[slot].cost)

    def settled(self, slot: int) -> None:
        """A slot that is free again has no request."""
        if not self.state.slots[slot].open:
            self.open.pop(self.requests[slot], None)

    def _arrive(self, now: float, event: Arrive) -> None:
        request, route, tenant, key, cost, tokens_in, tokens_out, journey, luck, lane = event
        slot = self.take(request, route, key)
        age = self.age(now, slot)
        given = Arrival(slot, route, tenant, key, cost, tokens_in, tokens_out, journey, luck, lane, age)
        decide.arrive(self.state, now, given)

    def _read(self, now: float, orders: list[Order]) -> None:
        """What was ordered, in the ids of those who ask."""
        for place in range(self.state.desk.orders):
            order = self.state.orders[place]
            request = self.requests[order.slot]
            if order.kind == CALL:
                orders.append(Call(request, order.target, order.attempt, order.seconds, order.hop))
            elif order.kind == REPLY:
                if order.how in (CACHED, STALE):
                    self.used(order.slot)
                self.settled(order.slot)
                orders.append(Reply(request, order.how, order.hop, order.attempt, order.seconds))
            elif order.kind == SLEEP:
                orders.append(Sleep(request, order.ticket, order.seconds))
            elif order.kind == CANCEL:
                orders.append(Cancel(request, order.attempt))
            elif order.kind == COPY:
                orders.append(Copy(request, order.target, order.key, order.seconds))
            else:
                orders.append(Keep(request, order.target, order.key))
                dropped = self.keep(now, order.slot, order.target, order.key)
                orders += [Forget(order.target, key) for key in dropped]
