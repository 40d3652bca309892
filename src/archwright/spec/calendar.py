"""The week of the calendar in a file: a moment such as `Mon 08:00`, and hours of work such as `Mon-Fri 8-18`."""

from __future__ import annotations

import re
from typing import Final

from archwright.base.errors import NOWHERE, Location
from archwright.base.units import DAY, HOUR, MINUTE, UnitError
from archwright.spec.given import Word

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK_H: Final = 168
MOMENT: Final = "a day and an hour of the week such as `Mon 08:00`"
HOURS: Final = "hours of the week such as `Mon-Fri 8-18` or `Mon-Fri 8-20, Sat 9-14`"
MOMENT_PATTERN: Final = r"^[A-Za-z]{3,9} [0-9]{1,2}(:[0-9]{2})?$"
_MOMENT: Final = re.compile(r"\s*(?P<day>[A-Za-z]{3,9})\s+(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2}))?\s*")
_SPAN: Final = re.compile(
    r"\s*(?P<first>[A-Za-z]{3,9})(?:\s*-\s*(?P<last>[A-Za-z]{3,9}))?\s+(?P<opens>[0-9]{1,2})\s*-\s*(?P<ends>[0-9]{1,2})\s*"
)


class Moment(Word):
    """A moment of the week; a `str` that knows its place. `seconds` count from Monday 0:00."""

    @property
    def seconds(self) -> float:
        """Seconds since Monday 0:00, from 0 to below a week."""
        found = _moment(self)
        if found is None:
            raise ValueError(self)
        return found


class Hours(Word):
    """Hours of the week in which somebody works; a `str` that knows its place."""

    @property
    def week(self) -> tuple[int, ...]:
        """168 numbers from Monday 0:00 on: 1 for an hour of work."""
        found = _hours(self)
        if found is None:
            raise ValueError(self)
        return found


def moment(text: str, where: Location = NOWHERE) -> Moment:
    """The moment of the week that `text` names.

    Raises:
        UnitError: it is none.
    """
    if _moment(text) is None:
        raise UnitError(f"{text[:40]!r} is no moment of the week", f"write {MOMENT}")
    found = Moment(text)
    found.where = where
    return found


def hours(text: str, where: Location = NOWHERE) -> Hours:
    """The hours of the week that `text` names.

    Raises:
        UnitError: it names none.
    """
    if _hours(text) is None:
        raise UnitError(f"{text[:40]!r} are no hours of the week", f"write {HOURS}")
    found = Hours(text)
    found.where = where
    return found


def _day(name: str) -> int:
    """The place of a weekday in the week; -1: it is none."""
    full = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return next((at for at, day in enumerate(full) if day.startswith(name.lower())), -1)


def _moment(text: str) -> float | None:
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    day, hour, minute = _day(found["day"]), int(found["hour"]), int(found["minute"] or 0)
    return day * DAY + hour * HOUR + minute * MINUTE if day >= 0 and hour < 24 and minute < 60 else None


def _hours(text: str) -> tuple[int, ...] | None:
    week = [0] * WEEK_H
    for part in text.split(","):
        found = _SPAN.fullmatch(part)
        if found is None:
            return None
        first, last = _day(found["first"]), _day(found["last"] or found["first"])
        opens, ends = int(found["opens"]), int(found["ends"])
        if first < 0 or last < first or not 0 <= opens < ends <= 24:
            return None
        for day in range(first, last + 1):
            week[day * 24 + opens : day * 24 + ends] = [1] * (ends - opens)
    return tuple(week)
