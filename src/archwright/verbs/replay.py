"""`archwright replay`: an outage in a gateway's ledger, once more with another configuration."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archwright.analysis.difference.structure import changes
from archwright.analysis.incident.faults import Fault, calls_of, faults
from archwright.analysis.incident.replay import Counts, Sides, as_recorded, recorded, replay_sections, scenario
from archwright.analysis.stress.points import Point, Reading
from archwright.analysis.stress.recovery import added
from archwright.base.errors import DependencyMissing, InputError, Location, Problem, UsageError
from archwright.ledger.rows import Attempt, Request, Row, Run, decode, encode
from archwright.plan.model import plan_hash
from archwright.plan.trace import read_trace
from archwright.report.document import Document, Series, Tone
from archwright.report.figures import Book
from archwright.runtime.stores import store_for
from archwright.spec.setting import settings
from archwright.verbs.answer import Answer
from archwright.verbs.past import is_past
from archwright.verbs.points import bench
from archwright.verbs.progress import Progress
from archwright.verbs.project import Project

SEEDS = 3


def replay_project(
    project: Project, ledger: str, given: Sequence[str], say: Callable[[str], None], seed: int = 1
) -> Answer:
    """Replay what a ledger recorded through the file as it is and with values changed; or a log of past questions.

    Raises:
        InputError: the ledger cannot be read or holds no requests, or a value cannot be.
        UsageError: nothing is changed.
        DependencyMissing: questions need vectors, and what makes them is not installed.
    """
    if is_past(ledger):
        return _past(project, ledger, given, say, seed)
    if not given:
        raise UsageError("a replay asks what another value would have done: give one with `--set PATH=VALUE`")
    changed = project.changed(settings(given))
    rows = _rows(ledger)
    requests = [row for row in rows if isinstance(row, Request)]
    attempts = [row for row in rows if isinstance(row, Attempt)]
    run = next((row for row in rows if isinstance(row, Run)), None)
    plan = project.compiled.plan
    if not requests or run is None:
        raise _refused(ledger, "it holds no run or no requests")
    names = {journey.name for journey in plan.journeys}
    strange = sorted({row.journey for row in requests} - names)
    if strange and not names.intersection(row.journey for row in requests):
        raise _refused(ledger, f"none of its journeys ({', '.join(strange)}) is one of the file")
    ours = [row for row in requests if row.journey in names]
    known = {row.request for row in ours}
    seen = recorded(plan, ours, [row for row in attempts if row.request in known], run.scale)
    found = faults(plan, calls_of(plan, attempts, run.scale, seen.origin_s))
    happened = scenario(seen, found)
    played = (encode(row).decode() for row in rows if not isinstance(row, Request) or row.journey in names)
    trace = read_trace(played, ledger)
    working = bench(None, 1, "", Progress(say))
    readings = []
    for side in (plan, changed.compiled.plan):
        points = [Point(as_recorded(side, seen), happened, seed + n, 1.0, traced=True) for n in range(SEEDS)]
        readings.append(working.run(points, trace, "replays"))
    before, after = (tuple(_counts(item) for item in each) for each in readings)
    sides = Sides(seen, before, after)
    told = tuple(
        (" ".join(part for part in (item.section, item.name, item.key) if part), item.before, item.after)
        for item in changes(project.system, changed.system)
    )
    series = (_bad("as it was", readings[0], "bad"), _bad("changed", readings[1], "good"))
    book = Book()
    sections = replay_sections(book, plan, sides, found, told, series)
    notes = [] if run.plan == plan_hash(plan) else ["the ledger was written by another configuration than the file's"]
    facts = (
        ("ledger", ledger), ("configuration", plan_hash(plan)), ("changed", plan_hash(changed.compiled.plan)),
        ("seeds", f"{seed} to {seed + SEEDS - 1}"), ("as of", plan.as_of),
    )  # fmt: skip
    document = Document("Replay", sections, f"{plan.system}: what was recorded, with other values", facts)
    data = {
        "faults": [_plain(item) for item in found],
        "changes": [{"path": path, "before": old, "after": new} for path, old, new in told],
        "saved": {"requests": book["replay.saved"].value, "pico_dollars": book["replay.money"].value},
        "notes": notes,
    }
    return Answer("replay", (document,), book, data=data, plan=plan_hash(plan))


def _past(project: Project, log: str, given: Sequence[str], say: Callable[[str], None], seed: int) -> Answer:
    try:
        # What learns needs numpy, which a plain installation has not.
        from archwright.verbs.meaning import replay_past
    except ModuleNotFoundError as error:
        message = f'past questions need {error.name}: `pip install "archwright[semantic]"`'
        raise DependencyMissing(message) from error
    return replay_past(project, log, given, say, seed)


def _counts(item: Reading) -> Counts:
    lesser = item.requests - item.in_full - item.lost
    return Counts(item.requests, item.in_full, lesser, item.lost, item.cost, item.p95 or 0.0)


def _bad(name: str, readings: Sequence[Reading], tone: Tone) -> Series:
    """The share of journeys that were not answered in full, over time."""
    width = readings[0].width_s
    points = tuple(
        (slot.begin + width / 2, 1.0 - slot.answered / slot.arrivals)
        for slot in added([item.slots for item in readings])
        if slot.arrivals
    )
    return Series(name, points, tone)


def _lines(ledger: str) -> Sequence[bytes]:
    return list(store_for(ledger).read(ledger)[0])


def _rows(ledger: str) -> list[Row]:
    return list(decode(_lines(ledger), ledger))


def _refused(ledger: str, message: str) -> InputError:
    mend = "give a ledger that `archwright serve` or `rehearse` wrote for this file"
    return InputError([Problem("cannot-replay", message, Location(ledger), mend)])


def _plain(item: Fault) -> dict[str, object]:
    return {
        "target": item.target, "what": item.what, "begins_s": item.begins_s, "ends_s": item.ends_s,
        "factor": item.factor, "share": item.share, "calls": item.calls, "bad": item.bad,
    }  # fmt: skip
