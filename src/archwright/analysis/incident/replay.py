"""The same traffic and the same faults through two configurations: requests and money that the other would have saved.

The arrivals are those of the ledger, the faults are inferred from its attempts. Both sides are simulated, with the same
luck, so that their difference is that of the configuration; what really happened stands beside them, to judge how well
the simulation tells it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from msgspec.structs import replace

from archwright.analysis.incident.faults import Fault
from archwright.base.units import show
from archwright.ledger.rows import Attempt, Request
from archwright.plan.model import Plan, Scenario
from archwright.report.document import Block, Cell, Chart, Section, Series, Table, Text, Tone
from archwright.report.figures import Book, Figure

NAME: Final = "incident"
IN_FULL: Final = ("answered", "cached")
LESSER: Final = ("degraded", "stale")
JUST: Final = 1e-3  # seconds after the last request that it is still within the recorded time
NEVER: Final = 1e-9  # journeys a second: none, in a law that wants a number


class Recorded(NamedTuple):
    """What a ledger says, in the design's time: how long, which journey asked most, visits of each, replies, money."""

    origin_s: float
    lasts_s: float
    journey: str
    visits: dict[str, int]
    hows: dict[str, int]
    cost: int

    @property
    def requests(self) -> int:
        """All requests."""
        return sum(self.hows.values())

    def how(self, names: Sequence[str]) -> int:
        """Requests that were answered in one of these ways."""
        return sum(self.hows.get(name, 0) for name in names)


class Counts(NamedTuple):
    """What one side did to the requests, in the mean over some seeds; money in pico-dollars, times in seconds."""

    requests: float
    full: float
    lesser: float
    failed: float
    cost: float
    p95_s: float


@dataclass(frozen=True, slots=True)
class Sides:
    """The configuration as it was and the changed one, by seed, and what was recorded."""

    recorded: Recorded
    before: tuple[Counts, ...]
    after: tuple[Counts, ...]


def recorded(plan: Plan, requests: Sequence[Request], attempts: Sequence[Attempt], scale: float) -> Recorded:
    """Sum up the rows of a ledger that holds at least one request; what bought units carry costs no tokens."""
    most = Counter(row.journey for row in requests).most_common(1)[0][0]
    origin = min(row.began for row in requests if row.journey == most) * scale
    last = max(row.began for row in requests) * scale
    visits: dict[str, set[str]] = {}
    for row in requests:
        visits.setdefault(row.journey, set()).add(row.session or row.request)
    covers = {target.name: target.covers for target in plan.targets}
    cost = round(sum(row.cost * (1.0 - covers.get(row.target, 0.0)) for row in attempts))
    hows = Counter(row.how for row in requests)
    sizes = {name: len(found) for name, found in visits.items()}
    return Recorded(origin, max(1.0, last - origin + JUST), most, sizes, dict(hows), cost)


def scenario(seen: Recorded, found: Sequence[Fault]) -> Scenario:
    """The recorded time and what went wrong in it; a ledger begins with its gateway, whose caches are empty then."""
    changes = tuple(fault.change for fault in found if fault.begins_s < seen.lasts_s)
    return Scenario(NAME, "as recorded in the ledger", seen.lasts_s, changes, cold=True)


def as_recorded(plan: Plan, seen: Recorded) -> Plan:
    """The plan with as many journeys of each kind as the ledger has; the one that asked most is the traced one."""

    def rate(name: str) -> float:
        return max(NEVER, seen.visits.get(name, 0) / seen.lasts_s)

    journeys = tuple(
        replace(item, critical=item.name == seen.journey, rate=rate(item.name), peak=1.0, shape=(), users=0)
        for item in plan.journeys
    )
    return replace(plan, journeys=journeys)


# ------------------------------------------------------------------------------------------------ the document

ROWS: Final[tuple[tuple[str, str, str, Callable[[Counts], float], bool], ...]] = (
    ("requests", "Requests", "number", lambda item: item.requests, False),
    ("full", "answered in full", "number", lambda item: item.full, False),
    ("lesser", "canned or stale", "number", lambda item: item.lesser, True),
    ("failed", "failed", "number", lambda item: item.failed, True),
    ("cost", "Money for models", "money", lambda item: item.cost, True),
    ("p95", "p95 of the journeys", "duration", lambda item: item.p95_s, True),
)


def replay_sections(
    book: Book, plan: Plan, sides: Sides, found: Sequence[Fault], told: tuple[tuple[str, str, str], ...],
    series: tuple[Series, Series],
) -> tuple[Section, ...]:  # fmt: skip
    """The replay as sections of a document; its numbers are entered in `book` under `replay.`."""
    blocks: list[Block] = [_saved(book, sides)]
    if told:
        rows = tuple((path, before or "–", after or "–") for path, before, after in told)
        blocks.append(Table(("In the file", "As it was", "Changed"), rows, "what was changed"))
    blocks += [_table(book, sides), _picture(plan, sides, found, series), Text(_honest(sides), "muted")]
    return (
        Section("replay-saved", "What it would have saved", tuple(blocks), "The same traffic, faults and luck."),
        _faults(book, found),
    )


def _saved(book: Book, sides: Sides) -> Text:
    """The difference in one sentence."""
    for name, label, dimension, value, _ in ROWS:
        for side, counts in (("before", sides.before), ("after", sides.after)):
            _mean(book, f"replay.{name}.{side}", counts, value, dimension, label)
    better = book.derive("replay.saved", "after - before", "number", "requests more that are answered in full",
                         before="replay.full.before", after="replay.full.after")  # fmt: skip
    money = book.derive("replay.money", "before - after", "money", "model calls less", before="replay.cost.before",
                        after="replay.cost.after")  # fmt: skip
    requests = f"{show(abs(better.value), 'number')} {'more' if better.value >= 0 else 'fewer'}"
    spent = f"{show(abs(money.value), 'money')} {'less' if money.value >= 0 else 'more'}"
    tone: Tone = "good" if better.value > 0 else "bad" if better.value < 0 else "plain"
    return Text(f"{requests} requests would have been answered in full, for {spent}.", tone)


def _mean(
    book: Book, key: str, counts: Sequence[Counts], value: Callable[[Counts], float], dimension: str, label: str
) -> Figure:
    mean = sum(value(item) for item in counts) / len(counts)
    return book.leaf(key, mean, dimension, label=label, origin="simulated", note=f"mean of {len(counts)} seeds")


def _table(book: Book, sides: Sides) -> Table:
    seen = sides.recorded
    was = {"requests": seen.requests, "full": seen.how(IN_FULL), "lesser": seen.how(LESSER),
           "failed": seen.requests - seen.how((*IN_FULL, *LESSER)), "cost": seen.cost}  # fmt: skip
    rows = []
    for name, label, dimension, _, less in ROWS:
        cells: list[str | Cell] = [label]
        if name in was:
            figure = book.leaf(f"replay.{name}.recorded", was[name], dimension, label=label, origin="measured",
                               note="the ledger")  # fmt: skip
            cells.append(Cell(figure.shown, figure=figure.key))
        else:
            cells.append(Cell("–", "muted"))
        before, after = book[f"replay.{name}.before"], book[f"replay.{name}.after"]
        change = book.derive(f"replay.{name}.change", "after - before", dimension, "change", before=before, after=after)
        tone: Tone = "plain" if change.value == 0 else "good" if (change.value < 0) is less else "bad"
        sign = "" if change.value == 0 else "+" if change.value > 0 else "−"
        cells += [
            Cell(before.shown, figure=before.key), Cell(after.shown, figure=after.key),
            Cell(f"{sign}{show(abs(change.value), dimension)}", tone if name != "requests" else "plain", change.key),
        ]  # fmt: skip
        rows.append(tuple(cells))
    headings = ("", "Recorded", "Replayed as it was", "Replayed changed", "Change")
    return Table(headings, tuple(rows), "", frozenset({1, 2, 3, 4}))


def _picture(plan: Plan, sides: Sides, found: Sequence[Fault], series: tuple[Series, Series]) -> Chart:
    names = {target.name for target in plan.targets}
    bands = tuple(
        (fault.begins_s, min(fault.ends_s, sides.recorded.lasts_s), f"{fault.target}: {fault.what}")
        for fault in found
        if fault.target in names
    )
    return Chart("Not answered in full", "time", "duration", "share of the journeys", "share", series, bands)


def _honest(sides: Sides) -> str:
    seen, before = sides.recorded, sum(item.full for item in sides.before) / len(sides.before)
    share, told = before / max(1.0, sides.before[0].requests), seen.how(IN_FULL) / max(1, seen.requests)
    return (
        f"As it was, the simulation answers {show(share, 'share')} of the requests in full and the ledger "
        f"{show(told, 'share')}: that is how far it tells what happened. Caches begin empty, as in a gateway that "
        "has just started; how often a question comes again, and the tokens of steps that are not traced, are those of "
        "the file; what nobody called is taken to be well."
    )


def _faults(book: Book, found: Sequence[Fault]) -> Section:
    rows = []
    for number, item in enumerate(found, 1):
        base = f"replay.fault.{number}"
        note = f"{item.bad} of {item.calls} calls of {item.target}"
        begins = book.leaf(f"{base}.begins", item.begins_s, "duration", label="begins", origin="measured", note=note)
        lasts = book.leaf(f"{base}.lasts", item.ends_s - item.begins_s, "duration", label="lasts", origin="measured",
                          note=note)  # fmt: skip
        calls = book.leaf(f"{base}.calls", item.calls, "count", label="calls", origin="measured", note=note)
        bad = book.leaf(f"{base}.bad", item.bad, "count", label="of them bad", origin="measured", note=note)
        how = {"down": "", "errors": show(item.share, "share")}.get(item.what, show(item.factor, "ratio"))
        rows.append(
            (
                item.target, f"{item.what} {how}".strip(), Cell(begins.shown, figure=begins.key),
                Cell(lasts.shown, figure=lasts.key), Cell(calls.shown, figure=calls.key),
                Cell(bad.shown, figure=bad.key),
            )
        )  # fmt: skip
    table = Table(("Target", "What", "Begins", "Lasts", "Calls", "Bad"), tuple(rows), "", frozenset({2, 3, 4, 5}))
    blocks: tuple[Block, ...] = (table,) if rows else (Text("The attempts tell of no trouble at any target."),)
    return Section("replay-faults", "What went wrong", blocks, "Told from the attempts of the ledger.")
