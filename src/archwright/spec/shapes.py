"""How a section of the file is declared: records whose fields say what may stand there.

One declaration serves the reader, the writer, the JSON Schema for editors and the reference page.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from archwright.base.errors import NOWHERE, Location
from archwright.base.money import PICO
from archwright.spec import calendar, predicate
from archwright.spec import day as days
from archwright.spec.given import given

DEAREST: Final = 10_000 * PICO  # an hour, a call, a gigabyte or a million tokens for more dollars is a slip of the pen


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit. `minimum` and `maximum` are in base units; an `estimate` has a provenance."""

    dimension: str
    minimum: float | None = None
    maximum: float | None = None
    estimate: bool = False
    positive: bool = False

    @property
    def whole(self) -> bool:
        """Whether a fraction makes no sense: a count that is set; an estimated one may be a mean."""
        return self.dimension == "count" and not self.estimate


@dataclass(frozen=True, slots=True)
class Text:
    """Free words."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a closed vocabulary."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """`true` or `false`."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The name of something declared in `section`."""

    section: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A single value with a grammar of its own.

    `read` gives what a text at a place means, or raises a UnitError that says what is wrong and how to mend it; what it
    gives says as a `str` what was written. `wanted` names it in messages; `pattern` tells editors how it looks.
    """

    read: Callable[[str, Location], Any]
    wanted: str
    pattern: str


@dataclass(frozen=True, slots=True)
class One:
    """A record."""

    record: type[Record]


@dataclass(frozen=True, slots=True)
class Many:
    """A list of values of the inner shape."""

    inner: Shape


@dataclass(frozen=True, slots=True)
class Named:
    """Names, each with a value of the inner shape. `section` is what references to these names call it."""

    inner: Shape
    section: str = ""


@dataclass(frozen=True, slots=True)
class ByKind:
    """The settings that a component's kind adds. They stand beside the common keys; `find` gives their record."""

    find: Callable[[str], type[Record]]
    names: Callable[[], tuple[str, ...]]


Shape = Quantity | Text | Choice | Flag | Reference | Parsed | One | Many | Named | ByKind


@dataclass(frozen=True, kw_only=True)
class Record:
    """A section of the file. `marks` holds the place of each key that was written; equality ignores places."""

    where: Location = field(default=NOWHERE, compare=False, repr=False)
    marks: Mapping[str, Location] = field(default_factory=dict, compare=False, repr=False)
    SHORT: ClassVar[str] = ""  # the field that a bare value stands for, so that `input: 450` may replace a mapping

    def place(self, key: str) -> Location:
        """Where `key` was written, or where the record begins if it was left out."""
        return self.marks.get(key, self.where)


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a record: how it is written, what may stand there, what it means."""

    name: str
    key: str
    shape: Shape
    doc: str
    required: bool
    default: Any


_known: dict[type, tuple[Field, ...]] = {}


def fields_of(record: type[Record]) -> tuple[Field, ...]:
    """The declared keys of a record, in the order of declaration."""
    if record not in _known:
        _known[record] = tuple(_field(item) for item in dataclasses.fields(record) if "shape" in item.metadata)
    return _known[record]


def _field(item: dataclasses.Field[Any]) -> Field:
    required = item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    default = None if item.default is dataclasses.MISSING else item.default
    about = item.metadata
    return Field(item.name, about["key"] or item.name, about["shape"], about["doc"], required, default)


TRUTH = ("true", "false", "unknown")
_REQUIRED = object()
_DAY = Parsed(days.day, days.WANTED, days.PATTERN)
_MOMENT = Parsed(calendar.moment, calendar.MOMENT, calendar.MOMENT_PATTERN)
_HOURS = Parsed(calendar.hours, calendar.HOURS, "")
_PREDICATE = Parsed(predicate.predicate, predicate.WANTED, predicate.PATTERN)
_STATEMENT = Parsed(predicate.statement, predicate.STATED, "")


def _declare(shape: Shape, doc: str, key: str, **default: Any) -> Any:
    return field(metadata={"shape": shape, "doc": doc, "key": key}, **default)


def _default(value: Any) -> dict[str, Any]:
    return {} if value is _REQUIRED else {"default": value}


def number(  # noqa: PLR0913 - one call declares one key, every argument by name
    dimension: str,
    doc: str,
    *,
    default: str | int | float | object | None = _REQUIRED,
    minimum: float | None = 0,
    maximum: float | None = None,
    estimate: bool = False,
    positive: bool = False,
    key: str = "",
) -> Any:
    """A quantity of `dimension`. `default` is written as in a file; None leaves the field empty."""
    if dimension == "token-price" and maximum is None:
        maximum = DEAREST / 1e6
    if isinstance(default, str | int | float):
        default = given(default, dimension, "guessed" if estimate else "chosen", "default")
    return _declare(Quantity(dimension, minimum, maximum, estimate, positive), doc, key, **_default(default))


def numbers(dimension: str, doc: str, *, minimum: float = 0, maximum: float | None = None, key: str = "") -> Any:
    """A list of quantities of `dimension`; empty by default."""
    return _declare(Many(Quantity(dimension, minimum, maximum)), doc, key, default=())


def text(doc: str, *, default: Any = _REQUIRED, key: str = "") -> Any:
    """Free words."""
    return _declare(Text(), doc, key, **_default(default))


def choice(words: tuple[str, ...], doc: str, *, default: Any = _REQUIRED, key: str = "") -> Any:
    """One of `words`."""
    return _declare(Choice(words), doc, key, **_default(default))


def truth(doc: str) -> Any:
    """`true`, `false` or `unknown`, which is what holds where nothing is said."""
    return choice(TRUTH, doc, default="unknown")


def flag(doc: str, *, default: bool = False, key: str = "") -> Any:
    """`true` or `false`."""
    return _declare(Flag(), doc, key, default=default)


def reference(section: str, doc: str, *, default: Any = _REQUIRED, key: str = "") -> Any:
    """A name declared in `section`."""
    return _declare(Reference(section), doc, key, **_default(default))


def references(section: str, doc: str, *, key: str = "") -> Any:
    """A list of names declared in `section`; empty by default."""
    return _declare(Many(Reference(section)), doc, key, default=())


def texts(doc: str, *, key: str = "") -> Any:
    """A list of words; empty by default."""
    return _declare(Many(Text()), doc, key, default=())


def choices(words: tuple[str, ...], doc: str, *, key: str = "") -> Any:
    """A list of `words`. Left out it is None, not known; an empty list says that there are none."""
    return _declare(Many(Choice((*words, "unknown"))), doc, key, default=None)


def day(doc: str, *, default: Any = _REQUIRED, key: str = "") -> Any:
    """A day of the calendar, written as `2026-11-21`."""
    return _declare(_DAY, doc, key, **_default(default))


def moment(doc: str, *, key: str = "") -> Any:
    """A moment of the week, written as `Mon 08:00`; None by default."""
    return _declare(_MOMENT, doc, key, default=None)


def opening(doc: str, *, key: str = "") -> Any:
    """Hours of the week, written as `Mon-Fri 8-18`; None by default."""
    return _declare(_HOURS, doc, key, default=None)


def predicates(doc: str, *, key: str = "") -> Any:
    """A list of assumptions that can be tested, such as `p95 <= 4 s`; empty by default."""
    return _declare(Many(_PREDICATE), doc, key, default=())


def statements(doc: str, *, key: str = "") -> Any:
    """A list of demands, in words or as assumptions that can be tested; empty by default."""
    return _declare(Many(_STATEMENT), doc, key, default=())


def one(record: type[Record], doc: str, *, default: Any = _REQUIRED, key: str = "") -> Any:
    """A record."""
    return _declare(One(record), doc, key, **_default(default))


def many(record: type[Record], doc: str, *, key: str = "") -> Any:
    """A list of records; empty by default."""
    return _declare(Many(One(record)), doc, key, default=())


def named(record: type[Record], doc: str, *, section: str = "", key: str = "", required: bool = False) -> Any:
    """Names, each with a record."""
    extra: dict[str, Any] = {} if required else {"default_factory": dict}
    return _declare(Named(One(record), section), doc, key, **extra)


def by_kind(find: Callable[[str], type[Record]], names: Callable[[], tuple[str, ...]], doc: str) -> Any:
    """The settings that the component's kind declares."""
    return _declare(ByKind(find, names), doc, "", default_factory=Record)
