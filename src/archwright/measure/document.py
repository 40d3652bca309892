"""What `measure` says: the table, the promises tested on what ran, and how far the comparison can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.analysis.stress.objectives import AVAILABLE, DIMENSIONS, HITS, MONTHLY, SHARES
from archwright.base.numbers import percentile
from archwright.base.units import show, show_duration
from archwright.ledger.tally import Tally
from archwright.measure.compare import enter, table
from archwright.measure.sides import of_tally
from archwright.plan.model import Objective, Plan
from archwright.report.document import Block, Cell, Document, Section, Table, Text
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
    sections = [
        Section("measure-table", f"Predicted and {ran.word}", (table(book, ran.word),), f"Predicted: {how}."),
        _promises(plan, ran, book),
        _trust(ran, book),
    ]
    run = ran.tally.run
    facts = (("plan", run.plan), ("began", run.started), ("time scale", f"{run.scale:g}")) if run else ()
    return Document("Measure", tuple(sections), "what ran, held against what was designed", facts), book


def _promises(plan: Plan, ran: Ran, book: Book) -> Section:
    rows: list[tuple[str | Cell, ...]] = []
    for objective in plan.objectives:
        value = _value(objective, plan, ran, book)
        if value is None:
            rows.append((objective.name, objective.measure, _limit(objective), Cell("not measured", "muted"), ""))
            continue
        kept = value <= objective.limit if objective.at_most else value >= objective.limit
        dimension = DIMENSIONS[objective.measure]
        key = f"promise.{objective.name}"
        verdict = Cell("kept", "good") if kept else Cell("broken", "bad")
        rows.append(
            (objective.name, objective.measure, _limit(objective), Cell(show(value, dimension), figure=key), verdict)
        )
    lead = "The objectives of the file on what ran. A scenario with a fault is harder than the ordinary day."
    heading = ("Objective", "Measure", "Promised", ran.word.capitalize(), "")
    blocks: tuple[Block, ...] = (Table(heading, tuple(rows), numeric=frozenset({2, 3})),)
    if not rows:
        blocks = (Text("The file states no objectives.", "muted"),)
    return Section("measure-promises", "Promises", blocks, lead)


def _limit(objective: Objective) -> str:
    return f"{'≤' if objective.at_most else '≥'} {show(objective.limit, DIMENSIONS[objective.measure])}"


def _value(objective: Objective, plan: Plan, ran: Ran, book: Book) -> float | None:
    """What ran, in the objective's measure, entered as a figure; None where the ledger cannot tell."""
    key, word, measure = f"promise.{objective.name}", ran.word, objective.measure
    if measure in SHARES:
        source = f"{word}.{measure}"
        return book.derive(key, "seen", "duration", "as it ran", seen=source).value if source in book else None
    if measure == "cache-hit" and ran.tally.cacheable:
        label = "requests of routes with a cache"
        asked = book.leaf(f"{word}.cacheable", ran.tally.cacheable, "count", label=label, origin="measured")
        inputs = {"cached": f"{word}.cache_hits", "cacheable": asked.key}
        return book.derive(key, HITS, "share", "requests answered by a cache", **inputs).value
    if not sum(ran.tally.journeys.values()):
        return None
    if measure == "availability":
        failed = ran.tally.journeys.get("failed", 0)
        entered = book.leaf(f"{word}.failed", failed, "count", label="failed", origin="measured", note=ran.source)
        label = "journeys that did not fail"
        return book.derive(key, AVAILABLE, "share", label, failed=entered, arrivals=f"{word}.journeys").value
    volume = sum(journey.rate for journey in plan.journeys)
    inputs = {
        "cost": f"{word}.cost",
        "arrivals": f"{word}.journeys",
        "volume": book.leaf(
            "design.volume", volume, "rate", label="journeys", origin="set", note="the file's volume"
        ).key,
        "month": book.leaf("month", plan.gateway.month_s, "duration", origin="fact", note="definition").key,
    }
    return book.derive(key, MONTHLY, "money", "a month, if every journey costs what it did here", **inputs).value


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
    return Section("measure-trust", "How far to trust it", tuple(blocks))
