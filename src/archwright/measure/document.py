"""What `measure` says: the table, the promises tested on what ran, and how far the comparison can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.analysis.stress.objectives import COUNTED, DIMENSIONS, MONTHLY, SHARES
from archwright.base.numbers import percentile
from archwright.base.units import show, show_duration
from archwright.ledger.tally import Part, Tally
from archwright.measure.compare import MEASURES, apart, enter, table
from archwright.measure.shadows import shadows
from archwright.measure.sides import carried, of_tally
from archwright.plan.model import Objective, Plan
from archwright.report.document import Block, Cell, Document, Section, Table, Text, Tiles
from archwright.report.figures import Book


@dataclass(frozen=True, slots=True)
class Ran:
    """A run to be measured.

    `word` is what the table calls it (rehearsed, served); `source` says where its rows are from; `bill` is what the
    suppliers charge by their own account (pico-dollars), if they gave one.
    """

    word: str
    tally: Tally
    source: str
    bill: int | None = None


def measure(plan: Plan, ran: Ran, predicted: dict[str, float], how: str) -> tuple[Document, Book]:
    """Hold a run against a prediction. `how` says how the prediction was made.

    The book holds `predicted.*`, `<word>.*` and `difference.*`.
    """
    book = Book()
    actual = of_tally(ran.tally)
    enter(book, "predicted", predicted, how)
    enter(book, ran.word, actual, ran.source)
    lines = table(book, ran.word)
    sections = [
        Section(
            "measure-table",
            f"Predicted and {ran.word}",
            (lines, _agreement(ran, book)),
            f"Predicted: simulated, {how}.",
        ),
        _promises(plan, ran, book),
        *shadows(ran.tally, book, ran.source),
        _trust(ran, book),
    ]
    run = ran.tally.run
    facts = (("plan", run.plan), ("began", run.started), ("time scale", f"{run.scale:g}")) if run else ()
    return Document("Measure", tuple(sections), "what ran, held against what was designed", facts), book


def _agreement(ran: Ran, book: Book) -> Tiles:
    """How far apart the two sides are, in three numbers."""
    differing = [measure.label.lower() for measure in MEASURES if measure.key in apart(book, ran.word)]
    count = book.leaf(
        "apart.counts", len(differing), "count", label="counts more than 5 % apart", origin="derived",
        note="rows of the table whose difference is more than 5 % of the prediction and more than 2",
    )  # fmt: skip
    tiles = [("Counts more than 5 % apart", count.shown, ", ".join(differing) or "all agree", count.key)]
    for key, label in (("cost", "Cost apart"), ("p95", "Journey p95 apart")):
        predicted, difference = f"predicted.{key}", f"difference.{key}"
        if difference in book and book[predicted].value:
            share = book.derive(f"apart.{key}", "off / predicted", "share", label, off=difference, predicted=predicted)
            tiles.append((label, share.shown, f"{book[difference].shown} of {book[predicted].shown}", share.key))
    return Tiles(tuple(tiles))


def _promises(plan: Plan, ran: Ran, book: Book) -> Section:
    rows: list[tuple[str | Cell, ...]] = []
    for objective in plan.objectives:
        value = _value(objective, plan, ran, book)
        if value is None:
            rows.append((objective.name, objective.measure, _limit(objective, book), Cell("not measured", "muted"), ""))
            continue
        kept = value <= objective.limit if objective.at_most else value >= objective.limit
        dimension = DIMENSIONS[objective.measure]
        key = f"promise.{objective.name}"
        verdict = Cell("kept", "good") if kept else Cell("broken", "bad")
        rows.append(
            (
                objective.name,
                objective.measure,
                _limit(objective, book),
                Cell(show(value, dimension), figure=key),
                verdict,
            )
        )
    lead = "The objectives of the file on what ran. A scenario with a fault is harder than the ordinary day."
    heading = ("Objective", "Measure", "Promised", ran.word.capitalize(), "")
    blocks: tuple[Block, ...] = (Table(heading, tuple(rows), numeric=frozenset({2, 3})),)
    if not rows:
        blocks = (Text("The file states no objectives.", "muted"),)
    return Section("measure-promises", "Promises", blocks, lead)


def _limit(objective: Objective, book: Book) -> Cell:
    key, dimension = f"promise.{objective.name}.limit", DIMENSIONS[objective.measure]
    limit = book.leaf(key, objective.limit, dimension, label="promised", origin="set", note="objectives of the file")
    return Cell(f"{'≤' if objective.at_most else '≥'} {limit.shown}", figure=key)


def _value(objective: Objective, plan: Plan, ran: Ran, book: Book) -> float | None:
    """What ran of the objective's journey, in its measure, entered as a figure; None where the ledger cannot tell."""
    key, measure = f"promise.{objective.name}", objective.measure
    if measure in SHARES:
        return _latency(objective, ran, book)
    if measure in COUNTED:
        counts = _counts(_side(objective, ran))
        names = COUNTED[measure].names
        if not counts["cacheable" if "cacheable" in names else "arrivals"]:
            return None
        for name in names:
            book.leaf(f"{key}.{name}", counts[name], "count", label=name, origin="measured", note=ran.source)
        return book.derive(key, COUNTED[measure], "share", measure, **{name: f"{key}.{name}" for name in names}).value
    return _month(objective, plan, ran, book)


def _side(objective: Objective, ran: Ran) -> Tally | Part:
    """What ran of the journey that an objective is about, or of all."""
    return ran.tally.parts.get(objective.journey, Part()) if objective.journey else ran.tally


def _latency(objective: Objective, ran: Ran, book: Book) -> float | None:
    key, measure = f"promise.{objective.name}", objective.measure
    if objective.journey:
        took = sorted(_side(objective, ran).journey_durations)
        if not took:
            return None
        seen = percentile(took, SHARES[measure])
        note = f"{objective.journey}, {ran.source}"
        return book.leaf(key, seen, "duration", label=measure, origin="measured", note=note).value
    source = f"{ran.word}.{measure}"
    return book.derive(key, "seen", "duration", "as it ran", seen=source).value if source in book else None


def _month(objective: Objective, plan: Plan, ran: Ran, book: Book) -> float | None:
    """A month at the stated volume of each journey, if each costs what it did; of all of them, what stands besides."""
    key, months, unseen = f"promise.{objective.name}", [], []
    for journey in plan.journeys:
        part = ran.tally.parts.get(journey.name, Part())
        visits = sum(part.journeys.values())
        if objective.journey not in ("", journey.name):
            continue
        if not visits:
            unseen.append(journey.name)
            continue
        base = f"{key}.{journey.name}"
        units = carried(plan, part)
        calls = "all its model calls" + (", less those that bought units carry" if units else "")
        inputs = {
            name: book.leaf(f"{base}.{name}", value, dimension, label=label, origin=origin, note=note).key
            for name, value, dimension, label, origin, note in (
                ("cost", part.cost - units, "money", calls, "measured", ran.source),
                ("arrivals", visits, "count", "journeys", "measured", ran.source),
                ("volume", journey.rate, "rate", "stated volume", "set", "the file's volume"),
            )
        }
        month = book.leaf("month", plan.gateway.month_s, "duration", origin="fact", note="definition").key
        label = "a month, if each journey costs what it did here"
        months.append(book.derive(f"{base}.month", MONTHLY, "money", label, month=month, **inputs))
    if not months:
        return None
    if plan.standing and not objective.journey:
        label, note = "hardware and bought units, a month", "as `price` bills them"
        months.append(book.leaf(f"{key}.standing", plan.standing, "money", label=label, origin="computed", note=note))
    without = f", without {' and '.join(unseen)}, which nobody took" if unseen else ""
    return book.total(key, months, "money", f"a month at the stated volume{without}").value


def _counts(side: Tally | Part) -> dict[str, int]:
    """The counts that shares are made of, by the names that a simulation gives them."""
    return {
        "arrivals": sum(side.journeys.values()),
        "answered": side.journeys.get("answered", 0),
        "failed": side.journeys.get("failed", 0),
        "cached": side.hows.get("cached", 0),
        "cacheable": side.cacheable,
    }


def _trust(ran: Ran, book: Book) -> Section:
    run, overheads = ran.tally.run, ran.tally.overheads
    blocks: list[Block] = []
    if ran.bill is not None:
        bill = book.leaf(
            "supplier.bill",
            ran.bill,
            "money",
            label="the suppliers' own account",
            origin="measured",
            note="emulated providers",
        )
        off = book.derive(
            "difference.bill", "ledger - bill", "money", "ledger against bill", ledger=f"{ran.word}.cost", bill=bill
        )
        words = f"Ledger {book[f'{ran.word}.cost'].shown}, suppliers' bill {bill.shown}, difference {off.shown}."
        blocks.append(Text(words, "good" if off.value == 0 else "plain"))
    if overheads:
        half, most = percentile(overheads, 0.5), percentile(overheads, 0.99)
        words = (
            f"The gateway took {show_duration(half)} (p50) and {show_duration(most)} (p99) of real time for a request"
        )
        if run is not None and run.scale != 1:
            words += (
                f"; at a time scale of {run.scale:g} that reads as {show_duration(half * run.scale)} and "
                f"{show_duration(most * run.scale)} in the table's latencies, which is the error that compression makes"
            )
        blocks.append(Text(words + "."))
    if ran.tally.estimated:
        blocks.append(
            Text(f"{ran.tally.estimated:,} attempts broke off and are billed by what was written, marked as estimates.")
        )
    lead = (
        "That both sides agree is consistency: the gateway does what the simulator says. It says nothing of the world."
    )
    return Section("measure-trust", "How far to trust it", tuple(blocks), lead if ran.word == "rehearsed" else "")
