"""What measured points say of a deployment: two factors, how much nearer they come, and what to write into the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from archwright.analysis.capacity.fit import Factors, Point, calibrated, errors, left_out, mape, scaled
from archwright.base.text import plural
from archwright.plan.pool import Pool
from archwright.report.document import Cell, Document, Section, Table, Text, Tiles, Tone
from archwright.report.figures import Book

GOOD: Final = 0.15  # a mean error above it says that the formula is not of this deployment
FAR: Final = (0.33, 3.0)  # factors beyond are more likely a mistake than a calibration

WRONG: Final = (
    "The formula does not follow these points. Check that they are of this deployment, and that requests did not wait; "
    "or state `batching.step` as measured."
)
STRANGE: Final = (
    "The points are followed, but by factors that are far from 1. Check units, precision and number of accelerators."
)
WELL: Final = "The formula follows these points. With both factors as measured, the band is narrower."


@dataclass(frozen=True, slots=True)
class Calibration:
    """Factors over what the facts say, and mean errors: with what the file had, with these, and of points left out."""

    component: str
    factors: Factors
    before: float
    after: float
    unseen: float
    points: tuple[Point, ...]
    found: tuple[tuple[float, float], ...]


def calibrate(component: str, pool: Pool, stated: Factors, points: Sequence[Point]) -> Calibration:
    """Fit the factors of a component's replicas to points; `stated` are those that the file has already."""
    facts = scaled(pool.law, Factors(1.0 / stated.busy, 1.0 / stated.overhead if stated.overhead else 1.0))
    factors = calibrated(facts, points)
    before, after = errors(pool.law, points), errors(scaled(facts, factors), points)
    unseen = mape(left_out(facts, points))
    return Calibration(
        component, factors, mape(before), mape(after), unseen, tuple(points), tuple(zip(before, after, strict=True))
    )


def calibration_document(found: Calibration, pool: Pool, source: str) -> tuple[Document, Book]:
    """The result as a document, and the book of its numbers. `source` names points and day."""
    book = Book()
    key = f"calibrate.{found.component}"
    note = f"{plural(len(found.points), 'point')} of {source}"
    for name, value, label in (
        ("before", found.before, "mean error with what the file says now"),
        ("after", found.after, "mean error with the factors below"),
        ("unseen", found.unseen, "mean error at a point that the factors were fitted without"),
    ):
        book.leaf(f"{key}.{name}", value, "share", label=label, origin="computed", note=note)
    for name, value, label in (
        ("busy", found.factors.busy, "memory and arithmetic over what the facts say"),
        ("overhead", found.factors.overhead, "what is added to each step over what the facts say"),
    ):
        book.leaf(f"{key}.{name}", value, "ratio", label=label, origin="computed", note=note)
    tiles = Tiles((
        ("Error before", book[f"{key}.before"].shown, "mean, of the time for each token", f"{key}.before"),
        ("Error after", book[f"{key}.after"].shown, "at the same points", f"{key}.after"),
        ("Error at an unseen point", book[f"{key}.unseen"].shown, "each left out once", f"{key}.unseen"),
    ))  # fmt: skip
    rows = tuple(
        (
            f"{point.concurrency:,.0f}", f"{point.prompt:,.0f}", f"{point.answer:,.0f}",
            f"{point.per_token_s * 1000:.2f} ms", _error(before), _error(after),
        )
        for point, (before, after) in zip(found.points, found.found, strict=True)
    )  # fmt: skip
    headings = ("At once", "Tokens in", "Tokens out", "Measured", "Before", "After")
    table = Table(headings, rows, "time for each output token", frozenset(range(6)))
    factors = found.factors._asdict()
    written = Table(
        ("Key", "Write"),
        tuple((name, f'{{value: {value:.3g}x, measured: "{note}"}}') for name, value in factors.items()),
        f"under `components.{found.component}.batching`; the file is not changed",
    )
    words, tone = _verdict(found)
    section = Section("calibration", found.component, (tiles, Text(words, tone), written, table), pool.serves)
    return Document("Calibration", (section,), f"{found.component} against {note}"), book


def _verdict(found: Calibration) -> tuple[str, Tone]:
    if found.unseen > GOOD:
        return WRONG, "bad"
    return (WELL, "good") if FAR[0] <= min(found.factors) <= max(found.factors) <= FAR[1] else (STRANGE, "bad")


def _error(value: float) -> Cell:
    return Cell(f"{value:+.1%}", "bad" if abs(value) > 2 * GOOD else "plain")


def calibration_data(found: Calibration) -> dict[str, object]:
    """What `--json` adds. Errors are shares."""
    return {
        "component": found.component,
        "points": len(found.points),
        "busy": found.factors.busy,
        "overhead": found.factors.overhead,
        "error_before": found.before,
        "error_after": found.after,
        "error_unseen": found.unseen,
        "write": {"batching": {"busy": f"{found.factors.busy:.3g}x", "overhead": f"{found.factors.overhead:.3g}x"}},
    }
