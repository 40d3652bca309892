"""Decisions: the question, what could be done, by which measures, what was chosen, and on which assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from archwright.spec.day import Day
from archwright.spec.given import Given, Word
from archwright.spec.predicate import Predicate
from archwright.spec.shapes import (
    DEAREST,
    Record,
    choice,
    day,
    flag,
    many,
    named,
    number,
    one,
    predicates,
    reference,
    references,
    statements,
    text,
    texts,
)  # fmt: skip

STATUSES: Final = ("proposed", "accepted", "rejected", "deprecated", "superseded")
JUDGED: Final = "judged"
# What a criterion can be computed from, and in which dimension; the rest is judged by a named person.
COMPUTED: Final = {
    "cost": "money-rate",
    "model-cost": "money-rate",
    "p50": "duration",
    "p95": "duration",
    "p99": "duration",
    "availability": "share",
    "full-answers": "share",
    "cache-hit": "share",
    "residency": "share",
}
MORE_IS_BETTER: Final = frozenset({"availability", "full-answers", "cache-hit", "residency"})
OF_A_JOURNEY: Final = frozenset({"p50", "p95", "p99", "availability", "full-answers", "cache-hit"})


@dataclass(frozen=True, kw_only=True)
class Amount(Record):
    """How much of a technology an option needs, so that the catalogue's price enters what it costs."""

    of: Word = text("the technology, by its name in `archwright catalogue`")
    what: Word = text("which of its prices, such as `storage`; may be left out where it has one", default="")
    units: Given = number(
        "number", "how many a month, in the catalogue's unit; of what is paid by the hour, how many run", estimate=True
    )


@dataclass(frozen=True, kw_only=True)
class Switching(Record):
    """What it takes to move from one option to another: engineers' time for each part of the file that changes."""

    hours: Given = number("duration", "engineers' time for each component, route or flow that changes", estimate=True)
    hourly: Given | None = number(
        "money",
        "one hour of one engineer; that of `operation.upkeep` if left out",
        default=None,
        maximum=DEAREST,
        estimate=True,
    )


@dataclass(frozen=True, kw_only=True)
class Option(Record):
    """One way to go: the system as designed, the system with an overlay, or something that is only costed."""

    title: Word = text("what it is called; its name if left out", default="")
    summary: Word = text("what would be done", default="")
    overlay: Word = text("file with what differs from the system as designed; a path beside it", default="", key="with")
    cost: Given | None = number(
        "money-rate", "what it costs in all, where no system can be computed", default=None, estimate=True
    )
    once: Given | None = number(
        "money", "what it costs once: moving, training, leaving what is there", default=None, estimate=True
    )
    uses: tuple[Word, ...] = texts("technologies that it rests on, by their names in `archwright catalogue`")
    amounts: tuple[Amount, ...] = many(Amount, "how much of them it needs; their prices enter its cost")
    do_not_build: bool = flag("this is the option to leave it; it has a `cost` too")
    good: tuple[Word, ...] = texts("what speaks for it")
    bad: tuple[Word, ...] = texts("what speaks against it")
    lock_in: Word = text("what it would take to leave it again", default="")


@dataclass(frozen=True, kw_only=True)
class Criterion(Record):
    """One measure of what is good, and how much it counts.

    A computed cell is 1 at `best`, 0 at `worst` and in proportion between; where they are left out, at the best and
    the worst of the options.
    """

    title: Word = text("what it is called; its name if left out", default="")
    weight: Given = number("share", "how much it counts; all weights sum to 100 %", maximum=1)
    measure: str = choice((JUDGED, *COMPUTED), "what it is computed from, or `judged`", default=JUDGED)
    journey: Word | None = reference("journeys", "of which journey; of all if left out", default=None)
    best: Given | None = number("any", "from here on it cannot be better", default=None)
    worst: Given | None = number("any", "from here on it cannot be worse", default=None)


@dataclass(frozen=True, kw_only=True)
class Score(Record):
    """What somebody says of one option by one criterion that cannot be computed: 1 is worst, 5 is best."""

    option: Word = text("name of the option")
    criterion: Word = text("name of the criterion")
    score: Given = number("count", "1 is worst, 5 is best", minimum=1, maximum=5)
    owner: Word = text("who says so")
    reason: Word = text("why")
    day: Day = day("when it was said")


@dataclass(frozen=True, kw_only=True)
class Decision(Record):
    """A question about the architecture, how it was answered, and what must stay true for the answer to hold."""

    title: Word = text("the decision in a few words")
    status: str = choice(STATUSES, "how far it is", default="proposed")
    date: Day = day("when it was proposed or decided")
    record: Given | None = number(
        "count", "number of its record; its place in the file if left out", default=None,
        minimum=1, maximum=9999, key="number",
    )  # fmt: skip
    owner: Word = text("who decides; the system's owner if left out", default="")
    consulted: tuple[Word, ...] = texts("who was asked")
    informed: tuple[Word, ...] = texts("who is told")
    question: Word = text("what has to be decided, and why now")
    requirements: tuple[Word | Predicate, ...] = statements("what every option must meet, in words or as a number")
    options: Mapping[str, Option] = named(Option, "what could be done", required=True)
    criteria: Mapping[str, Criterion] = named(Criterion, "what is good, and how much it counts")
    scores: tuple[Score, ...] = many(Score, "judged cells of the matrix")
    assumptions: tuple[Predicate, ...] = predicates("what must stay true; tested on what ran")
    chosen: Word = text("name of the option that was chosen", default="")
    because: Word = text("why it was chosen", default="")
    supersedes: tuple[Word, ...] = references("decisions", "earlier decisions that it replaces")
    amends: tuple[Word, ...] = references("decisions", "earlier decisions that it changes in part; they still stand")
    switching: Switching | None = one(
        Switching, "what each changed part of the file costs, to move from one option to another", default=None
    )
    revisit: Day | None = day("when it is looked at again, whatever happens", default=None)

    def titled(self, option: str) -> str:
        """How an option is called."""
        return str(self.options[option].title or option)


def numbered(decisions: Mapping[str, Decision]) -> dict[str, int]:
    """The number of each decision's record: the one it states, else its place in the file, counted from 1."""
    places = enumerate(decisions.items(), 1)
    return {name: item.record.whole if item.record is not None else place for place, (name, item) in places}
