"""What `measure` says: the table, the promises tested on what ran, and how far the comparison can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

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
        dimension = _dimension(objective)
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


def _dimension(objective: Objective) -> str:
    return {"availability": "share", "cache-hit": "share", "cost": "money"}.get(objective.measure, "duration")


def _limit(objective: Objective) -> str:
    return f"{'≤' if objective.at_most else '≥'} {show(objective.limit, _dimension(objective))}"


def _value(objective: Objective, plan: Plan, ran: Ran, book: Book) -> float | None:
    """What ran, in the objective's measure, entered as a figure; None where the ledger cannot tell."""
    key, word = f"promise.{objective.name}", ran.word
    if objective.measure in ("p50", "p95", "p99"):
        source = f"{word}.{objective.measure}"
        return book.derive(key, "seen", "duration", "as it ran", seen=source).value if source in book else None
    journeys = sum(ran.tally.journeys.values())
    if objective.measure == "availability" and journeys:
        failed = book.leaf(
            f"{word}.failed_journeys", ran.tally.journeys.get("failed", 0), "count", origin="measured", note=ran.source
        )
        return book.derive(
            key, "1 - failed / all", "share", "journeys that did not fail", failed=failed, all=f"{word}.journeys"
        ).value
    if objective.measure == "cache-hit" and ran.tally.requests:
        return book.derive(
            key, "hits / requests", "share", hits=f"{word}.cache_hits", requests=f"{word}.requests"
        ).value
    if objective.measure == "cost" and journeys:
        month = sum(journey.rate for journey in plan.journeys) * plan.gateway.month_s
        volume = book.leaf(
            "design.journeys.month", month, "count", label="journeys a month", origin="fact", note="the file's volume"
        )
        label = "cost of a journey as it ran, times the volume of a month"
        return book.derive(
            key,
            "cost / journeys * volume",
            "money",
            label,
            cost=f"{word}.cost",
            journeys=f"{word}.journeys",
            volume=volume,
        ).value
    return None


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
        words = f"The gateway took {show_duration(half)} (p50) and {show_duration(most)} (p99) of real time for a request"
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
