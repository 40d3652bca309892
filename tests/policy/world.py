"""A small world around a machine: clients that come and leave, targets that answer as they are told, a clock."""

from __future__ import annotations

import heapq
from itertools import count
from typing import NamedTuple

from archwright.policy import machine, route
from archwright.policy.breaker import Breaker
from archwright.policy.bucket import Bucket
from archwright.policy.budget import Cap
from archwright.policy.machine import Arrive, Begin, Call, Event, Finish, Leave, Machine, Order, Reply, Sleep, Wake
from archwright.policy.retry import RetryBudget
from archwright.policy.route import Hop
from archwright.policy.rules import CacheRule, Gate, RouteRule, Rules, TenantRule
from archwright.policy.state import NOBODY, PRIORITIES


class Client(NamedTuple):
    """A request: the pause before it, its route, tenant, key and cost, and when it leaves again (0: never)."""

    pause: float
    route: int
    tenant: int
    key: int
    cost: int
    patience: float


class Answer(NamedTuple):
    """What a call comes to, after which time, at what cost. It is not waited for beyond the call's timeout."""

    outcome: int
    after: float
    cost: int
    retry_after: float
    luck: float


GATE = Gate(2, 3, 4.0)
BREAKER = Breaker(3, 10.0, 1)
NO_CAP = Cap(0, 1000.0)
CACHE = CacheRule(30.0, 3)


def rules(
    *,
    gate: Gate = GATE,
    hops: int = 2,
    attempts: int = 2,
    timeout: float = 5.0,
    deadline: float = 12.0,
    breaker: Breaker = BREAKER,
    ratio: float = 0.5,
    cap: Cap = NO_CAP,
    tenants: tuple[TenantRule, ...] = (TenantRule(Cap(0, 1000.0), Bucket(0.0, 1.0)),),
    cache: CacheRule = CACHE,
) -> Rules:
    """Two routes over the same targets: the first with a cache, the second with a canned answer."""
    way = tuple(Hop(target, attempts, timeout, 0.5, 2.0) for target in range(hops))
    return Rules(
        gate=gate,
        routes=(
            RouteRule(way, deadline, 0, False, RetryBudget(ratio, 10.0)),
            RouteRule(way[::-1], deadline, -1, True, RetryBudget(ratio, 10.0)),
        ),
        breakers=(breaker,) * hops,
        caches=(cache,),
        cap=cap,
        tenants=tenants,
    )


class World:
    """Runs clients against a machine to the end, checks it after each event, and keeps everything that was said."""

    def __init__(self, law: Rules, clients: list[Client], answers: list[Answer]) -> None:
        self.machine = Machine(law)
        self.law = law
        self.clients = clients
        self.answers = answers
        self.heap: list[tuple[float, int, Event]] = []
        self.order = count()
        self.now = 0.0
        self.told: list[tuple[float, Event]] = []
        self.said: list[tuple[float, Order]] = []
        self.calls: dict[int, tuple[Call, Answer]] = {}
        self.called = 0
        self.came: dict[int, float] = {}
        self.ended: set[int] = set()
        self.queued: list[int] = []

    def send(self, at: float, event: Event) -> None:
        heapq.heappush(self.heap, (at, next(self.order), event))

    def run(self) -> World:
        at = 0.0
        for request, client in enumerate(self.clients):
            at += client.pause
            self.send(at, Arrive(request, client.route, client.tenant, client.key, client.cost))
            if client.patience > 0:
                self.send(at + client.patience, Leave(request, 1))
        while self.heap:
            self.now, _, event = heapq.heappop(self.heap)
            self.tell(event)
        return self

    def tell(self, event: Event) -> None:
        over = event.request in self.ended
        if isinstance(event, Arrive):
            self.came[event.request] = self.now
        waiting = in_queue(self.machine)
        self.told.append((self.now, event))
        if isinstance(event, Finish):
            self.calls.pop(event.request, None)
        orders = self.machine.handle(self.now, event)
        if isinstance(event, Leave) and not over:
            self.ended.add(event.request)
            self.calls.pop(event.request, None)
        assert not (over and any(getattr(order, "request", -1) == event.request for order in orders))
        self.check_queue(waiting, orders, event)
        for order in orders:
            self.said.append((self.now, order))
            self.follow(order)
        self.check()

    def follow(self, order: Order) -> None:
        match order:
            case Call(request):
                assert request not in self.ended
                assert request not in self.calls, "two calls at once"
                assert order.timeout_s > 0
                assert self.now + order.timeout_s <= self.came[request] + self.deadline(request) + 1e-9
                answer = self.answers[self.called % len(self.answers)]
                self.called += 1
                if answer.after > order.timeout_s:
                    answer = Answer(route.TIMEOUT, order.timeout_s, answer.cost, 0.0, answer.luck)
                elif answer.outcome in (route.OK, route.CUT):
                    self.send(self.now + answer.after / 2, Begin(request))
                self.calls[request] = (order, answer)
                self.send(
                    self.now + answer.after,
                    Finish(request, answer.outcome, answer.cost, answer.retry_after, answer.luck),
                )
            case Sleep(request, ticket, until):
                assert until >= self.now
                self.send(until, Wake(request, ticket))
            case Reply(request):
                assert request not in self.ended, "two replies"
                assert self.now <= self.came[request] + self.deadline(request) + 1e-9
                self.ended.add(request)
            case _:
                pass

    def deadline(self, request: int) -> float:
        return self.law.routes[self.clients[request].route].deadline_s

    def check_queue(self, waiting: list[int], orders: list[Order], event: Event) -> None:
        """Those who got a place from the queue are its first ones, in order."""
        left = [request for request in waiting if request not in in_queue(self.machine)]
        got_place = [request for request in left if request != event.request]
        others = [request for request in waiting if request != event.request]
        assert self.law.gate.fair or got_place == others[: len(got_place)]
        assert all(isinstance(order, Call | Reply | Sleep | machine.Keep | machine.Forget) for order in orders)

    def check(self) -> None:
        brain = self.machine
        assert 0 <= brain.in_flight <= self.law.gate.concurrency
        queue, under_way = in_queue(brain), [brain.slot(request) for request in brain.open]
        assert brain.queued == len(queue) <= self.law.gate.queue
        assert brain.in_flight == sum(item.entered for item in under_way)
        assert all(item.open for item in under_way)
        assert sorted(queue) == sorted(request for request in brain.open if brain.slot(request).waiting)
        assert not queue or brain.in_flight >= int(brain.state.desk.limit)
        assert len(brain.state.shares) == 1 or sum(brain.state.shares) == sum(
            item.tokens_in + item.tokens_out + 1 for item in under_way if item.entered
        )
        assert brain.state.present == [sum(item.tenant == 0 for item in under_way)]
        assert brain.spent.reserved == sum(item.reserved for item in under_way)
        assert free_slots(brain) == len(brain.state.slots) - len(brain.open)
        for kept, rule in zip(brain.caches, self.law.caches, strict=True):
            assert len(kept.held) <= rule.entries


def in_queue(brain: Machine, lane: int = 0) -> list[int]:
    """The requests that wait in a lane, those who came first in front; all chains are sound in both directions."""
    requests = {slot: request for request, slot in brain.open.items()}
    state = brain.state
    lines = PRIORITIES * state.law.groups
    found: list[int] = []
    for line in state.lines[lane * lines : (lane + 1) * lines]:
        before, slot = NOBODY, line.first
        while slot != NOBODY:
            assert state.slots[slot].before == before
            found.append(slot)
            before, slot = slot, state.slots[slot].behind
        assert line.last == before
    return [requests[slot] for slot in sorted(found, key=lambda slot: state.slots[slot].turn)]


def free_slots(brain: Machine) -> int:
    """How many slots can be taken."""
    count, slot = 0, brain.state.desk.free
    while slot != NOBODY:
        assert not brain.state.slots[slot].open
        count, slot = count + 1, brain.state.slots[slot].behind
    return count
