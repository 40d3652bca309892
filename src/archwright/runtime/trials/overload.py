"""More than a declared limit can take: who is let in is answered as promised, the rest is sent away at once.

The load is open: requests come at their times whether or not earlier ones were answered. A request counts from the
moment it is sent; how late the client itself was is told apart, because on a busy machine that is not the gateway's.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from archwright.base.numbers import percentile
from archwright.ledger.rows import Request, decode
from archwright.plan.model import Plan, encode
from archwright.runtime import children
from archwright.runtime.gateway.setup import Setup, Upstream
from archwright.runtime.trials.crowd import Crowd, Got
from archwright.runtime.trials.small import plan
from archwright.runtime.trials.steady import Steady
from archwright.runtime.trials.taken import cpu_s, delayed_s, peak_mb

LIMIT: Final = 50
ANSWER_S: Final = 0.1
TIMES: Final = 10.0
WAIT_S: Final = 0.02  # a place is waited for so long
SLACK_S: Final = 0.1
OBJECTIVE_S: Final = ANSWER_S + SLACK_S  # what p95 of those who are let in is promised to be
SHED_S: Final = 0.05  # within what the others are to be sent away
CALM_S: Final = 5.0  # after the load, one is asked after the other for so long
GENTLE: Final = 0.2  # share of the capacity that is asked for then


@dataclass(frozen=True, slots=True)
class Load:
    """What is offered: `limit` in flight of `answer_s` each make a capacity, of which `times` as much is offered."""

    limit: int = LIMIT
    answer_s: float = ANSWER_S
    times: float = TIMES
    seconds: float = 60.0
    calm_s: float = CALM_S

    @property
    def capacity(self) -> float:
        """Requests a second that can be answered."""
        return self.limit / self.answer_s


@dataclass(slots=True)
class Seen:
    """What clients saw. Times in seconds.

    Attributes:
        admitted: of each request that was answered, how long that took.
        shed: of each that was sent away.
        unnamed: sent away without being told when to come back.
        others: any other end.
        late_s: how late the client sent each.
        after: of each request of the calm after the load, when it was sent, counted from the load's end, and whether it
            was answered within the objective.
        peak_mb: the most memory that the gateway had.
        cpu_s: processor seconds that it took.
        delayed_s: seconds that its loop was ready and waited for a processor, because the machine was busy.
        inside: by how they ended (`answered`, `shed`), what each request took from when the gateway had read it.
        lasted_s: how long the load went on.
    """

    admitted: list[float] = field(default_factory=list)
    shed: list[float] = field(default_factory=list)
    unnamed: int = 0
    others: int = 0
    late_s: list[float] = field(default_factory=list)
    after: list[tuple[float, bool]] = field(default_factory=list)
    peak_mb: float = 0.0
    cpu_s: float = 0.0
    delayed_s: float = 0.0
    inside: dict[str, list[float]] = field(default_factory=dict)
    lasted_s: float = 0.0

    @property
    def admitted_p95_s(self) -> float:
        """p95 of those who were let in; nobody: without end."""
        return percentile(sorted(self.admitted), 0.95) if self.admitted else float("inf")

    @property
    def shed_p99_s(self) -> float:
        """p99 of those who were sent away; nobody: 0."""
        return percentile(sorted(self.shed), 0.99) if self.shed else 0.0

    def inside_s(self, how: str, share: float) -> float:
        """The same by the gateway's own ledger, without what lay unread while it had no processor; nobody: 0."""
        return percentile(sorted(self.inside[how]), share) if how in self.inside else 0.0

    @property
    def recovery_s(self) -> float:
        """Seconds after the load's end until every request is answered as promised again; never: without end."""
        if not self.after or not self.after[-1][1]:
            return float("inf")
        bad = [place for place, (_, well) in enumerate(self.after) if not well]
        return self.after[bad[-1] + 1][0] if bad else 0.0


def limited(load: Load) -> Plan:
    """A plan with that limit and a queue that empties within what a place is waited for."""
    base = plan(first_s=load.answer_s, token_s=0.0, timeout_s=10.0 * load.answer_s + 5.0)
    waiting = max(1, int(load.capacity * WAIT_S))
    door = replace(base.gateway, concurrency=load.limit, queue=waiting, queue_timeout_s=WAIT_S, batch_places=0)
    return replace(base, gateway=door)


async def overload(folder: Path, load: Load) -> Seen:
    """Offer a gateway more than its limit, then little; what clients saw.

    Raises:
        ProviderUnavailable: a process did not start.
    """
    design, seen = limited(load), Seen()
    supplier = await children.start("supplier", "archwright.runtime.trials.steady", Steady(load.answer_s))
    try:
        upstreams = tuple(Upstream("emulated", supplier.url) for _ in design.targets)
        setup = Setup(encode(design), upstreams, str(folder / "overload.jsonl"))
        gateway = await children.start("gateway", "archwright.runtime.gateway", setup)
        try:
            before, delayed = cpu_s(gateway.process.pid), delayed_s(gateway.process.pid)
            await _offered(gateway.url, load, seen)
            seen.cpu_s = cpu_s(gateway.process.pid) - before
            seen.delayed_s = delayed_s(gateway.process.pid) - delayed
            seen.peak_mb = peak_mb(gateway.process.pid)
        finally:
            await gateway.stop()
    finally:
        await supplier.stop()
    with (folder / "overload.jsonl").open("rb") as lines:
        for row in decode(lines, "ledger"):
            if isinstance(row, Request):
                seen.inside.setdefault(row.how, []).append(row.total_s)
    return seen


async def _offered(url: str, load: Load, seen: Seen) -> None:
    """The load, and the calm after it: one after the other, far below the capacity."""
    ask = {"model": "alone", "messages": [{"role": "user", "content": "Where is my parcel?"}], "max_tokens": 20}
    body = msgspec.json.encode(ask)
    crowd = Crowd(f"{url}/v1/chat/completions", {}, lambda _: body)

    def done(got: Got) -> None:
        if got.status == 200:
            seen.admitted.append(got.took_s)
        elif got.status == 503:
            seen.shed.append(got.took_s)
            seen.unnamed += not got.told
        else:
            seen.others += 1

    begin = time.monotonic()
    rate = load.capacity * load.times
    await crowd.come(rate, int(rate * load.seconds), done)
    seen.lasted_s, seen.late_s = time.monotonic() - begin, crowd.late_s
    begin = time.monotonic()
    while (now := time.monotonic()) < begin + load.calm_s:
        got = await crowd.one()
        seen.after.append((now - begin, got.status == 200 and got.took_s <= load.answer_s + SLACK_S))
        await asyncio.sleep(1.0 / (GENTLE * load.capacity))
    crowd.close()
