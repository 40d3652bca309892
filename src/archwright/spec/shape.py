"""How the rate of a journey runs over the day and the week, by numbers or by the name of a usual shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from archwright.spec.shapes import Record, choice, numbers

DAY_H: Final = 24
WEEK_D: Final = 7
# Shapes of ours, to begin with: an office's working day, a shop's evening. Own numbers are better.
USUAL: Final[dict[str, tuple[tuple[float, ...], tuple[float, ...]]]] = {
    "flat": ((1.0,) * DAY_H, (1.0,) * WEEK_D),
    "office": (
        (0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.5, 1.2, 2.4, 3, 3, 2.7, 2, 2.4, 2.8, 2.7, 2.2, 1.4, 0.7, 0.4, 0.3, 0.2, 0.2,
         0.1),
        (1.3, 1.35, 1.35, 1.3, 1.1, 0.3, 0.3),
    ),
    "evening": (
        (0.5, 0.3, 0.2, 0.15, 0.15, 0.2, 0.3, 0.5, 0.8, 1, 1.1, 1.2, 1.3, 1.2, 1.2, 1.2, 1.3, 1.5, 1.8, 2.1, 2.2, 2,
         1.5, 0.9),
        (1.05, 1, 0.95, 0.95, 1, 1, 1.05),
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class WeekShape(Record):
    """The rate over the week, as multiples of its mean: a usual shape, or 24 hours and 7 days of your own."""

    SHORT: ClassVar[str] = "like"
    like: str = choice(tuple(USUAL), "a usual shape: an office's day, a shop's evening", default="flat")
    hours: tuple = numbers("number", "24 numbers from 0:00 on, in place of the usual ones", maximum=1e6)  # type: ignore[type-arg]
    days: tuple = numbers("number", "7 numbers from Monday on, in place of the usual ones", maximum=1e6)  # type: ignore[type-arg]

    @property
    def week(self) -> tuple[float, ...]:
        """168 factors from Monday 0:00 on, whose mean is 1; empty where the numbers make none."""
        hours, days = USUAL[self.like]
        hours = tuple(item.value for item in self.hours) or hours
        days = tuple(item.value for item in self.days) or days
        product = [day * hour for day in days for hour in hours]
        total = sum(product)
        if len(hours) != DAY_H or len(days) != WEEK_D or total <= 0:
            return ()
        return tuple(len(product) * factor / total for factor in product)
