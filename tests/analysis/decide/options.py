"""Decisions and candidates written in Python, for tests of what is made of them."""

from __future__ import annotations

from collections.abc import Mapping

from archwright.analysis.decide.candidate import Candidate, Check, Hardware
from archwright.analysis.decide.result import Result, decide
from archwright.report.figures import Book
from archwright.spec.day import day
from archwright.spec.decisions import Criterion, Decision, Option, Score
from archwright.spec.given import Word, given

TODAY = day("2026-11-20")


def criterion(weight: float, measure: str = "judged", best: str = "", worst: str = "") -> Criterion:
    """A criterion of this weight; bounds are written as in a file."""
    return Criterion(
        weight=given(f"{weight * 100!r} %", "share"),
        measure=Word(measure),
        best=given(best, "money-rate") if best else None,
        worst=given(worst, "money-rate") if worst else None,
    )


def decision(
    criteria: Mapping[str, Criterion], options: Mapping[str, Option], scores: tuple[Score, ...] = ()
) -> Decision:
    """A decision about hosting."""
    title, question = Word("Hosting"), Word("Which?")
    return Decision(title=title, date=TODAY, question=question, options=options, criteria=criteria, scores=scores)


def score(option: str, name: str, value: float) -> Score:
    """What somebody said of one cell."""
    number = given(value, "count")
    return Score(
        option=Word(option), criterion=Word(name), score=number, owner=Word("me"), reason=Word("so"), day=TODAY
    )


def valued(book: Book, name: str, values: Mapping[str, float], *checks: Check) -> Candidate:
    """A computed option with the values of some criteria."""
    for criterion_name, value in values.items():
        book.leaf(f"{name}.{criterion_name}", value, "money", origin="set")
    cells = {criterion_name: f"{name}.{criterion_name}" for criterion_name in values}
    return Candidate(name, name.title(), "computed", cells=cells, checks=checks)


def judged(scores: Mapping[str, tuple[float, ...]], weights: tuple[float, ...]) -> tuple[Result, Book]:
    """Options with these scores (1 to 5) by criteria c0, c1 …"""
    criteria = {f"c{number}": criterion(weight) for number, weight in enumerate(weights)}
    cells = tuple(
        score(option, f"c{number}", value) for option, row in scores.items() for number, value in enumerate(row)
    )
    made = decision(criteria, {option: Option() for option in scores}, scores=cells)
    book = Book()
    return decide("d", made, [valued(book, option, {}) for option in scores], book), book


def paying(book: Book, name: str, each: float, fleet: tuple[float, float, float] | None = None) -> Candidate:
    """An option whose journeys cost `each`, and whose fleet has (cost a month, replicas, replicas that are needed)."""
    book.leaf(f"{name}.each", each, "money", origin="set")
    book.leaf(f"{name}.volume", 1000.0, "count", origin="set")
    hardware: tuple[Hardware, ...] = ()
    if fleet is not None:
        for part, value in zip(("month", "replicas", "needed"), fleet, strict=True):
            book.leaf(f"{name}.{part}", value, "money" if part == "month" else "number", origin="set")
        hardware = (Hardware("Own model", f"{name}.month", f"{name}.replicas", f"{name}.needed"),)
    return Candidate(name, name.title(), "computed", each=f"{name}.each", volume=f"{name}.volume", hardware=hardware)
