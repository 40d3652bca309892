"""What the system is worth: outcomes that can be measured, and what one unit of each brings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from archwright.spec.day import Day
from archwright.spec.given import Given, Word
from archwright.spec.shapes import Record, day, many, number, reference, text


@dataclass(frozen=True, kw_only=True)
class Reading(Record):
    """A value that was measured on a day."""

    on: Day = day("when it was measured")
    value: Given = number("any", "what was measured, in the unit of the target")
    source: Word = text("where the value is from")


@dataclass(frozen=True, kw_only=True)
class Metric(Record):
    """An outcome that can be measured: where it stands, where it shall stand, how one knows, what it brings.

    A share counts journeys, so its worth is that of one journey; a duration is worth so much an hour; money is worth
    itself.
    """

    title: Word = text("what gets better, in a few words", default="")
    owner: Word = text("who answers for it; the system's owner by default", default="")
    baseline: Given = number("any", "where it stands without the system", estimate=True)
    target: Given = number("any", "where it shall stand")
    measured: Word = text("how it is measured")
    journey: Word | None = reference("journeys", "whose volume it counts", default=None)
    worth: Given | None = number("money", "what one unit brings", default=None, estimate=True)
    readings: tuple[Reading, ...] = many(Reading, "what was measured after launch")

    def last(self, as_of: dt.date) -> Reading | None:
        """The last reading by a day."""
        seen = [item for item in self.readings if item.on.date <= as_of]
        return max(seen, key=lambda item: str(item.on), default=None)
