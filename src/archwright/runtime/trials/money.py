"""Many random requests through the real gateway, and its ledger held against the supplier's own bill, call by call."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from archwright.base.numbers import percentile
from archwright.ledger.balance import moment
from archwright.ledger.rows import Attempt, Request, Row, decode
from archwright.plan.model import Plan, encode
from archwright.runtime import children
from archwright.runtime.emulator.bill import Charged
from archwright.runtime.gateway.setup import Setup, Upstream
from archwright.runtime.providers import stand_in
from archwright.runtime.trials.small import plan
from archwright.runtime.trials.supplier import TrialSetup

IN_FLIGHT: Final = 64
LEAVES: Final = 0.06  # share of the clients that go away before they have their answer
PICO: Final = 10**12
FIRST_S, TOKEN_S, TIMEOUT_S = 0.12, 0.01, 4.0


@dataclass(frozen=True, slots=True)
class Books:
    """The ledger and the bill, compared. Money in pico-dollars.

    Attributes:
        requests: that were asked.
        attempts: rows of calls.
        finished: calls that both sides hold as answered to the end.
        mismatch: sum of the differences of those, each without its sign.
        cut: calls that one side holds as broken off, and that one of them charges for.
        cut_bill: what the supplier charges for them.
        cut_ledger: what the ledger says.
        cut_p95: p95 of the difference of one of them, as a share of what it was charged.
        unmarked: of them, rows that do not say that they are estimates.
        orphans: finished calls of the bill without a row.
        beside: of the cut calls, those that were called off because a call beside them was there first.
        beside_bill: what the supplier charges for these.
        beside_ledger: what the ledger says.
    """

    requests: int
    attempts: int
    finished: int
    mismatch: int
    cut: int
    cut_bill: int
    cut_ledger: int
    cut_p95: float
    unmarked: int
    orphans: int
    beside: int = 0
    beside_bill: int = 0
    beside_ledger: int = 0

    @property
    def cut_error(self) -> float:
        """Error of the estimates in total, as a share of the bill."""
        return (self.cut_ledger - self.cut_bill) / self.cut_bill if self.cut_bill else 0.0

    @property
    def beside_error(self) -> float:
        """The same for calls that were called off because one beside them was there first."""
        return (self.beside_ledger - self.beside_bill) / self.beside_bill if self.beside_bill else 0.0


@dataclass(frozen=True, slots=True)
class Spending:
    """What a cap held. `overspend` is what was spent beyond it, `in_flight` what was on its way as it was reached."""

    cap: int
    spent: int
    refused: int
    overspend: int
    in_flight: int

    @property
    def beyond(self) -> int:
        """Overspend that nothing in flight explains."""
        return max(0, self.overspend - self.in_flight)


async def trade(
    folder: Path, requests: int, seed: int, progress: Callable[[int], None], budget: int = 0
) -> tuple[list[Row], list[Charged]]:
    """Ask so many things of a gateway before a supplier with faults; its rows, and the supplier's charges.

    Raises:
        ProviderUnavailable: a process did not start.
    """
    design = plan(budget, FIRST_S, TOKEN_S, TIMEOUT_S, cache_s=0.001)
    ledger = folder / f"money-{seed}.jsonl"
    supplier = await children.start("supplier", "archwright.runtime.trials.supplier", TrialSetup(encode(design)))
    try:
        gateway = await children.start("gateway", "archwright.runtime.gateway", _setup(design, supplier.url, ledger))
        try:
            await _ask_all(gateway.url, requests, seed, progress)
        finally:
            await gateway.stop()
        async with aiohttp.ClientSession() as session, session.get(f"{supplier.url}/_trial/charges") as response:
            charges = msgspec.json.decode(await response.read(), type=list[Charged])
    finally:
        await supplier.stop()
    with ledger.open("rb") as lines:
        return list(decode(lines, str(ledger))), charges


def _setup(design: Plan, supplier: str, ledger: Path) -> Setup:
    upstreams = tuple(Upstream(stand_in(target.provider), supplier) for target in design.targets)
    return Setup(encode(design), upstreams, str(ledger))


async def _ask_all(url: str, requests: int, seed: int, progress: Callable[[int], None]) -> None:
    chance = random.Random(seed)
    numbers = iter(range(1, requests + 1))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def client() -> None:
            for number in numbers:
                await _ask(session, url, seed * 10**9 + number, chance)
                if number % 1000 == 0:
                    progress(number)

        await asyncio.gather(*(client() for _ in range(IN_FLIGHT)))


async def _ask(session: aiohttp.ClientSession, url: str, number: int, chance: random.Random) -> None:
    words = " ".join(chance.choice(("where", "is", "my", "parcel", "today", "please")) for _ in range(_size(chance)))
    body = {
        "model": chance.choice(("alone", "fallback", "fallback", "retry", "degraded", "stale", "hedged")),
        "messages": [{"role": "user", "content": words}],
        "max_tokens": min(200, 1 + _size(chance) // 2),
        "stream": chance.random() < 0.75,
    }
    headers = {"x-request-id": str(number), "x-archwright-lane": "batch" if chance.random() < 0.15 else "realtime"}
    patience = chance.uniform(0.02, 0.7) if chance.random() < LEAVES else 30.0
    with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
        async with (
            asyncio.timeout(patience),
            session.post(f"{url}/v1/chat/completions", json=body, headers=headers) as response,
        ):
            await response.read()


def _size(chance: random.Random) -> int:
    return 1 + int(chance.lognormvariate(3.5, 0.9))


def compare(rows: list[Row], charges: list[Charged]) -> Books:
    """Hold the rows of calls against the supplier's charges, call by call."""
    bill = {(charge.request, charge.attempt): charge for charge in charges}
    attempts = [row for row in rows if isinstance(row, Attempt)]
    answered = {row.request for row in attempts if row.outcome == "ok"}
    finished = mismatch = unmarked = cut_bill = cut_ledger = 0
    errors: list[float] = []
    beside: list[tuple[int, int]] = []
    for row in attempts:
        charge = bill.pop((int(row.request), row.number), None)
        owed = int(Decimal(charge.dollars) * PICO) if charge else 0
        if row.outcome == "ok" and charge is not None and charge.kind == "finished":
            finished += 1
            mismatch += abs(row.cost - owed)
        elif owed or row.cost:
            cut_bill += owed
            cut_ledger += row.cost
            unmarked += not row.estimated
            if row.outcome == "cut" and row.request in answered:
                beside.append((owed, row.cost))
            errors.append(abs(row.cost - owed) / max(owed, 1) if owed else 1.0)
    # What the supplier charged and no row knows: the gateway never heard of the call, or lost it.
    return Books(
        requests=sum(isinstance(row, Request) for row in rows),
        attempts=len(attempts),
        finished=finished,
        mismatch=mismatch,
        cut=len(errors),
        cut_bill=cut_bill,
        cut_ledger=cut_ledger,
        cut_p95=percentile(sorted(errors), 0.95) if errors else 0.0,
        unmarked=unmarked,
        orphans=len(bill),
        beside=len(beside),
        beside_bill=sum(owed for owed, _ in beside),
        beside_ledger=sum(cost for _, cost in beside),
    )


def spending(rows: list[Row], cap: int) -> Spending:
    """What a cap held, by the ledger: beyond it only what was in flight as it was reached.

    How far the ledger is from the bill is another question, and `compare` answers it.
    """
    ended = sorted((moment(row.at) + row.total_s, moment(row.at), row.cost, row.how) for row in _asked(rows))
    spent = reached = 0
    flying = 0
    for at, _, amount, _ in ended:
        spent += amount
        if spent >= cap and not reached:
            reached = 1
            flying = sum(cost for end, begun, cost, _ in ended if begun <= at <= end)
    return Spending(
        cap=cap,
        spent=spent,
        refused=sum(how == "over-budget" for *_, how in ended),
        overspend=max(0, spent - cap),
        in_flight=flying,
    )


def _asked(rows: list[Row]) -> list[Request]:
    return [row for row in rows if isinstance(row, Request)]
