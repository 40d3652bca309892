"""A file with its reasons: names and values to YAML in which each line says where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import yaml

from archwright.analysis.adopt.evidence import Fact, Settings

_WIDEST: Final = 160  # characters of one comment
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_COLUMN: Final = 44  # where comments begin, as far as values leave room


@dataclass(frozen=True, slots=True)
class Remark:
    """A line of comment in place of a value; the key that it stands under is not shown."""

    words: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list of mappings, one `- ` each."""

    parts: tuple[Mapping[str, Node], ...]


Node = Fact | Remark | Items | str | Mapping[str, "Node"]


def lines(tree: Mapping[str, Node], depth: int = 0) -> Iterator[str]:
    """The lines of a mapping, indented by two spaces a level; what is empty is left out."""
    pad = "  " * depth
    for key, node in tree.items():
        match node:
            case Remark(words):
                yield f"{pad}# {' ' * (len(words) - len(words.lstrip()))}{one_line(words)}"
            case Fact():
                yield _value(pad, key, node)
            case Items(parts):
                if parts:
                    yield f"{pad}{key}:"
                for part in parts:
                    first, *rest = lines(part, depth + 2)
                    yield f"{pad}  - {first.lstrip()}"
                    yield from rest
            case str():
                yield f"{pad}{key}: {scalar(node)}"
            case _:
                inner = list(lines(node, depth + 1))
                if inner:
                    yield f"{pad}{key}:"
                yield from inner


def nested(settings: Settings) -> dict[str, Node]:
    """Settings by dotted key as a tree."""
    tree: dict[str, Node] = {}
    for key, fact in settings.items():
        *above, last = key.split(".")
        here = tree
        for part in above:
            inner = here.setdefault(part, {})
            if not isinstance(inner, dict):
                raise ValueError(f"{key} stands below a value")
            here = inner
        here[last] = fact
    return tree


def _value(pad: str, key: str, fact: Fact) -> str:
    if fact.origin:
        return f"{pad}{key}: {{value: {_shown(fact.text)}, {fact.origin}: {quoted(fact.note)}}}"
    written = f"{pad}{key}: {_shown(fact.text)}"
    if not fact.note:
        return written
    return f"{written:<{_COLUMN}}  # {one_line(fact.note)}, {fact.sure}"


def _shown(text: str | tuple[str, ...]) -> str:
    return scalar(text) if isinstance(text, str) else f"[{', '.join(scalar(item) for item in text)}]"


def scalar(words: str) -> str:
    """Words as one YAML value that reads as these words, in quotes only where it must be."""
    if _NUMBER.fullmatch(words):
        return words
    delicate = words.startswith(("?", "-")) or any(sign in words for sign in ",:[]{}")
    return quoted(words) if delicate else _serialized(words, None)


def quoted(words: str) -> str:
    """Words in double quotes, on one line."""
    return _serialized(one_line(words), '"')


def one_line(words: str) -> str:
    """Words that can stand behind a `#`: one line, without characters that a file may not hold, not too long."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())
    return plain if len(plain) <= _WIDEST else f"{plain[: _WIDEST - 1]}…"


def _serialized(words: str, style: str | None) -> str:
    node = yaml.ScalarNode("tag:yaml.org,2002:str", words, style=style)
    text: str = yaml.serialize(node, Dumper=yaml.SafeDumper, width=float("inf"), allow_unicode=True)
    return text.splitlines()[0]
