"""A `System` as the text of a file, from the same declarations that read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import yaml

from archwright.spec.given import Given
from archwright.spec.model import System
from archwright.spec.shapes import ByKind, Choice, Field, Flag, Quantity, Record, fields_of

_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_resolver: Any = yaml.resolver.Resolver()
_WIDTH: Final = 110
_ORIGINS: Final = {"measured": "measured", "sourced": "source", "guessed": "guess"}
_STRING: Final = "tag:yaml.org,2002:str"


def dump(system: System) -> str:
    """The file of `system`: what differs from the defaults, short forms where they say the same, provenance kept.

    Reading it gives an equal system. `include` is left out, because what was included is in the system. A number made
    in Python says `chosen` where a file can only say that it is guessed; it comes back as a guess.
    """
    node = _record(system, without=("include",))
    for section, value in node.value:
        _in_lines(value, above=1 if section.value in ("components", "workload") else 0)
    node.flow_style = False
    text: str = yaml.serialize(node, Dumper=_Dumper, width=_WIDTH, allow_unicode=True)
    return text


def _record(record: Record, without: tuple[str, ...] = ()) -> Any:
    written = ((item, value) for item, value in _written(record) if item.name not in without)
    return _mapping([(_string(item.key), _value(item, value)) for item, value in written])


def _written(record: Record) -> Iterator[tuple[Field, Any]]:
    """The keys to write and their values: a component's settings stand beside its own keys."""
    for item in fields_of(type(record)):
        value = getattr(record, item.name)
        if isinstance(item.shape, ByKind):
            yield from _written(value)
        elif item.required or not _is_default(item, value):
            yield item, value


def _is_default(item: Field, value: Any) -> bool:
    return bool(value == (item.default if item.default is not None or value is None else {}))


def _value(item: Field, value: Any) -> Any:
    if isinstance(value, Given):
        return _quantity(item.shape, value)
    if isinstance(value, Record):
        return _short(value) or _record(value)
    if isinstance(value, tuple):
        return _sequence([_value(item, each) for each in value])
    if isinstance(value, dict):
        return _mapping([(_string(name), _value(item, each)) for name, each in value.items()])
    if isinstance(item.shape, Flag):
        return _plain("true" if value else "false")
    return _plain(str(value)) if isinstance(item.shape, Choice) else _string(str(value))


def _short(record: Record) -> Any:
    """The bare value that stands for a record of which nothing else was said, or None."""
    written = list(_written(record))
    return _value(*written[0]) if [item.name for item, _ in written] == [record.SHORT] else None


def _quantity(shape: object, given: Given) -> Any:
    """A bare number, or a mapping where the file says more about it than a bare number would."""
    bare = "guessed" if isinstance(shape, Quantity) and shape.estimate else "chosen"
    said = given.origin in _ORIGINS and (given.origin != bare or bool(given.note))
    if not said and given.low is None:
        return _plain(given.text)
    pairs = [(_string("value"), _plain(given.text))]
    for name, end in (("low", given.low), ("high", given.high)):
        pairs += [(_string(name), _plain(end.text))] if end is not None else []
    pairs += [(_string(_ORIGINS[given.origin]), _string(given.note))] if said and given.note else []
    return _mapping(pairs)


def _plain(text: str) -> Any:
    """A number or a word that no reader of ours mistakes, without quotes where YAML lets it stand so."""
    tag = _resolver.resolve(yaml.ScalarNode, text, (True, False))
    return yaml.ScalarNode(tag, text)


def _string(text: str) -> Any:
    return yaml.ScalarNode(_STRING, text)


def _sequence(items: list[Any]) -> Any:
    return yaml.SequenceNode("tag:yaml.org,2002:seq", items, flow_style=_length(items) <= _WIDTH - 20)


def _mapping(pairs: list[tuple[Any, Any]]) -> Any:
    short = _length([node for pair in pairs for node in pair]) <= _WIDTH - 20
    return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=short)


def _length(nodes: list[Any]) -> float:
    """Characters that nodes would take in one line; endless where one of them cannot stand in a line."""
    total = 0.0
    for node in nodes:
        if isinstance(node, yaml.ScalarNode):
            total += len(node.value) + 2
        elif node.flow_style:
            parts = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
            total += _length(parts) + 2
        else:
            return float("inf")
    return total


def _in_lines(node: Any, above: int) -> None:
    """Give each entry of a section a line of its own, and the entries below it too where `above` is more than 0."""
    if isinstance(node, yaml.ScalarNode) or not node.value:
        return
    node.flow_style = False
    if above:
        for _, value in node.value:
            _in_lines(value, above - 1)
