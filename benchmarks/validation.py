"""The simulation against exact results, SimPy and Ciw: `make bench NAME=validation`.

Every queue of `tests/analysis/stress/cases.py` is simulated long enough for a 99.9 % interval of at most 2 % on either
side; `SHARE=0.1` makes all runs shorter, and `CASES=M/M` runs those whose names begin so; both leave the page alone. It
writes docs/validation/queueing.md, and the last line is one JSON object.
"""

from __future__ import annotations

import json
import math
import os
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import mean, stdev
from types import ModuleType
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
OURS = ModuleType("tests")  # Ciw brings a package of the same name, which would come before ours
OURS.__path__ = [str(ROOT / "tests")]
sys.modules["tests"] = OURS

import ciw  # noqa: E402
import simpy  # noqa: E402

from archwright.analysis.stress import engines  # noqa: E402
from archwright.analysis.stress.at_hand import put_at_hand  # noqa: E402
from archwright.analysis.stress.engine import simulate  # noqa: E402
from archwright.analysis.stress.kernel.compile import compiled_loop  # noqa: E402
from archwright.analysis.stress.kernel.engine import simulate as fast  # noqa: E402
from tests.analysis.stress import designs as d  # noqa: E402
from tests.analysis.stress.cases import CASES, STUDENT, Case, Interval, interval  # noqa: E402

PAGE = ROOT / "docs/validation/queueing.md"
SEED = 20261121
OTHERS = 200_000  # customers in each run of another simulator
BATCHES = 50
INTRODUCTION = (
    "Written by `make bench NAME=validation`; do not edit it. Every queue below is a plan like any other, simulated",
    "by the function behind `archwright stress`, and held against what is known exactly: the exact value must lie",
    "in the 99.9 % interval, and the interval must reach no further than 2 % to either side.",
)
EXPLANATION = (
    "Work takes a second in the mean and is exponential (M), constant (D), or of Erlang's law with four phases",
    "(E4); arrivals are Poisson. Names are Kendall's: arrivals / work / servers / places; `+ D` is a patience of",
    "one second, `+ M` an exponential one of a second in the mean. Users think for 10 or 20 s. Times are in seconds.",
    "The interval is one of batch means: a run is cut into sixty parts, ten are dropped as warm-up, and fifty are",
    "taken as independent (Student's t with 49 degrees of freedom, 3.500). One such interval in a thousand misses by",
    "chance. The formulas and their sources are in `tests/analysis/stress/theory.py`. The fast engine says what the",
    "plain one says, to the last bit; that is held by a test of its own.",
)


class Queue(NamedTuple):
    """A queue that all three can express: servers, room to wait (-1: endless), patience (0: endless), constant work.

    `leaving`: patience is exponential, and the other is its mean.
    """

    rate: float
    servers: int
    room: int = -1
    patience: float = 0.0
    constant: bool = False
    leaving: bool = False


QUEUES = {
    ("M/M/3", "mean time"): Queue(2.1, 3),
    ("M/D/1", "mean time"): Queue(0.7, 1, constant=True),
    ("M/M/3/8, load 1", "share turned away"): Queue(3.0, 3, 5),
    ("M/M/5 + D, load 1.1", "share that leaves"): Queue(5.5, 5, patience=1.0),
    ("M/M/5 + M, load 1.1", "share that leaves"): Queue(5.5, 5, patience=1.0, leaving=True),
}


class Row(NamedTuple):
    """A case, its interval, and how many visits it took."""

    case: Case
    found: Interval
    visits: int


def main() -> int:
    """Run everything, write the page, print the numbers."""
    share = float(os.environ.get("SHARE", "1"))
    wanted = os.environ.get("CASES", "")
    loop = compiled_loop(Path(tempfile.gettempdir()) / "archwright-validation")
    put_at_hand(lambda: partial(fast, loop=loop))
    rows = [run(case, share) for case in CASES if case.name.startswith(wanted)]
    against = {key: (in_simpy(queue, share), in_ciw(queue, share)) for key, queue in QUEUES.items()}
    if share == 1.0 and not wanted:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(rows, against), encoding="utf-8")
    print(json.dumps(numbers(rows, against)))
    return 0


def run(case: Case, share: float) -> Row:
    """Simulate a case."""
    outcome = simulate(case.plan, d.scenario(case.visits * share / case.rate), seed=SEED)
    row = Row(case, interval(outcome, case.measure), outcome.arrivals)
    found = row.found
    print(
        f"{case.name:<22}{case.measured:<20}{case.exact:>9.5f}{found.middle:>10.5f} ± {found.half:.5f}"
        f"{found.relative:>8.2%}  {'inside' if found.holds(case.exact) else 'OUTSIDE'}",
        flush=True,
    )
    return row


# ------------------------------------------------------------------------------------- the other simulators


def in_simpy(queue: Queue, share: float) -> Interval:
    """The queue as a process of SimPy: a resource, and whoever is not served in time leaves."""
    luck = random.Random(SEED)
    environment: Any = simpy.Environment()
    places = simpy.Resource(environment, queue.servers)
    seen: list[float] = []  # time in the system, or -1.0 for whoever was not served

    def customer() -> Any:
        came = environment.now
        if queue.room >= 0 and len(places.queue) >= queue.room and places.count >= queue.servers:
            seen.append(-1.0)
            return
        with places.request() as place:
            if queue.patience:
                yield place | environment.timeout(
                    luck.expovariate(1 / queue.patience) if queue.leaving else queue.patience
                )
                if not place.triggered:
                    seen.append(-1.0)
                    return
            else:
                yield place
            yield environment.timeout(1.0 if queue.constant else luck.expovariate(1.0))
        seen.append(environment.now - came)

    def source() -> Any:
        for _ in range(int(OTHERS * share)):
            yield environment.timeout(luck.expovariate(queue.rate))
            environment.process(customer())

    environment.process(source())
    environment.run()
    return batched(seen, queue)


def in_ciw(queue: Queue, share: float) -> Interval:
    """The queue as a network of one node in Ciw."""
    ciw.seed(SEED)
    work = ciw.dists.Deterministic(1.0) if queue.constant else ciw.dists.Exponential(1.0)
    more: dict[str, Any] = {}
    if queue.room >= 0:
        more["queue_capacities"] = [queue.room]
    if queue.patience:
        law = ciw.dists.Exponential(1 / queue.patience) if queue.leaving else ciw.dists.Deterministic(queue.patience)
        more["reneging_time_distributions"] = [law]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(queue.rate)],
        service_distributions=[work],
        number_of_servers=[queue.servers],
        **more,
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(OTHERS * share / queue.rate)
    records = sorted(simulation.get_all_records(), key=lambda record: float(record.arrival_date))
    served = [record.exit_date - record.arrival_date if record.record_type == "service" else -1.0 for record in records]
    return batched(served, queue)


def batched(seen: Sequence[float], queue: Queue) -> Interval:
    """The interval over batches of customers, a sixth dropped as warm-up."""
    kept = seen[len(seen) // 6 :]
    size = len(kept) // BATCHES
    counts_lost = queue.room >= 0 or queue.patience > 0
    measure: Callable[[Sequence[float]], float] = _lost if counts_lost else mean
    batches = [measure(kept[at * size : (at + 1) * size]) for at in range(BATCHES)]
    return Interval(mean(batches), STUDENT * stdev(batches) / math.sqrt(BATCHES))


def _lost(times: Sequence[float]) -> float:
    return sum(time < 0.0 for time in times) / len(times)


# ------------------------------------------------------------------------------------------------- the page


def overlap(one: Interval, two: Interval) -> bool:
    """Whether two intervals have a value in common."""
    return abs(one.middle - two.middle) <= one.half + two.half


def numbers(rows: Sequence[Row], against: dict[tuple[str, str], tuple[Interval, Interval]]) -> dict[str, float]:
    """The result as one object."""
    ours = {(row.case.name, row.case.measured): row.found for row in rows}
    pairs = [(ours[key], other) for key, others in against.items() if key in ours for other in others]
    return {
        "cases": len(rows),
        "inside": sum(row.found.holds(row.case.exact) for row in rows),
        "widest": round(max(row.found.relative for row in rows), 5),
        "visits": sum(row.visits for row in rows),
        "others": len(pairs),
        "overlap": sum(overlap(*pair) for pair in pairs),
    }


def page(rows: Sequence[Row], against: dict[tuple[str, str], tuple[Interval, Interval]]) -> str:
    """The page that is published."""
    lines = [
        "# The simulator against queueing theory",
        "",
        *INTRODUCTION,
        "",
        "| queue | measured | exact | simulated | ± | ± of it | visits | engine | exact value is |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for case, found, visits in rows:
        engine = "plain" if next(engines.unfit(case.plan), None) else "fast"
        inside = "inside" if found.holds(case.exact) else "**outside**"
        lines.append(
            f"| {case.name} | {case.measured} | {case.exact:.5f} | {found.middle:.5f} | {found.half:.5f} "
            f"| {found.relative:.2%} | {visits:,} | {engine} | {inside}: {case.source} |"
        )
    lines += [
        "",
        *EXPLANATION,
        "",
        "## The same queues in SimPy and Ciw",
        "",
        f"Each with its own code and its own luck, {OTHERS:,} customers, the same kind of interval.",
        "",
        "| queue | measured | exact | archwright | SimPy | Ciw | intervals |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        others = against.get((row.case.name, row.case.measured))
        if others is not None:
            both = all(overlap(row.found, other) for other in others)
            shown = " | ".join(f"{item.middle:.4f} ± {item.half:.4f}" for item in (row.found, *others))
            words = "overlap" if both else "**do not overlap**"
            lines.append(f"| {row.case.name} | {row.case.measured} | {row.case.exact:.4f} | {shown} | {words} |")
    versions = f"SimPy {simpy.__version__}, Ciw {ciw.__version__}, Python {sys.version.split()[0]}, seed {SEED}."
    lines += ["", f"Made with {versions}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
