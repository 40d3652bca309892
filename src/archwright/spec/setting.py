"""One value of a file, changed for a question: `components.cache.ttl=1h` is read as if it were written there.

A path names keys from the top, parted by dots. An entry of a list is named by its `name` (a step), by its two ends
(`flows.gateway->model`, and `flows.gateway->model,label` where there are several), or by its place, counted from 0.
The value is YAML, so `[a, b]` is a list, and `null` takes a key away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Sequence as List
from dataclasses import replace
from typing import Final, NamedTuple

from archwright.base.errors import InputError, Location, Problem
from archwright.base.text import nearest, slug
from archwright.spec.bind import Binder
from archwright.spec.model import System
from archwright.spec.shapes import ByKind, Field, Many, Named, One, Quantity, Record, Shape, fields_of
from archwright.spec.source import Mapping, Scalar, Sequence, Tree, parse

PROVENANCE: Final = ("value", "measured", "source", "guess")
_NULL: Final = ("null", "~")
_WANTED: Final = "write a path of the file, `=` and a value, such as `components.cache.ttl=1h`"


class Setting(NamedTuple):
    """A path in the file, the value to be put there, and the option of a command line that says so."""

    path: tuple[str, ...]
    value: str
    where: Location

    @property
    def name(self) -> str:
        """The path as it is written."""
        return ".".join(self.path)

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


def settings(texts: Iterable[str], option: str = "--set") -> tuple[Setting, ...]:
    """Settings from texts such as `components.cache.ttl=1h`.

    Raises:
        InputError: with every text that is no setting, and every path that is set twice.
    """
    found: dict[tuple[str, ...], Setting] = {}
    problems = []
    for text in texts:
        where = Location(f"{option} {text}")
        name, sign, value = text.partition("=")
        path = tuple(part.strip() for part in name.split("."))
        if not sign or not value.strip() or not all(path):
            problems.append(Problem("bad-setting", f"`{text}` changes nothing", where, _WANTED))
        elif path in found:
            problems.append(Problem("set-twice", f"`{name}` is set twice", where, "keep one"))
        else:
            found[path] = Setting(path, value.strip(), where)
    if problems:
        raise InputError(problems)
    return tuple(found.values())


def changed(tree: Tree, given: List[Setting], binder: Binder) -> Tree:
    """`tree` with every setting in its place; `tree` itself stays as it is. What cannot be is noted."""
    for item in given:
        value = _value(item, binder)
        if value is not None:
            tree = _Way(item, binder).put(tree, One(System), 0, value) or tree
    return tree


def _value(item: Setting, binder: Binder) -> Tree | None:
    """The value as a tree whose every part stands at the setting; None where it is no YAML."""
    try:
        return _placed(parse(item.value, "setting"), item.where)
    except InputError as error:
        for problem in error.problems:
            binder.note(replace(problem, where=item.where))
        return None


def _placed(tree: Tree, where: Location) -> Tree:
    if isinstance(tree, Scalar):
        return Scalar(tree.text, where, tree.quoted)
    if isinstance(tree, Sequence):
        return Sequence(where, [_placed(item, where) for item in tree.items])
    items = {key: (Scalar(key, where), _placed(value, where)) for key, (_, value) in tree.items.items()}
    return Mapping(where, items, [Scalar(key.text, where) for key in tree.repeated])


class _Way:
    """The way of one setting down the tree, along what may stand there."""

    def __init__(self, setting: Setting, binder: Binder) -> None:
        self.setting = setting
        self.binder = binder
        self.path = setting.path

    def put(self, tree: Tree | None, shape: Shape, at: int, value: Tree) -> Tree | None:
        """`tree`, of `shape` after `at` parts of the path, with the value in its place; as it is if that is refused."""
        if at == len(self.path):
            return value
        match shape:
            case One(record):
                return self._in_record(tree, record, at, value)
            case Named(inner):
                return self._in_names(tree, inner, at, value)
            case Many(inner):
                return self._in_list(tree, inner, at, value)
            case Quantity():
                return self._in_number(tree, at, value)
        return self._refuse(tree, at, ())

    def _in_record(self, tree: Tree | None, record: type[Record], at: int, value: Tree) -> Tree | None:
        whole = _mapping(tree, record, self.setting.where)
        known = {item.key: item for item in _fields(record, whole)}
        item = known.get(self.path[at])
        if item is None or item.key == "include":
            return self._refuse(tree, at, [key for key in known if key != "include"])
        return self._with(whole, item.shape, at, value)

    def _in_names(self, tree: Tree | None, inner: Shape, at: int, value: Tree) -> Tree | None:
        if not isinstance(tree, Mapping) or self.path[at] not in tree.items:
            return self._refuse(tree, at, tree.items if isinstance(tree, Mapping) else ())
        return self._with(tree, inner, at, value)

    def _in_number(self, tree: Tree | None, at: int, value: Tree) -> Tree | None:
        if self.path[at] not in PROVENANCE:
            return self._refuse(tree, at, PROVENANCE)
        where = self.setting.where
        bare = {"value": (Scalar("value", where), tree)} if tree is not None else {}
        return self._with(tree if isinstance(tree, Mapping) else Mapping(where, bare), One(Record), at, value)

    def _in_list(self, tree: Tree | None, inner: Shape, at: int, value: Tree) -> Tree | None:
        entries = tree.items if isinstance(tree, Sequence) else []
        wanted = self.path[at]
        found = [place for place, entry in enumerate(entries) if wanted in (str(place), *_called(entry))]
        if len(found) > 1:
            known = [name for place in found for name in _called(entries[place])[1:]]
            message = f"`{self._so_far(at)}` has {len(found)} entries called `{wanted}`"
            mend = f"write one of: {', '.join(dict.fromkeys(known))}" if known else "name its place, counted from 0"
            self.binder.problem("ambiguous", message, self.setting.where, mend)
        if len(found) != 1:
            if not found:
                self._refuse(tree, at, [name for entry in entries for name in _called(entry)])
            return tree
        items = list(entries)
        items[found[0]] = self.put(items[found[0]], inner, at + 1, value) or items[found[0]]
        return Sequence(tree.where if tree else self.setting.where, items)

    def _with(self, whole: Mapping, shape: Shape, at: int, value: Tree) -> Mapping:
        """`whole` with what stands at the next part of the path changed, or taken away."""
        key = self.path[at]
        items = dict(whole.items)
        mark, old = items.get(key, (Scalar(key, self.setting.where), None))
        last = at + 1 == len(self.path)
        if last and isinstance(value, Scalar) and not value.quoted and value.text in _NULL:
            items.pop(key, None)
        elif (new := self.put(old, shape, at + 1, value)) is not None:
            items[key] = (Scalar(key, self.setting.where) if last else mark, new)
        return Mapping(whole.where, items, [item for item in whole.repeated if item.text in items])

    def _refuse(self, tree: Tree | None, at: int, known: Iterable[str]) -> Tree | None:
        """Note that there is no such part, with the nearest name; the tree stays as it is."""
        names = list(dict.fromkeys(known))
        hint = nearest(self.path[at], names)
        few = f"known: {', '.join(names)}" if names else "leave out what follows it"
        where = f"`{self._so_far(at)}`" if at else "the file"
        message = f"{where} has no `{self.path[at]}`"
        mend = f"did you mean `{hint}`?" if hint else few
        self.binder.problem("unknown-path", message, self.setting.where, mend)
        return tree

    def _so_far(self, at: int) -> str:
        return ".".join(self.path[:at])


def _mapping(tree: Tree | None, record: type[Record], where: Location) -> Mapping:
    """A record's keys; a bare value stands for one of them."""
    if isinstance(tree, Mapping) and not (record.SHORT and "value" in tree.items):
        return tree
    short = next((item.key for item in fields_of(record) if item.name == record.SHORT), "")
    if tree is None or not short:
        return Mapping(where)
    return Mapping(tree.where, {short: (Scalar(short, tree.where), tree)})


def _fields(record: type[Record], tree: Mapping) -> Iterator[Field]:
    """The keys that a record may have, with those of its kind."""
    for item in fields_of(record):
        if not isinstance(item.shape, ByKind):
            yield item
            continue
        kind = tree.items["kind"][1] if "kind" in tree.items else None
        if isinstance(kind, Scalar) and kind.text in item.shape.names():
            yield from fields_of(item.shape.find(kind.text))


def _called(entry: Tree) -> list[str]:
    """The names of an entry of a list, the shorter ones first."""
    if not isinstance(entry, Mapping):
        return []

    def word(key: str) -> str:
        value = entry.items[key][1] if key in entry.items else None
        return value.text if isinstance(value, Scalar) else ""

    if word("name"):
        return list(dict.fromkeys([word("name"), slug(word("name"))]))
    if word("from") and word("to"):
        ends = f"{word('from')}->{word('to')}"
        return [ends, *([f"{ends},{word('label')}"] if word("label") else [])]
    return []
