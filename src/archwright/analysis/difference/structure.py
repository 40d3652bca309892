"""What was added, removed and changed between two systems, key by key with both values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from archwright.spec.given import Given
from archwright.spec.model import Flow, System
from archwright.spec.shapes import ByKind, Record, fields_of

What = Literal["added", "removed", "changed"]
Part = tuple[str, str]  # the section and the name of a part of the file
Leaves = dict[str, tuple[str, str]]  # each key's value in a normal form, and as it was written
_NOTHING = ("", "")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. Of a part that is new or gone there is one change, with `key`, `before` and `after` empty."""

    section: str
    name: str
    what: What
    key: str = ""
    before: str = ""
    after: str = ""


def changes(before: System, after: System) -> tuple[Change, ...]:
    """Every difference, in the order of the file: parts that are gone stand where they stood.

    Comments, the order of names and defaults that are written out make no difference; where a number is from does.
    """
    old, new = parts(before), parts(after)
    order = list(dict.fromkeys([*new, *old]))
    sections = list(dict.fromkeys(section for section, _ in order))
    order.sort(key=lambda part: sections.index(part[0]))
    return tuple(change for part in order for change in _between(part, old.get(part), new.get(part)))


def _between(part: Part, old: Leaves | None, new: Leaves | None) -> Iterator[Change]:
    if old is None or new is None:
        yield Change(*part, "added" if old is None else "removed")
        return
    for key in dict.fromkeys([*new, *old]):
        (normal, said), (normal_now, said_now) = old.get(key, _NOTHING), new.get(key, _NOTHING)
        if normal != normal_now:
            yield Change(*part, "changed", key, said, said_now)


def parts(system: System) -> dict[Part, Leaves]:
    """The parts of a system that have names (components, flows, routes, journeys …), each with its keys.

    What has no name of its own stands at the part ("system", "").
    """
    found: dict[Part, Leaves] = {("system", ""): {}}
    for item, value in _values(system):
        if item == "include":
            continue
        _enter(found, ("system", ""), item, value)
    return found


def _enter(found: dict[Part, Leaves], part: Part, key: str, value: Any) -> None:
    """A value under `key` of a part: named records become parts of their own."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            inner = (key.rpartition(".")[2], f"{part[1]}.{name}" if part[1] else name)
            found[inner] = {}
            _enter(found, inner, "", each)
    elif isinstance(value, Record):
        for inner_key, each in _values(value):
            _enter(found, part, f"{key}.{inner_key}" if key else inner_key, each)
    elif isinstance(value, tuple) and value and isinstance(value[0], Record):
        _enter_list(found, part, key, value)
    elif text := _text(value, normal=True):
        found[part][key] = (text, _text(value, normal=False))


def _enter_list(found: dict[Part, Leaves], part: Part, key: str, records: tuple[Record, ...]) -> None:
    """Flows and what else stands at the top become parts; records deeper inside keep to the key of their part."""
    seen: dict[str, int] = {}
    for record in records:
        label = _label(record)
        seen[label] = seen.get(label, 0) + 1
        name = label if seen[label] == 1 else f"{label} ({seen[label]})"
        if part == ("system", ""):
            found[(key, name)] = {}
            _enter(found, (key, name), "", record)
        else:
            _enter(found, part, f"{key}[{name}]", record)


def _label(record: Record) -> str:
    if isinstance(record, Flow):
        return f"{record.source} -> {record.target}" + (f", {record.label}" if record.label else "")
    words = [str(value) for _, value in _values(record) if isinstance(value, str) and value]
    named = getattr(record, "name", "")
    return str(named) if named else " ".join(words[:2]) or "item"


def _values(record: Record) -> Iterator[tuple[str, Any]]:
    """The keys of a record and their values; settings of a kind stand beside its own keys."""
    for item in fields_of(type(record)):
        value = getattr(record, item.name)
        if isinstance(item.shape, ByKind):
            yield from _values(value)
        else:
            yield item.key, value


def _band(value: Given, normal: bool) -> str:
    """Between what a number lies, where its file says so."""
    if value.low is None or value.high is None:
        return ""
    low, high = (repr(end.value) if normal else end.text for end in (value.low, value.high))
    return f", {low} to {high}"


def _text(value: Any, normal: bool) -> str:
    if isinstance(value, Given):
        why = f" ({value.origin}{f': {value.note}' if value.note else ''})" if value.origin != "chosen" else ""
        said = f"{value.value!r} {value.dimension}" if normal else value.text
        return f"{said}{_band(value, normal)}{why}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(_text(each, normal) for each in value)
    return "" if value is None else str(value)
