"""A day of the calendar, as it stands in a file: when something was decided, until when it holds."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from archwright.base.errors import NOWHERE, Location
from archwright.base.units import UnitError
from archwright.spec.given import Word

WANTED: Final = "a day such as 2026-11-21"
PATTERN: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


class Day(Word):
    """A day written as `2026-11-21`; a `str` that sorts by time, knows its place and gives its date."""

    @property
    def date(self) -> dt.date:
        """The day itself."""
        return dt.date.fromisoformat(self)


def day(text: str, where: Location = NOWHERE) -> Day:
    """The day that `text` names.

    Raises:
        UnitError: it is no day of the calendar, or not written as year, month, day.
    """
    try:
        if not re.fullmatch(PATTERN, text):
            raise ValueError(text)
        dt.date.fromisoformat(text)
    except ValueError:
        raise UnitError(f"{text[:40]!r} is no day", f"write {WANTED}") from None
    found = Day(text)
    found.where = where
    return found
