"""The matrix: options by criteria, every cell a number from 0 to 1, and the weighted sum.

A computed cell is linear between the worst and the best: those that the criterion states, or else those of the
options that are compared; beyond them it stays 0 or 1. Where all options are equal each gets 1. A judged cell is
linear between 1 and 5. What is unknown gets 0: it is never read as good.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from archwright.analysis.decide.candidate import Candidate
from archwright.base.units import MONTH
from archwright.report.figures import Book, Figure, Formula
from archwright.spec.decisions import MORE_IS_BETTER, Criterion, Decision, Score
from archwright.spec.given import Given

LINEAR: Final = Formula("min(1, max(0, (value - worst) / (best - worst)))")
JUDGED: Final = Formula("(score - 1) / 4")
TIE: Final = 1e-9
Source = Literal["computed", "stated", "judged", "unknown"]
ABSOLUTE: Final = {"residency": (1.0, 0.0)}  # best and worst of what is a matter of yes or no


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One option by one criterion: keys of the value (empty if unknown) and of its score; `words` say who judged it."""

    source: Source
    score: str
    value: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which values a criterion's cells are scored: keys of both, and whose they are."""

    best: str = ""
    worst: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A decision's options in file order; cells by option and criterion; the keys of the weighted sums by option."""

    name: str
    base: str
    decision: Decision
    candidates: tuple[Candidate, ...]
    bounds: Mapping[str, Bounds]
    cells: Mapping[tuple[str, str], MatrixCell]
    scores: Mapping[str, str]

    def candidate(self, name: str) -> Candidate:
        """The option of that name."""
        return next(item for item in self.candidates if item.name == name)

    def weight(self, criterion: str) -> str:
        """The key of a criterion's weight."""
        return f"{self.base}.weight.{criterion}"


@dataclass(frozen=True, slots=True)
class Ranking:
    """Options that may be chosen, best first. `winner` is empty where none may be, or where the first are equal."""

    order: tuple[str, ...]
    winner: str
    tied: tuple[str, ...] = ()


def key_of(name: str) -> str:
    """The beginning of a decision's keys."""
    return f"decide.{name}"


def option_key(name: str, option: str) -> str:
    """The beginning of the keys of one of its options."""
    return f"{key_of(name)}.option.{option}"


def matrix(name: str, decision: Decision, candidates: Sequence[Candidate], book: Book) -> Matrix:
    """Score every cell; everything is entered in `book`."""
    base = key_of(name)
    judged = {(str(item.option), str(item.criterion)): item for item in decision.scores}
    bounds: dict[str, Bounds] = {}
    cells: dict[tuple[str, str], MatrixCell] = {}
    for title, criterion in decision.criteria.items():
        _given(book, f"{base}.weight.{title}", criterion.weight, f"weight of {title}")
        known = {item.name: book[item.cells[title]] for item in candidates if title in item.cells}
        bounds[title] = _bounds(book, f"{base}.bounds.{title}", criterion, list(known.values()))
        for item in candidates:
            key = f"{option_key(name, item.name)}.cell.{title}"
            if item.name in known:
                cells[item.name, title] = _computed(book, key, item, known[item.name], bounds[title])
            else:
                cells[item.name, title] = _judged(book, key, judged.get((item.name, title)))
    scores = {item.name: _score(book, name, decision, item, cells) for item in candidates}
    return Matrix(name, base, decision, tuple(candidates), bounds, cells, scores)


def _given(book: Book, key: str, given: Given, label: str) -> Figure:
    """Enter a number of the file with its place."""
    origin = given.origin if given.origin != "chosen" else "set"
    return book.add(
        Figure(key, given.value, given.dimension, label, "", (), origin, given.note, given.text, given.where)
    )


def a_month(book: Book, key: str, given: Given, label: str) -> Figure:
    """Enter an amount over time, and what it is in a month."""
    rate = _given(book, f"{key}.stated", given, label)
    book.leaf("month", MONTH, "duration", label="a twelfth of 365.25 days", origin="fact", note="definition")
    return book.derive(key, "rate * month", "money", label, rate=rate, month="month")


def _bounds(book: Book, key: str, criterion: Criterion, values: list[Figure]) -> Bounds:
    """Stated bounds, or those of the options."""
    if not values:
        return Bounds()
    if criterion.best is not None and criterion.worst is not None:
        for end, given in (("best", criterion.best), ("worst", criterion.worst)):
            if given.dimension == "money-rate":
                a_month(book, f"{key}.{end}", given, f"the {end}, stated")
            else:
                _given(book, f"{key}.{end}", given, f"the {end}, stated")
        return Bounds(f"{key}.best", f"{key}.worst", "stated")
    if criterion.measure in ABSOLUTE:
        for end, value in zip(("best", "worst"), ABSOLUTE[criterion.measure], strict=True):
            book.leaf(f"{key}.{end}", value, "share", label=f"the {end} there is", origin="fact", note="definition")
        return Bounds(f"{key}.best", f"{key}.worst", "the best and the worst there is")
    more = criterion.measure in MORE_IS_BETTER
    inputs = {f"value{number}": value for number, value in enumerate(values, 1)}
    for end, function in (("best", "max" if more else "min"), ("worst", "min" if more else "max")):
        formula = f"{function}({', '.join(inputs)})" if len(inputs) > 1 else "value1"
        book.derive(f"{key}.{end}", formula, values[0].dimension, f"the {end} of the options", **inputs)
    return Bounds(f"{key}.best", f"{key}.worst", "of the options")


def _computed(book: Book, key: str, item: Candidate, value: Figure, bounds: Bounds) -> MatrixCell:
    source: Source = "stated" if item.basis == "stated" else "computed"
    if book[bounds.best].value == book[bounds.worst].value:
        score = book.leaf(
            key, 1.0, "share", label="score", origin="fact", note="definition: no option is better or worse"
        )
    else:
        score = book.derive(key, LINEAR, "share", "score", value=value, best=bounds.best, worst=bounds.worst)
    return MatrixCell(source, score.key, value.key)


def _judged(book: Book, key: str, score: Score | None) -> MatrixCell:
    if score is None:
        unknown = book.leaf(key, 0.0, "share", label="score", origin="unknown", note="what is unknown scores 0")
        return MatrixCell("unknown", unknown.key)
    words = f"{score.owner}, {score.day}: {score.reason}"
    given = score.score
    value = book.add(
        Figure(f"{key}.judged", given.value, "number", "of 1 to 5", "", (), "judged", words, given.text, given.where)
    )
    return MatrixCell("judged", book.derive(key, JUDGED, "share", "score", score=value).key, value.key, words)


def _score(
    book: Book, name: str, decision: Decision, item: Candidate, cells: Mapping[tuple[str, str], MatrixCell]
) -> str:
    inputs: dict[str, str] = {}
    for number, title in enumerate(decision.criteria, 1):
        inputs |= {f"weight{number}": f"{key_of(name)}.weight.{title}", f"cell{number}": cells[item.name, title].score}
    formula = " + ".join(f"weight{number} * cell{number}" for number in range(1, len(decision.criteria) + 1)) or "0"
    return book.derive(f"{option_key(name, item.name)}.score", formula, "share", "weighted score", **inputs).key


def ranking(found: Matrix, book: Book) -> Ranking:
    """The options that may be chosen, best first; none wins a tie, and none wins where nothing is compared."""
    eligible = [item.name for item in found.candidates if item.standing == "open"]
    order = sorted(eligible, key=lambda name: -book[found.scores[name]].value)
    if not order or not found.decision.criteria:
        return Ranking(tuple(order), "")
    best = book[found.scores[order[0]]].value
    tied = tuple(name for name in order if best - book[found.scores[name]].value <= TIE)
    return Ranking(tuple(order), order[0] if len(tied) == 1 else "", tied if len(tied) > 1 else ())
