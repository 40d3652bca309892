"""The register of risks: what may go wrong, how likely, how bad, who answers for it and what is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from archwright.spec.day import Day
from archwright.spec.given import Word
from archwright.spec.shapes import Record, choice, day, reference, text

LIKELIHOODS: Final = ("rare", "unlikely", "possible", "likely", "almost-certain")
IMPACTS: Final = ("negligible", "minor", "moderate", "major", "severe")
TREATMENTS: Final = ("avoid", "reduce", "transfer", "accept")


@dataclass(frozen=True, kw_only=True)
class Risk(Record):
    """A risk. `likelihood` and `impact` are what remains with the treatment in place."""

    statement: Word = text("what may happen, to whom, and why")
    likelihood: str = choice(LIKELIHOODS, "how likely it is within a year")
    impact: str = choice(IMPACTS, "how bad it would be")
    treatment: str = choice(TREATMENTS, "what is done about it")
    measure: Word = text("how it is treated, in a few words", default="")
    owner: Word = text("who answers for it")
    review: Day = day("the day on which it is looked at again")
    rule: Word = text("code or name of the rule that finds it", default="")
    component: Word | None = reference("components", "the component that it is about", default=None)

    @property
    def grade(self) -> tuple[int, int]:
        """Impact and likelihood as steps from 1 to 5, to sort by. They are an order, not quantities."""
        return IMPACTS.index(self.impact) + 1, LIKELIHOODS.index(self.likelihood) + 1
