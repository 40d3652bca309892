"""Predicted beside ran: the same few figures of both, and the difference."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.base.units import show
from archwright.report.document import Cell, Table
from archwright.report.figures import Book


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the table: a stable key, how it is called, and its dimension (a key of base.units.DIMENSIONS)."""

    key: str
    label: str
    dimension: str


MEASURES = (
    Measure("journeys", "Journeys", "count"),
    Measure("requests", "Requests to the gateway", "count"),
    Measure("attempts", "Calls to models", "count"),
    Measure("cost", "Cost", "money"),
    Measure("p50", "Journey latency p50", "duration"),
    Measure("p95", "Journey latency p95", "duration"),
    Measure("p99", "Journey latency p99", "duration"),
    Measure("request_p50", "Request latency p50", "duration"),
    Measure("request_p95", "Request latency p95", "duration"),
    Measure("request_p99", "Request latency p99", "duration"),
    Measure("cache_hits", "Cache hits", "count"),
    Measure("fallbacks", "Fallbacks", "count"),
    Measure("degraded", "Degraded answers", "count"),
    Measure("failures", "Failed requests", "count"),
    Measure("shed", "Shed or refused", "count"),
)


def enter(book: Book, side: str, values: dict[str, float], note: str) -> None:
    """Enter one side's values under `<side>.<measure>`, each with a note that says where it is from."""
    origin = "simulated" if side == "predicted" else "measured"
    for measure in MEASURES:
        if measure.key in values:
            key = f"{side}.{measure.key}"
            book.leaf(key, values[measure.key], measure.dimension, label=measure.label, origin=origin, note=note)


def table(book: Book, ran: str) -> Table:
    """The table predicted | `ran` | difference. Differences are entered in the book under `difference.`."""
    rows: list[tuple[str | Cell, ...]] = []
    for measure in MEASURES:
        predicted, actual = f"predicted.{measure.key}", f"{ran}.{measure.key}"
        if predicted not in book or actual not in book:
            continue
        key = f"difference.{measure.key}"
        figure = book.derive(key, "ran - predicted", measure.dimension, "difference", ran=actual, predicted=predicted)
        rows.append(
            (
                measure.label,
                Cell(book[predicted].shown, figure=predicted),
                Cell(book[actual].shown, figure=actual),
                Cell(_difference(figure.value, book[predicted].value, measure.dimension), figure=key),
            )
        )
    return Table(("", "Predicted", ran.capitalize(), "Difference"), tuple(rows), numeric=frozenset({1, 2, 3}))


def apart(book: Book, ran: str, share: float = 0.05, least: int = 2) -> list[str]:
    """The counts in which prediction and run differ by more than `share` of the prediction and by more than `least`.

    Latencies and money are left out: they differ by what a machine really takes, and follow the counts.
    """
    found = []
    for measure in MEASURES:
        predicted, actual = f"predicted.{measure.key}", f"{ran}.{measure.key}"
        if measure.dimension == "count" and predicted in book and actual in book:
            base = book[predicted].value
            if abs(book[actual].value - base) > max(least, share * base):
                found.append(measure.key)
    return found


def _difference(value: float, base: float, dimension: str) -> str:
    sign = "+" if value > 0 else "-" if value < 0 else "±"
    size = show(abs(value), dimension)
    share = f" ({value / base * 100:+.1f} %)" if base else ""
    return f"{sign}{size}{share}"
