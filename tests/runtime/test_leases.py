"""Two workers that share limits: one that has nearly all of the work gets nearly all of every limit, and no more."""

from __future__ import annotations

from typing import Any, BinaryIO

from msgspec.structs import replace

from archwright.plan import model as m
from archwright.plan.rules import rules
from archwright.policy import route
from archwright.policy.machine import ANSWERED, Arrive, Call, Finish, Leave, Machine, Reply
from archwright.runtime.gateway.brain import Asked
from archwright.runtime.gateway.leases import TICK_S, Lease, Table, counted
from archwright.runtime.gateway.shares import share
from tests.runtime.sample import plan

TENANT = m.Tenant("shop", 1.0, 4_000_000, 20.0, 4000.0, 30)


def shared(tenants: tuple[m.Tenant, ...] = (), **gateway: Any) -> m.Plan:
    """A plan with these limits; its places are a hundred."""
    made = plan()
    return replace(made, tenants=tenants, gateway=replace(made.gateway, concurrency=100, queue=0, **gateway))


class Worker:
    """A machine in virtual time with its side of the table."""

    def __init__(self, made: m.Plan, table: Table, number: int) -> None:
        self.now = 0.0
        self.machine = Machine(rules(share(made, table.workers)))
        self.record: BinaryIO | None = None
        self.asked: list[Asked] = []
        self.number = number * 10**6
        self.open: list[int] = []
        self.lease = Lease(table, number, lambda: self.now)
        self.lease.attach(self, made)

    def advance(self) -> None:
        """Nobody waits here."""

    def ask(self, cost: int = 0, tokens: int = 0) -> bool:
        """Whether a request is let in."""
        self.number += 1
        tenant = 0 if len(self.asked) > 1 else -1
        for item in self.asked[: 2 + tenant]:
            item.requests += 1
            item.tokens += tokens
            item.cost += cost
        (order,) = self.machine.handle(self.now, Arrive(self.number, 0, tenant, 0, cost, tokens))
        if isinstance(order, Call):
            self.open.append(self.number)
        return isinstance(order, Call)

    def answer(self, cost: int = 0) -> None:
        """The request that came first is answered."""
        (reply,) = self.machine.handle(self.now, Finish(self.open.pop(0), route.OK, cost, 0.0, 0.0))
        assert isinstance(reply, Reply)
        assert reply.how == ANSWERED


def two(made: m.Plan) -> tuple[Table, Worker, Worker]:
    """Two workers and their table."""
    table = Table(2, counted(made))
    return table, Worker(made, table, 0), Worker(made, table, 1)


def ticks(table: Table, *workers: Worker) -> None:
    """A quarter of a second has passed."""
    for worker in workers:
        worker.now += TICK_S
        worker.lease.tick()
    table.deal()


def test_places_go_where_requests_come_and_come_back() -> None:
    table, busy, idle = two(shared())
    for worker in (busy, idle) * 8:
        while len(worker.open) < (300 if worker is busy else 1) and worker.ask():
            assert len(busy.open) + len(idle.open) <= 100
        ticks(table, busy, idle)
    assert len(busy.open) >= 90
    assert len(idle.open) == 1
    assert idle.ask(), "whoever had no use for places has some to begin with"
    while busy.open:
        busy.answer()
    for _ in range(12):
        while idle.ask():
            assert len(busy.open) + len(idle.open) <= 100
        ticks(table, busy, idle)
    assert len(idle.open) >= 90


def test_a_tenant_has_all_of_its_rate_with_one_worker() -> None:
    table, busy, idle = two(shared((replace(TENANT, budget=0, concurrent=0, token_rate=0.0),)))
    burst = rules(shared((TENANT,))).tenants[0].requests.burst
    let_in = 0
    for tick in range(160):
        for _ in range(20):
            let_in += busy.ask()
            if busy.open:
                busy.answer()
        ticks(table, busy, idle)
        assert let_in <= burst + 20.0 * (tick + 1) * TICK_S + 1, "never more than one process would let in"
    assert let_in >= 0.9 * 20.0 * 160 * TICK_S


def test_a_budget_is_spent_by_whoever_has_use_for_it_and_not_overspent() -> None:
    table, busy, idle = two(shared((replace(TENANT, request_rate=0.0, concurrent=0, token_rate=0.0),)))
    limit = rules(shared((TENANT,))).tenants[0].cap.limit
    spent = 0
    for _ in range(100):
        for _ in range(20):
            if busy.ask(cost=limit // 400):
                spent += limit // 400
                busy.answer(limit // 400)
        ticks(table, busy, idle)
        assert spent <= limit
    assert spent >= 0.9 * limit


def test_requests_at_once_of_a_tenant_and_its_tokens_follow_too() -> None:
    table, busy, idle = two(shared((replace(TENANT, request_rate=0.0, budget=0),)))
    for _ in range(8):
        while busy.ask(tokens=1):
            assert len(busy.open) <= 30
        ticks(table, busy, idle)
    assert len(busy.open) >= 27
    busy.machine.handle(busy.now, Leave(busy.open[0], 0))


def test_what_does_not_fit_the_table_keeps_to_equal_parts() -> None:
    table, busy, idle = two(shared())
    more = shared((TENANT,))
    other = Worker(more, table, 1)
    assert other.asked == []
    for _ in range(8):
        while busy.ask():
            pass
        ticks(table, busy)
    assert len(busy.open) == 50
    assert idle.machine.state.law.concurrency == 50


def test_another_plan_goes_on_with_the_part_that_a_worker_had() -> None:
    made = shared()
    table, busy, idle = two(made)
    for _ in range(8):
        while busy.ask():
            pass
        ticks(table, busy, idle)
    had = busy.machine.state.law.concurrency
    assert had >= 90
    busy.machine = Machine(rules(share(made, 2)), busy.now)
    busy.lease.attach(busy, made)
    assert busy.machine.state.law.concurrency == had
    smaller = replace(made, gateway=replace(made.gateway, concurrency=40))
    for worker in (busy, idle):
        worker.machine = Machine(rules(share(smaller, 2)), worker.now)
        worker.lease.attach(worker, smaller)
    for _ in range(4):
        ticks(table, busy, idle)
    assert busy.machine.state.law.concurrency + idle.machine.state.law.concurrency <= 40
