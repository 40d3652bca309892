"""Values to try at one path of a file: a list `10 min,1 h,6 h`, or a range with a step, `50..400/50`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, NamedTuple

from archwright.base.errors import InputError, Location, Problem
from archwright.spec.setting import Setting

MOST: Final = 200  # values of one range
_NUMBER: Final = r"(\$?)\s*(\d+(?:\.\d+)?)\s*([^\d.]*?)"
_RANGE: Final = re.compile(rf"\s*{_NUMBER}\s*\.\.\s*{_NUMBER}\s*/\s*{_NUMBER}\s*")
_OPEN: Final = re.compile(rf"{_NUMBER}\s*\.\.\s*{_NUMBER}")  # a range that lacks its step
_STEPPED: Final = "50..400/50"
_WANTED: Final = "write values such as `a,b,c`, or a range with its step such as `50..400/50`"


class Range(NamedTuple):
    """A path in the file and the values to be tried there, in the order in which they were declared."""

    path: tuple[str, ...]
    values: tuple[str, ...]
    where: Location

    @property
    def name(self) -> str:
        """The path as it is written."""
        return ".".join(self.path)

    def at(self, value: str) -> Setting:
        """One of its values as a setting."""
        return Setting(self.path, value, Location(f"{self.where.file.partition(' ')[0]} {self.name}={value}"))


def ranges(texts: Iterable[str], option: str) -> tuple[Range, ...]:
    """Ranges from texts such as `components.gateway.concurrency=50..400/50`; `option` names where they were written.

    Raises:
        InputError: with every text that is none, has too many values, or names a path that another one names.
    """
    found: dict[tuple[str, ...], Range] = {}
    problems = []
    for text in texts:
        where = Location(f"{option} {text}")
        name, sign, said = text.partition("=")
        path = tuple(part.strip() for part in name.split("."))
        values = _values(said) if sign and all(path) else ()
        if not values:
            message, mend = _wrong(name, sign, said)
            problems.append(Problem("bad-range", message, where, mend))
        elif len(values) > MOST:
            message = f"`{name}` has more than {MOST} values"
            problems.append(Problem("too-many-values", message, where, "take a larger step"))
        elif path in found:
            problems.append(Problem("set-twice", f"`{name}` has two ranges", where, "write them as one list"))
        else:
            found[path] = Range(path, values, where)
    if problems:
        raise InputError(problems)
    return tuple(found.values())


def _wrong(name: str, sign: str, said: str) -> tuple[str, str]:
    """What is wrong with a range that gives no values, and what is needed instead."""
    example = name.strip() or "components.answer-cache.ttl"
    if not sign:
        return f"`{name}` has no values to try", f"write them behind it, such as `{example}=10 min,1 h,6 h`"
    if not said.strip():
        return f"`{name}=` has no values to try", f"write `{example}=a,b,c`, or a range with its step: `={_STEPPED}`"
    match = _RANGE.fullmatch(said)
    if match is None and ".." in said:
        return (
            f"`{said.strip()}` has no step",
            f"write how far apart its values lie: `{said.strip()}/…`, as `{_STEPPED}`",
        )
    if match is not None:
        low, high, step = (Decimal(number) for number in match.groups()[1::3])
        if step <= 0:
            return f"the step of `{said.strip()}` is not above 0", f"write one that is, as `{_STEPPED}`"
        if high < low:
            return f"`{said.strip()}` ends before it begins", "write the smaller end first"
        return f"`{said.strip()}` has more than one unit", "write both ends and the step in the same unit"
    return f"`{name}` names no values to try", _WANTED


def _values(said: str) -> tuple[str, ...]:
    match = _RANGE.fullmatch(said)
    if match is None:
        parts = [part.strip() for part in _parted(said)]
        if any(_OPEN.fullmatch(part) for part in parts):
            return ()
        return tuple(dict.fromkeys(parts)) if all(parts) else ()
    signs, numbers, units = match.groups()[0::3], [Decimal(n) for n in match.groups()[1::3]], match.groups()[2::3]
    unit = max(units, key=len).strip()
    low, high, step = numbers
    if step <= 0 or high < low or any(not unit.startswith(each.strip()) for each in units):
        return ()
    count = min(int((high - low) / step) + 1, MOST + 1)
    gap = " " if unit[:1].isalpha() or unit == "%" else ""
    return tuple(f"{max(signs)}{low + step * n:f}{gap}{unit}" for n in range(count))


def _parted(said: str) -> list[str]:
    """The parts of a list; a comma in brackets belongs to a value."""
    parts, depth = [""], 0
    for sign in said:
        depth += (sign in "[{") - (sign in "]}")
        if sign == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts
