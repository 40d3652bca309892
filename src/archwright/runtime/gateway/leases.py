"""Workers lease the limits that they share: four times a second each gets as much of every limit as it has use for.

The workers and the process that started them share a table of numbers. A worker writes what it uses, wants and holds;
the parent deals out (`policy.lease`); the worker goes by what it was granted. Until the first time, and with a record
or after another plan with other limits, each has an equal part (`shares`).
"""

from __future__ import annotations

import asyncio
import mmap
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, BinaryIO, Final, NamedTuple, Protocol, cast

from archwright.plan.model import Plan
from archwright.plan.rules import rules
from archwright.policy.bucket import Bucket
from archwright.policy.lanes import BATCH, REALTIME
from archwright.policy.lease import Part, allot
from archwright.policy.machine import Machine
from archwright.policy.rules import Rules
from archwright.policy.state import State
from archwright.runtime.gateway.brain import Asked

TICK_S: Final = 0.25
MICRO: Final = 1_000_000  # rates are counted in millionths a second
FRESH: Final = 0.5  # weight of the last tick in what is wanted
LIMIT, USED, WANTS, HELD, GRANT, HEARD = range(6)
FIELDS: Final = 6


class Driven(Protocol):
    """Who drives a machine: what is recorded of it, what it is asked for, and how those who wait go on."""

    machine: Machine
    record: BinaryIO | None
    asked: list[Asked]

    def advance(self) -> None:
        """Let those who wait go on."""


class Limit(NamedTuple):
    """One limit: how much in all, what of it is used, what was asked for in a tick, and how a part of it is applied."""

    whole: int
    used: Callable[[], int]
    asked: Callable[[], int]
    apply: Callable[[int], None]


class Table:
    """The numbers that workers and their parent share. It is made before the workers are."""

    def __init__(self, workers: int, limits: int) -> None:
        self.workers = workers
        self.limits = limits
        self._cells = memoryview(mmap.mmap(-1, max(8, 8 * workers * limits * FIELDS))).cast("q")

    def get(self, limit: int, worker: int, field: int) -> int:
        """A number of a worker about a limit."""
        return self._cells[(limit * self.workers + worker) * FIELDS + field]

    def put(self, limit: int, worker: int, field: int, value: int) -> None:
        """Write it."""
        self._cells[(limit * self.workers + worker) * FIELDS + field] = value

    def deal(self) -> None:
        """Grant every worker its parts. A limit that some worker does not share (yet) stays as it is."""
        everybody = range(self.workers)
        for limit in range(self.limits):
            whole = min(self.get(limit, worker, LIMIT) for worker in everybody)
            if whole <= 0:
                continue
            parts = [self._part(limit, worker) for worker in everybody]
            for worker, grant in enumerate(allot(whole, parts)):
                self.put(limit, worker, GRANT, grant)

    def _part(self, limit: int, worker: int) -> Part:
        heard, grant = self.get(limit, worker, HEARD), self.get(limit, worker, GRANT)
        used, wants, held = (self.get(limit, worker, field) for field in (USED, WANTS, HELD))
        return Part(used, wants, held, grant, int(heard == grant))


def dealing(table: Table | None) -> None:
    """Deal out for as long as this process lives, in a thread of its own; nothing without a table."""
    if table is None:
        return

    def deal() -> None:
        while True:
            time.sleep(TICK_S)
            table.deal()

    threading.Thread(target=deal, name="leases", daemon=True).start()


def counted(plan: Plan) -> int:
    """How many limits the workers of a plan share."""
    law = rules(plan)
    return sum(1 for _ in _sizes(law))


class Lease:
    """A worker's side of the table."""

    def __init__(self, table: Table, worker: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.table = table
        self.worker = worker
        self.clock = clock
        self.limits: list[Limit] = []
        self.wants: list[float] = []
        self.asked: list[Asked] = []
        self.advance: Callable[[], None] = lambda: None

    def attach(self, brain: Driven, plan: Plan) -> None:
        """Go by the table from now on: `brain` decides by an equal part of what the whole `plan` says."""
        law = rules(plan)
        state = brain.machine.state
        self.asked = [Asked() for _ in range(1 + len(law.tenants))]
        limits = list(_limits(law, state, self.asked, self.clock))
        if len(limits) != self.table.limits or brain.record is not None:
            self._leave()
            return
        self.limits, self.wants, self.advance = limits, [0.0] * len(limits), brain.advance
        brain.asked = self.asked
        for at, limit in enumerate(limits):
            part = self.table.get(at, self.worker, GRANT) or max(1, limit.whole // self.table.workers)
            limit.apply(part)
            self.table.put(at, self.worker, HELD, max(part, limit.used()))
            self.table.put(at, self.worker, HEARD, part)
            self.table.put(at, self.worker, GRANT, part)
            self.table.put(at, self.worker, LIMIT, limit.whole)

    def tick(self) -> None:
        """Go by what was granted, and say what is used, wanted and held."""
        table, worker = self.table, self.worker
        for at, limit in enumerate(self.limits):
            used, grant = limit.used(), table.get(at, worker, GRANT)
            limit.apply(grant)
            self.wants[at] += FRESH * (limit.asked() - self.wants[at])
            table.put(at, worker, USED, used)
            table.put(at, worker, WANTS, round(self.wants[at]))
            table.put(at, worker, HELD, max(grant, used))
            table.put(at, worker, HEARD, grant)
        for item in self.asked:
            item.requests = item.tokens = item.cost = 0
        self.advance()

    async def run(self) -> None:
        """Tick until it is cancelled."""
        while True:
            await asyncio.sleep(TICK_S)
            self.tick()

    def _leave(self) -> None:
        """Share nothing any more."""
        self.limits = []
        for at in range(self.table.limits):
            self.table.put(at, self.worker, LIMIT, 0)


def _sizes(law: Rules) -> Iterator[int]:
    """The limits of a gateway that workers share, each in all: places, money, then of each tenant, then what is bought.

    A budget is in pico-dollars, a rate in millionths a second.
    """
    yield law.gate.concurrency
    if law.cap.limit:
        yield law.cap.limit
    for tenant in law.tenants:
        yield from (size for size in (tenant.cap.limit, tenant.concurrent) if size)
        yield from (round(bucket.rate * MICRO) for bucket in (tenant.requests, tenant.tokens) if bucket.rate)
    yield from (round(bucket.rate * MICRO) for bucket in law.provisioned if bucket.rate)


def _limits(law: Rules, state: State, asked: list[Asked], clock: Callable[[], float]) -> Iterator[Limit]:
    """The same, as a worker's machine has them."""
    yield _places(law, state, asked[0])
    if law.cap.limit:
        yield _money(law.cap.limit, state, 0, asked[0], clock)
    for at, tenant in enumerate(law.tenants):
        mine = asked[1 + at]
        if tenant.cap.limit:
            yield _money(tenant.cap.limit, state, 1 + at, mine, clock)
        if tenant.concurrent:
            yield _present(tenant.concurrent, state, at, mine)
        if tenant.requests.rate:
            yield _rate(tenant.requests, state.law.requests, at, partial(getattr, mine, "requests"))
        if tenant.tokens.rate:
            yield _rate(tenant.tokens, state.law.tokens, at, partial(getattr, mine, "tokens"))
    for at, bucket in enumerate(law.provisioned):
        if bucket.rate:
            yield _rate(bucket, state.law.provisioned, at, partial(getattr, asked[0], "tokens"))


def _places(law: Rules, state: State, asked: Asked) -> Limit:
    desk, batch = state.desk, law.gate.batch_places

    def apply(part: int) -> None:
        before = state.law.concurrency
        _put(state.law, concurrency=part)
        _put(state.law.lanes[REALTIME], places=part)
        _put(state.law.lanes[BATCH], places=max(1, batch * part // law.gate.concurrency) if batch else 0)
        desk.limit = max(1.0, desk.limit * part / before)

    def wanted() -> int:
        """Those that are here, and where there is no place left those that came and were sent away."""
        here = desk.in_flight + desk.waiting
        return here + asked.requests if desk.in_flight >= int(desk.limit) else here

    return Limit(law.gate.concurrency, lambda: desk.in_flight, wanted, apply)


def _money(whole: int, state: State, account: int, asked: Asked, clock: Callable[[], float]) -> Limit:
    spent, cap = state.spent[account], state.law.caps[account]

    def used() -> int:
        """What a new period has forgotten is not used, even if nobody has asked since."""
        over = clock() >= spent.since + cap.period_s
        return spent.reserved + (0 if over else spent.settled)

    return Limit(whole, used, lambda: asked.cost, lambda part: _swap(state.law.caps, account, limit=part))


def _present(whole: int, state: State, tenant: int, asked: Asked) -> Limit:
    row = state.law.tenants[tenant]

    def wanted() -> int:
        here = state.present[tenant]
        return here + asked.requests if here >= row.concurrent else here

    return Limit(whole, lambda: state.present[tenant], wanted, lambda part: _put(row, concurrent=part))


def _rate(bucket: Bucket, table: Sequence[Bucket], at: int, asked: Callable[[], int]) -> Limit:
    whole = round(bucket.rate * MICRO)

    def apply(part: int) -> None:
        _swap(table, at, rate=part / MICRO, burst=max(1.0, bucket.burst * part / whole))

    return Limit(whole, lambda: 0, asked, apply)


def _put(row: object, **values: float) -> None:
    """Change a row of a law in place."""
    for name, value in values.items():
        setattr(row, name, value)


def _swap(table: Sequence[Any], at: int, **values: float) -> None:
    """Put a changed row into a table of a law, which is a list in a machine for Python."""
    rows = cast(list[Any], table)
    rows[at] = rows[at]._replace(**values)
