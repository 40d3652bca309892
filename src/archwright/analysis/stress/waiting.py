"""Where work waited in a simulation, how long, and how many servers stood by: the age of queues, of people too."""

from __future__ import annotations

from archwright.analysis.stress.figures import source
from archwright.analysis.stress.outcome import Outcome, StationOutcome
from archwright.report.document import Cell, Table
from archwright.report.figures import Book

HEADINGS = (
    "Component", "Work", "Mean wait", "Longest wait", "Longest queue", "Turned away", "Given up", "Replicas, mean",
    "Replicas, most",
)  # fmt: skip
CAPTION = "where work waited: for servers that were busy, not at work, or still starting"


def waiting(book: Book, outcome: Outcome) -> Table | None:
    """A table of the stations at which work waited, was turned away, or that scaled; None where there is none."""
    rows = [_row(book, outcome, item) for item in outcome.stations if _waited(item)]
    return Table(HEADINGS, tuple(rows), CAPTION, frozenset(range(1, len(HEADINGS)))) if rows else None


def _waited(item: StationOutcome) -> bool:
    return item.jobs > 0 and (item.waited_s > 0 or item.refused > 0 or item.replica_limit > 0)


def _row(book: Book, outcome: Outcome, item: StationOutcome) -> tuple[str | Cell, ...]:
    base, note = f"stress.{outcome.scenario}.{item.name}.waiting", source(outcome)

    def cell(name: str, value: float, dimension: str, label: str, bad: bool = False) -> Cell:
        key = f"{base}.{name}"
        shown = book.leaf(key, value, dimension, label=label, origin="simulated", note=note).shown
        return Cell(shown, "bad" if bad and value else "plain", key)

    return (
        item.title,
        cell("jobs", item.jobs, "count", "pieces of work that came"),
        cell("mean", item.mean_wait_s, "duration", "mean wait of all work"),
        cell("longest", item.longest_wait_s, "duration", "the oldest that the queue became"),
        cell("deepest", item.deepest, "count", "longest queue"),
        cell("refused", item.refused, "count", "turned away, because the queue was full", bad=True),
        cell("given-up", item.given_up, "count", "given up while it waited", bad=True),
        cell("replicas", item.mean_replicas, "number", "replicas that are paid for, starting ones included"),
        cell("most-replicas", item.most_replicas, "count", "most replicas at once"),
    )
