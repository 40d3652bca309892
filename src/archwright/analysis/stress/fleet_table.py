"""What the replicas of self-hosted models did in a scenario, as a table whose numbers can be asked why."""

from __future__ import annotations

from typing import Final

from archwright.analysis.stress.figures import source
from archwright.analysis.stress.outcome import Outcome
from archwright.report.document import Block, Cell, Table
from archwright.report.figures import Book

COLUMNS: Final = (
    ("Replicas, mean", "mean_replicas", "number"),
    ("Fewest", "least_replicas", "count"),
    ("Most", "most_replicas", "count"),
    ("At work", "utilisation", "share"),
    ("Sequences at once", "batch", "number"),
    ("KV cache, mean", "occupancy", "share"),
    ("KV cache, fullest", "fullest", "share"),
    ("Longest queue", "deepest", "count"),
    ("Thrown out", "thrown_out", "count"),
    ("Turned away", "turned_away", "count"),
    ("Hardware", "hardware", "money"),
)


def replicas(book: Book, outcome: Outcome) -> list[Block]:
    """The table, where any model has replicas; its figures are entered."""
    rows = []
    for pool in outcome.pools:
        cells: list[str | Cell] = [pool.name]
        for label, name, dimension in COLUMNS:
            key = f"stress.{outcome.scenario}.{pool.name}.replicas.{name}"
            value = getattr(pool, name)
            figure = book.leaf(key, value, dimension, label=label.lower(), origin="simulated", note=source(outcome))
            cells.append(Cell(figure.shown, "plain", key))
        rows.append(tuple(cells))
    headings = ("Model", *(label for label, _, _ in COLUMNS))
    caption = "replicas of our own models; what a replica really does is told by `capacity`, with its band"
    return [Table(headings, tuple(rows), caption, frozenset(range(1, len(headings))))] if rows else []
