"""`archwright rehearse`: the real gateway, emulated providers, the workload replayed over HTTP in compressed time."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from archwright.base.numbers import percentile
from archwright.ledger.rows import decode
from archwright.ledger.tally import tally
from archwright.plan.expect import mean_runs
from archwright.plan.model import Plan, Scenario
from archwright.plan.passages import file_name
from archwright.plan.rules import shortest_duration
from archwright.plan.trace import Trace
from archwright.plan.workload import returning, traced_journey, visits
from archwright.runtime.rehearsal import Ran, Stage, perform
from archwright.runtime.timers import fine_loop

SHORTEST_S = 0.005  # real seconds below which no duration that decides something may fall
CALLS_A_SECOND = 70.0  # real calls that client, gateway and supplier carry on two cores without queueing for them
REAL_S = 30.0  # real seconds that a rehearsal should not exceed
CALL_S = 0.0012  # real seconds that timers, sockets and three processes add to a call on two cores (measured)
LEDGER, JOURNEYS, RECORD = "ledger.jsonl", "journeys.jsonl", "machine.jsonl"


@dataclass(frozen=True, slots=True)
class Scale:
    """How many times as fast time runs, and why."""

    value: float
    reason: str

    @property
    def error_s(self) -> float:
        """Seconds of the design's time that each call seems longer than it would be in real time."""
        return CALL_S * self.value


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a rehearsal left behind. Lateness and overhead in real seconds; money as the supplier's own exact bill."""

    ledger: Path
    journeys: Path
    record: Path
    scale: Scale
    seed: int
    scenario: str
    visits: int
    calls: int
    real_s: float
    bill: Decimal
    bill_cut: Decimal
    statement: dict[str, Any]
    late_p50_s: float
    late_p99_s: float
    overhead_p50_s: float
    overhead_p99_s: float


def rehearse(  # noqa: PLR0913 - one argument an option of the command
    plan: Plan,
    scenario: str,
    *,
    seed: int = 1,
    load: float = 1.0,
    scale: float | None = None,
    out: Path,
    trace: Trace | None = None,
    most: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Rehearsal:
    """Rehearse a scenario of a plan; the ledgers are written into the folder `out`.

    Args:
        plan: in the design's time.
        scenario: name of one of its scenarios.
        seed: of all luck.
        load: multiple of the busiest hour.
        scale: how many times as fast time runs; None: as fast as is safe.
        out: folder for the ledgers; made if need be. The indexes of the plan's documents lie in it.
        trace: recorded traffic that replaces arrivals and tokens of the first critical journey.
        most: stop after so many visits.
        progress: told what is going on.

    Raises:
        KeyError: there is no such scenario.
        ProviderUnavailable: a process did not start or ended before its time.
    """
    found = plan.scenario(scenario)
    chosen = Scale(scale, "as asked") if scale is not None else choose_scale(plan, found, load, trace)
    progress(
        f"time runs {chosen.value:.3g} times as fast ({chosen.reason}); a call seems {chosen.error_s:.2g} s longer"
    )
    out.mkdir(parents=True, exist_ok=True)
    users = returning(plan, found, seed, load, trace)
    stage = Stage(
        plan=plan,
        scenario=found,
        scale=chosen.value,
        seed=seed,
        ledger=out / LEDGER,
        journeys=out / JOURNEYS,
        record=out / RECORD,
        started=dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
        indexes=tuple(out / file_name(retriever.name) for retriever in plan.retrievers),
        users=users,
    )
    coming = islice(visits(plan, found, seed, load, trace, users), most)

    def told(count: int) -> None:
        if count % 100 == 0:
            progress(f"{count} journeys")

    with asyncio.Runner(loop_factory=fine_loop) as runner:
        ran = runner.run(perform(stage, coming, told))
    return _rehearsal(stage, chosen, ran)


def _rehearsal(stage: Stage, chosen: Scale, ran: Ran) -> Rehearsal:
    with stage.ledger.open("rb") as lines:
        overheads = tally(decode(lines, str(stage.ledger))).overheads or [0.0]
    late = ran.replayed.late_s or [0.0]
    return Rehearsal(
        ledger=stage.ledger,
        journeys=stage.journeys,
        record=stage.record,
        scale=chosen,
        seed=stage.seed,
        scenario=stage.scenario.name,
        visits=ran.replayed.visits,
        calls=ran.replayed.calls,
        real_s=ran.replayed.real_s,
        bill=Decimal(ran.bill["finished"]),
        bill_cut=Decimal(ran.bill["cut"]),
        statement=ran.bill,
        late_p50_s=percentile(late, 0.5),
        late_p99_s=percentile(late, 0.99),
        overhead_p50_s=percentile(overheads, 0.5),
        overhead_p99_s=percentile(overheads, 0.99),
    )


def choose_scale(plan: Plan, scenario: Scenario, load: float = 1.0, trace: Trace | None = None) -> Scale:
    """As fast as timers and this machine allow, and no faster than needed to end within half a minute."""
    shortest, what = shortest_duration(plan)
    by_timer = shortest / SHORTEST_S
    by_calls = CALLS_A_SECOND / max(offered(plan, scenario, load, trace), 1e-9)
    needed = scenario.lasts_s / REAL_S
    bounds = (
        (needed, f"it ends within {REAL_S:.0f} s"),
        (by_timer, f"bounded by the {what}, {shortest:.3g} s"),
        (by_calls, f"bounded by {CALLS_A_SECOND:.0f} calls a second in real time"),
    )
    value, reason = min(bounds)
    return Scale(max(1.0, value), reason if value > 1.0 else "in real time")


def offered(plan: Plan, scenario: Scenario, load: float = 1.0, trace: Trace | None = None) -> float:
    """Model calls a second that the scenario offers at its most, repeats included, cached answers too."""
    loads = [change.factor for change in scenario.changes if change.what == "load"]
    traced = traced_journey(plan)
    total = 0.0
    for index, journey in enumerate(plan.journeys):
        rate = trace.rate if trace is not None and index == traced else journey.rate * journey.peak
        calls = sum(
            step.probability * mean_runs(step.repeat_mean, step.repeat_most)
            for step in journey.steps
            if step.route >= 0
        )
        total += rate * calls
    return total * load * max([1.0, *loads])
