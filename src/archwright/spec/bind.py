"""From the tree of a file to records: every problem of shape, unit and reference is collected in one pass."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any

from archwright.base.errors import Location, Problem
from archwright.base.text import nearest
from archwright.base.units import DIMENSIONS, UnitError, guess_dimension, parse, show
from archwright.spec.given import Given, Origin, Word
from archwright.spec.shapes import (
    ByKind, Choice, Field, Flag, Many, Named, One, Quantity, Record, Reference, Shape, Text, fields_of,
)  # fmt: skip
from archwright.spec.source import Mapping, Scalar, Sequence, Tree

_BAD = object()
_PROVENANCE: dict[str, Origin] = {"measured": "measured", "source": "sourced", "guess": "guessed"}


@dataclass(slots=True)
class Binder:
    """Problems found so far, the names declared in each section, and the references to be checked at the end."""

    problems: list[Problem] = field(default_factory=list)
    names: dict[str, dict[str, Location]] = field(default_factory=dict)
    references: list[tuple[str, Word]] = field(default_factory=list)

    def problem(self, code: str, message: str, where: Location, mend: str = "") -> Any:
        """Note a problem and go on."""
        self.problems.append(Problem(code, message, where, mend))
        return _BAD

    def record(self, record: type[Record], tree: Tree, extra: dict[str, Any] | None = None) -> Any:
        """Bind a record; what is missing or wrong is noted, and `_BAD` comes back if it cannot be built."""
        if record.SHORT and not isinstance(tree, Mapping):
            short = next(f for f in fields_of(record) if f.name == record.SHORT)
            value = self.value(short, tree)
            return _BAD if value is _BAD else record(where=tree.where, marks={short.key: tree.where}, **{short.name: value})
        if isinstance(tree, Scalar) and not tree.text and not any(f.required for f in fields_of(record)):
            return record(where=tree.where)
        if not isinstance(tree, Mapping):
            return self.problem("expected-mapping", f"keys are expected here, not {_said(tree)}", tree.where, _keys_of(record))
        self._repeated(tree)
        fields = {f.key: f for f in fields_of(record) if not isinstance(f.shape, ByKind)}
        kind = next((f for f in fields_of(record) if isinstance(f.shape, ByKind)), None)
        values: dict[str, Any] = dict(extra or {})
        bad = False
        if kind is not None:
            settings, owned = self._settings(kind, tree, fields.keys())
            bad = settings is _BAD
            values[kind.name] = settings
        else:
            owned = frozenset()
        for key, (mark, value) in tree.items.items():
            if key in owned:
                continue
            if key not in fields:
                known = sorted({*fields, *owned})
                hint = nearest(key, known)
                mend = f"did you mean `{hint}`?" if hint else f"known keys: {', '.join(known)}"
                self.problem("unknown-key", f"`{key}` is not known here", mark.where, mend)
                continue
            bound = self.value(fields[key], value)
            bad = bad or bound is _BAD
            values[fields[key].name] = bound
        for item in fields.values():
            if item.required and item.key not in tree.items:
                bad = True
                self.problem("missing-key", f"`{item.key}` is missing: {item.doc}", tree.where, f"add `{item.key}: …`")
        marks = {key: mark.where for key, (mark, _) in tree.items.items()}
        return _BAD if bad else record(where=tree.where, marks=marks, **values)

    def value(self, item: Field, tree: Tree) -> Any:
        """Bind one field's value."""
        return self.shape(item.shape, tree, item.key)

    def shape(self, shape: Shape, tree: Tree, key: str) -> Any:  # noqa: C901, PLR0911 - one line a shape
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
            return self.problem("expected-word", f"`{key}` takes a single value, not {_said(tree)}", tree.where)
        match shape:
            case Flag():
                if tree.quoted or tree.text not in ("true", "false"):
                    return self.problem("expected-flag", f"`{key}` is true or false, not {tree.text!r}", tree.where)
                return tree.text == "true"
            case Choice(words):
                if tree.text not in words:
                    hint = nearest(tree.text, words)
                    mend = f"did you mean `{hint}`?" if hint else f"one of: {', '.join(words)}"
                    return self.problem("unknown-word", f"`{key}` cannot be {tree.text!r}", tree.where, mend)
            case Reference(section):
                self.references.append((section, Word.at(tree.text, tree.where)))
        return Word.at(tree.text, tree.where)

    def check_references(self) -> None:
        """Note every reference to a name that nothing declares."""
        for section, word in self.references:
            known = self.names.get(section, {})
            if word not in known:
                hint = nearest(word, known)
                one = section.removesuffix("s")
                mend = f"did you mean `{hint}`?" if hint else (f"known {section}: {', '.join(known)}" if known else f"declare it under `{section}`")
                self.problem("unknown-name", f"there is no {one} called `{word}`", word.where, mend)

    def _repeated(self, tree: Mapping) -> None:
        for key in tree.repeated:
            first = tree.items[key.text][0].where
            self.problem("duplicate-key", f"`{key.text}` stands twice; first in line {first.line}", key.where, "rename or remove one")

    def _settings(self, item: Field, tree: Mapping, common: Set[str]) -> tuple[Any, frozenset[str]]:
        shape = item.shape
        if not isinstance(shape, ByKind) or "kind" not in tree.items:
            return Record(), frozenset()
        written = tree.items["kind"][1]
        name = written.text if isinstance(written, Scalar) else ""
        if name not in shape.names():
            return Record(), frozenset(tree.items) - common  # a wrong kind is one problem; its keys are not judged
        record = shape.find(name)
        owned = frozenset(f.key for f in fields_of(record))
        part = Mapping(tree.where, {k: v for k, v in tree.items.items() if k in owned})
        return self.record(record, part), owned

    def _many(self, inner: Shape, tree: Tree, key: str) -> Any:
        if not isinstance(tree, Sequence):
            return self.problem("expected-list", f"`{key}` takes a list, not {_said(tree)}", tree.where, "write `[a, b]` or one `- ` a line")
        values = [self.shape(inner, item, key) for item in tree.items]
        return _BAD if any(value is _BAD for value in values) else tuple(values)

    def _named(self, inner: Shape, section: str, tree: Tree, key: str) -> Any:
        if not isinstance(tree, Mapping):
            return self.problem("expected-mapping", f"`{key}` takes names with their settings, not {_said(tree)}", tree.where)
        self._repeated(tree)
        values = {}
        for name, (mark, value) in tree.items.items():
            if section:
                self.names.setdefault(section, {})[name] = mark.where
            bound = self.record(inner.record, value) if isinstance(inner, One) else self.shape(inner, value, name)
            if not _NAME.issuperset(name) or not name:
                bound = self.problem("bad-name", f"{name!r} is no name", mark.where, "use letters, digits, `-` and `_`")
            values[name] = bound
        return _BAD if any(value is _BAD for value in values.values()) else values

    def _quantity(self, shape: Quantity, tree: Tree, key: str) -> Any:
        origin: Origin = "guessed" if shape.estimate else "chosen"
        note = ""
        if isinstance(tree, Mapping):
            parts = self._provenance(shape, tree, key)
            if parts is None:
                return _BAD
            tree, origin, note = parts
        if not isinstance(tree, Scalar):
            return self.problem("expected-number", f"`{key}` takes {_wanted(shape)}, not {_said(tree)}", tree.where)
        try:
            if shape.dimension == "any":
                dimension, value = guess_dimension(tree.text)
            else:
                dimension, value = shape.dimension, parse(tree.text, shape.dimension)
        except UnitError as error:
            return self.problem("bad-quantity", f"`{key}`: {error}", tree.where)
        low, high = shape.minimum, shape.maximum
        if (low is not None and value < low) or (shape.positive and value <= 0):
            least = "more than 0" if shape.positive else f"at least {show(low or 0, dimension)}"
            return self.problem("out-of-range", f"`{key}` must be {least}, not {tree.text}", tree.where)
        if high is not None and value > high:
            return self.problem("out-of-range", f"`{key}` must be at most {show(high, dimension)}, not {tree.text}", tree.where)
        return Given(value, dimension, tree.text, origin, note, tree.where)

    def _provenance(self, shape: Quantity, tree: Mapping, key: str) -> tuple[Tree, Origin, str] | None:
        self._repeated(tree)
        allowed = ("value", *_PROVENANCE)
        for name, (mark, _) in tree.items.items():
            if name not in allowed:
                self.problem("unknown-key", f"`{name}` is not known beside a value", mark.where, f"known keys: {', '.join(allowed)}")
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
            self.problem("missing-key", f"`{said[0]}` must say what or where from", note.where, "name the file, the report or the person")
            return None
        return tree.items["value"][1], _PROVENANCE[said[0]], note.text


_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def _wanted(shape: Quantity) -> str:
    return DIMENSIONS.get(shape.dimension, "a quantity such as 4 s, 20 % or $3k/month")


def _said(tree: Tree) -> str:
    if isinstance(tree, Scalar):
        return repr(tree.text) if tree.text else "nothing"
    return "a list" if isinstance(tree, Sequence) else "keys"


def _keys_of(record: type[Record]) -> str:
    return f"known keys: {', '.join(f.key for f in fields_of(record))}"


def is_bad(value: object) -> bool:
    """Whether binding failed; the problems say why."""
    return value is _BAD


__all__ = ["Binder", "is_bad", "Text"]
