"""From the tree of a file to records: every problem of shape, unit and reference is collected in one pass."""

from __future__ import annotations

from collections.abc import Callable, Collection, Set
from dataclasses import dataclass, field, replace
from typing import Any, Final

from archwright.base.errors import InputError, Location, Problem
from archwright.base.text import nearest
from archwright.base.units import DIMENSIONS, UnitError, guess_dimension, parse, show
from archwright.spec.given import Given, Origin, Word
from archwright.spec.shapes import (
    ByKind,
    Choice,
    Field,
    Flag,
    Many,
    Named,
    One,
    Parsed,
    Quantity,
    Record,
    Reference,
    Shape,
    fields_of,
)  # fmt: skip
from archwright.spec.source import Mapping, Scalar, Sequence, Tree

MAX_PROBLEMS: Final = 200

_BAD = object()
_MERGE: Final = "merge keys are not read; repeat what they would bring"
_LONGEST_NAME, _LONGEST_MESSAGE = 80, 600
_FEW, _MANY = 30, 1000
BAND = ("low", "high")
_PROVENANCE: dict[str, Origin] = {"measured": "measured", "source": "sourced", "guess": "guessed"}


@dataclass(slots=True)
class Binder:
    """Problems found so far, the names declared in each section, and the references to be checked at the end.

    A value that cannot be used is noted and left out, and what is around it is built without it, so that one pass
    finds everything. `spoilt` holds the sections (top-level keys) in which something was noted.
    """

    problems: list[Problem] = field(default_factory=list)
    names: dict[str, dict[str, Location]] = field(default_factory=dict)
    references: list[tuple[str, str, Word]] = field(default_factory=list)
    spoilt: set[str] = field(default_factory=set)
    _section: str = ""
    _inside: bool = False

    def problem(self, code: str, message: str, where: Location, mend: str = "") -> Any:
        """Note a problem and go on.

        Raises:
            InputError: there are so many that nobody would read them.
        """
        self.note(Problem(code, message, where, mend))
        self.spoilt.add(self._section)
        return _BAD

    def note(self, problem: Problem) -> None:
        """Note a problem that somebody else found."""
        if len(self.problems) >= MAX_PROBLEMS:
            last = Problem("too-many", f"more than {MAX_PROBLEMS} problems; the rest was not looked at", problem.where)
            raise InputError([*self.problems, last])
        self.problems.append(
            Problem(problem.code, _printable(problem.message), problem.where, _printable(problem.mend))
        )

    def record(self, record: type[Record], tree: Tree, where: Location | None = None) -> Any:
        """Bind a record; what is missing or wrong is noted, and `_BAD` comes back if it cannot be built.

        Its place is `where`, the place of its name, or else where it begins.
        """
        where = where or tree.where
        if record.SHORT and _is_short(tree):
            short = next(f for f in fields_of(record) if f.name == record.SHORT)
            value = self.value(short, tree)
            return _BAD if value is _BAD else record(where=where, marks={short.key: tree.where}, **{short.name: value})
        if is_nothing(tree) and not any(f.required for f in fields_of(record)):
            return record(where=where)
        if not isinstance(tree, Mapping):
            return self.problem(
                "expected-mapping", f"keys are expected here, not {_said(tree)}", tree.where, _keys_of(record)
            )
        self._repeated(tree)
        values, owned = self._settings(record, tree, where)
        values |= self._values(record, tree, owned)
        fields = [f for f in fields_of(record) if not isinstance(f.shape, ByKind)]
        for item in fields:
            if item.required and item.key not in tree.items:
                self.problem("missing-key", f"`{item.key}` is missing: {item.doc}", where, f"add `{item.key}: …`")
        if any(item.required and item.name not in values for item in fields) or _BAD in values.values():
            return _BAD
        marks = {key: mark.where for key, (mark, _) in tree.items.items()}
        return record(where=where, marks=marks, **values)

    def _values(self, record: type[Record], tree: Mapping, owned: Set[str]) -> dict[str, Any]:
        """What could be bound of a record's own keys."""
        fields = {f.key: f for f in fields_of(record) if not isinstance(f.shape, ByKind)}
        outermost, self._inside = not self._inside, True
        values = {}
        for key, (mark, value) in tree.items.items():
            if outermost:
                self._section = key
            if key in owned:
                continue
            if key not in fields:
                known = sorted({*fields, *owned})
                mend = _MERGE if key == "<<" else _suggestion(key, known, f"known keys: {', '.join(known)}")
                self.problem("unknown-key", f"`{key}` is not known here", mark.where, mend)
                continue
            bound = self.value(fields[key], value)
            if bound is not _BAD:
                values[fields[key].name] = bound
        if outermost:
            self._section = ""
        return values

    def value(self, item: Field, tree: Tree) -> Any:
        """Bind one field's value."""
        return self.shape(item.shape, tree, item.key)

    def shape(self, shape: Shape, tree: Tree, key: str) -> Any:  # noqa: C901 - one line a shape
        """Bind a value of `shape`."""
        match shape:
            case Quantity():
                return self._quantity(shape, tree, key)
            case One(record):
                return self.record(record, tree)
            case Many(inner):
                return self._many(inner, tree, key)
            case Named(inner, section):
                return self._named(inner, section, tree, key)
        if not isinstance(tree, Scalar) or (not tree.text and not tree.quoted):
            message = f"`{key}` takes a single value, not {_said(tree)}"
            return self.problem("expected-word", message, tree.where, "write one word or text, or remove the key")
        match shape:
            case Flag():
                if tree.quoted or tree.text not in ("true", "false"):
                    message = f"`{key}` is true or false, not {_said(tree)}"
                    return self.problem("expected-flag", message, tree.where, "write `true` or `false`, without quotes")
                return tree.text == "true"
            case Choice(words):
                if tree.text not in words:
                    mend = _suggestion(tree.text, words, f"one of: {', '.join(words)}")
                    return self.problem("unknown-word", f"`{key}` cannot be {tree.text!r}", tree.where, mend)
            case Parsed(read):
                return self._parsed(read, tree, key)
            case Reference(section):
                self.references.append((self._section, section, Word.at(tree.text, tree.where)))
        return Word.at(tree.text, tree.where)

    def _parsed(self, read: Callable[[str, Location], Any], tree: Scalar, key: str) -> Any:
        try:
            return read(tree.text, tree.where)
        except UnitError as error:
            return self.problem("bad-value", f"`{key}`: {error.message}", tree.where, error.mend)

    def check_references(self) -> None:
        """Note every reference to a name that nothing declares."""
        for place, section, word in self.references:
            self._section = place
            known = self.names.get(section, {})
            if word not in known:
                few = (
                    f"known {section}: {', '.join(known)}"
                    if 0 < len(known) <= _FEW
                    else f"declare it under `{section}`"
                )
                one = section.removesuffix("s")
                self.problem(
                    "unknown-name", f"there is no {one} called `{word}`", word.where, _suggestion(word, known, few)
                )

    def _repeated(self, tree: Mapping) -> None:
        for key in tree.repeated:
            first = tree.items[key.text][0].where
            self.problem(
                "duplicate-key",
                f"`{key.text}` stands twice; first in line {first.line}",
                key.where,
                "rename or remove one",
            )

    def _settings(self, record: type[Record], tree: Mapping, where: Location) -> tuple[dict[str, Any], frozenset[str]]:
        """The settings of a component's kind, and the keys that belong to them."""
        item = next((f for f in fields_of(record) if isinstance(f.shape, ByKind)), None)
        if item is None or not isinstance(item.shape, ByKind):
            return {}, frozenset()
        written = tree.items["kind"][1] if "kind" in tree.items else None
        name = written.text if isinstance(written, Scalar) else ""
        if name not in item.shape.names():  # a wrong kind is one problem; its keys are not judged
            return {}, frozenset(tree.items) - {f.key for f in fields_of(record)}
        settings = item.shape.find(name)
        owned = frozenset(f.key for f in fields_of(settings))
        part = Mapping(tree.where, {k: v for k, v in tree.items.items() if k in owned})
        return {item.name: self.record(settings, part, where)}, owned

    def _many(self, inner: Shape, tree: Tree, key: str) -> Any:
        if not isinstance(tree, Sequence):
            return self.problem(
                "expected-list",
                f"`{key}` takes a list, not {_said(tree)}",
                tree.where,
                "write `[a, b]` or one `- ` a line",
            )
        values = (self.shape(inner, item, key) for item in tree.items)
        return tuple(value for value in values if value is not _BAD)

    def _named(self, inner: Shape, section: str, tree: Tree, key: str) -> Any:
        if not isinstance(tree, Mapping):
            message = f"`{key}` takes names with their settings, not {_said(tree)}"
            return self.problem("expected-mapping", message, tree.where, "write one `name: {…}` a line")
        self._repeated(tree)
        values = {}
        for name, (mark, value) in tree.items.items():
            if section:
                self.names.setdefault(section, {})[name] = mark.where
            if not _NAME.issuperset(name) or not name:
                self.problem("bad-name", f"{name!r} is no name", mark.where, "use letters, digits, `-` and `_`")
            bound = (
                self.record(inner.record, value, mark.where)
                if isinstance(inner, One)
                else self.shape(inner, value, name)
            )
            if bound is not _BAD:
                values[name] = bound
        return values

    def _quantity(self, shape: Quantity, tree: Tree, key: str) -> Any:
        origin: Origin = "guessed" if shape.estimate else "chosen"
        note = ""
        band: dict[str, Tree] = {}
        if isinstance(tree, Mapping):
            parts = self._provenance(shape, tree, key)
            if parts is None:
                return _BAD
            band = {name: tree.items[name][1] for name in BAND if name in tree.items}
            tree, origin, note = parts
        if not isinstance(tree, Scalar) or is_nothing(tree):
            message = f"`{key}` takes {_wanted(shape)}, not {_said(tree)}"
            return self.problem("expected-number", message, tree.where, "write it after the colon, or remove the key")
        found = self._number(shape, tree, key)
        if found is None:
            return _BAD
        found = replace(found, origin=origin, note=note)
        return self._banded(shape, band, key, found) if band else found

    def _number(self, shape: Quantity, tree: Scalar, key: str) -> Given | None:
        """What is written as a number, or None where it cannot be one."""
        try:
            if shape.dimension == "any":
                dimension, value = guess_dimension(tree.text)
            else:
                dimension, value = shape.dimension, parse(tree.text, shape.dimension)
        except UnitError as error:
            self.problem("bad-quantity", f"`{key}`: {error.message}", tree.where, error.mend)
            return None
        wrong = _out_of_range(shape, dimension, value)
        if wrong:
            message = f"`{key}` must be {wrong}, not {tree.text}"
            self.problem("out-of-range", message, tree.where, f"write {wrong}")
            return None
        return Given(value, dimension, tree.text, where=tree.where)

    def _banded(self, shape: Quantity, band: dict[str, Tree], key: str, found: Given) -> Any:
        """The number with its stated band; both ends are needed, and it lies between them."""
        ends = {name: self._number(shape, item, name) for name, item in band.items() if isinstance(item, Scalar)}
        if len(ends) < len(BAND):
            return self.problem(
                "half-a-band", f"`{key}` needs both `low` and `high`", found.where, "write both, or neither"
            )
        low, high = ends["low"], ends["high"]
        if low is None or high is None:
            return _BAD
        if not low.value <= found.value <= high.value:
            message = f"`{key}`: {found} does not lie between its `low` and its `high`"
            return self.problem("bad-band", message, found.where, "write low, value and high in rising order")
        return replace(found, low=low, high=high)

    def _provenance(self, shape: Quantity, tree: Mapping, key: str) -> tuple[Tree, Origin, str] | None:
        self._repeated(tree)
        allowed = ("value", *_PROVENANCE, *(BAND if shape.estimate else ()))
        for name, (mark, _) in tree.items.items():
            if name not in allowed:
                self.problem(
                    "unknown-key",
                    f"`{name}` is not known beside a value",
                    mark.where,
                    f"known keys: {', '.join(allowed)}",
                )
                return None
        if "value" not in tree.items:
            self.problem("missing-key", f"`{key}` has no `value`", tree.where, f"write {_wanted(shape)} under `value`")
            return None
        said = [name for name in _PROVENANCE if name in tree.items]
        if len(said) > 1:
            self.problem("two-origins", f"`{key}` is said to be {' and '.join(said)} at once", tree.where, "keep one")
            return None
        if not said:
            return tree.items["value"][1], "guessed" if shape.estimate else "chosen", ""
        note = tree.items[said[0]][1]
        if not isinstance(note, Scalar) or not note.text:
            self.problem(
                "missing-key",
                f"`{said[0]}` must say what or where from",
                note.where,
                "name the file, the report or the person",
            )
            return None
        return tree.items["value"][1], _PROVENANCE[said[0]], note.text


LONGEST_S = 100 * 365.25 * 86400  # no duration of a design is longer
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def _wanted(shape: Quantity) -> str:
    return DIMENSIONS.get(shape.dimension, "a quantity such as 4 s, 20 % or $3k/month")


def _out_of_range(shape: Quantity, dimension: str, value: float) -> str:
    """What the value would have to be, or nothing where it is."""
    if shape.positive and value <= 0:
        return "more than 0"
    if shape.minimum is not None and value < shape.minimum:
        return f"at least {show(shape.minimum, dimension)}"
    if shape.maximum is not None and value > shape.maximum:
        return f"at most {show(shape.maximum, dimension)}"
    if dimension == "duration" and value > LONGEST_S:
        return "at most 100 years"
    return "" if not shape.whole or value == int(value) else "a whole number"


def _is_short(tree: Tree) -> bool:
    """Whether a value stands for a record: bare, or with its provenance."""
    return not isinstance(tree, Mapping) or "value" in tree.items


def _said(tree: Tree) -> str:
    if isinstance(tree, Scalar):
        return "nothing" if is_nothing(tree) else repr(_short(tree.text))
    return "a list" if isinstance(tree, Sequence) else "keys"


def _keys_of(record: type[Record]) -> str:
    return f"known keys: {', '.join(f.key for f in fields_of(record))}"


def _suggestion(word: str, known: Collection[str], otherwise: str) -> str:
    """The nearest name, where looking for it costs little."""
    small = len(word) <= _LONGEST_NAME and len(known) <= _MANY
    hint = nearest(word, known) if small else None
    return f"did you mean `{hint}`?" if hint else otherwise


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_NAME else f"{text[:_LONGEST_NAME]}…"


def _printable(words: str) -> str:
    """A message of one line and of a length that people read, without characters that move a cursor."""
    cut = words if len(words) <= _LONGEST_MESSAGE else f"{words[:_LONGEST_MESSAGE]}…"
    return cut if cut.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in cut)


def is_nothing(tree: Tree) -> bool:
    """Whether a key has no value at all."""
    return isinstance(tree, Scalar) and not tree.text and not tree.quoted


def is_bad(value: object) -> bool:
    """Whether binding failed; the problems say why."""
    return value is _BAD
