"""YAML text to a tree that remembers line and column of everything. Nothing is interpreted here.

YAML 1.2 in the points that bite: `no`, `on` and `yes` stay words, only `true` and `false` are truth values, a key
that stands twice is a problem. Size, depth and the growth through aliases are bounded, so that a hostile file is
refused before it costs anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from archwright.base.errors import InputError, Location, Problem

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_DEPTH: Final = 40
MAX_NODES: Final = 200_000

# What YAML forbids (control characters, halves of surrogate pairs, two that are no characters), and the line breaks
# that only YAML takes for such: places would no longer be those that an editor shows.
_FORBIDDEN: Final = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_AFTERWARDS: Final = "mend the YAML here; the rest is checked after that"
_SYNTAX: Final = (
    ("mapping values are not allowed", "put quotes around a text that holds `: `, or check the indentation"),
    ("cannot start any token", "put quotes around a text that begins with one of % @ `"),
    ("expected <block end>", "indent it like its neighbours"),
    (
        "did not find expected key",
        "indent it like its neighbours, and put quotes around a text with brackets or quotes",
    ),
    ("did not find expected ',' or", "close the bracket or the brace, or put a comma before this"),
    ("unexpected end of stream", "close the quotes"),
    ("simple key", "put a colon after the key"),
)

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Scalar:
    """A single value as it was written. `quoted` tells `"true"` from `true`."""

    text: str
    where: Location
    quoted: bool = False


@dataclass(slots=True)
class Mapping:
    """Keys and values in file order; `repeated` holds keys that stood twice."""

    where: Location
    items: dict[str, tuple[Scalar, Tree]] = field(default_factory=dict)
    repeated: list[Scalar] = field(default_factory=list)


@dataclass(slots=True)
class Sequence:
    """Values in file order."""

    where: Location
    items: list[Tree] = field(default_factory=list)


Tree = Scalar | Mapping | Sequence


def read_text(path: Path, shown: str = "") -> str:
    """The text of a file, refused when it is no readable text of at most 4 MB.

    Raises:
        InputError: not there, not a regular file, too large, empty, or not UTF-8 text.
    """
    name = shown or str(path)

    def refuse(code: str, message: str, mend: str) -> InputError:
        return InputError([Problem(code, message, Location(name), mend)])

    try:
        if not path.is_file():
            what = "this is no regular file" if path.exists() else "there is no such file"
            raise refuse("file-missing", what, "check the path; `archwright init` writes a first one")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise refuse(
                "file-too-large",
                f"{size / 1e6:,.1f} MB is more than a design can need (4 MB)",
                "split it with `include`",
            )
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise refuse("file-unreadable", f"it cannot be read: {error.strerror}", "check its permissions") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(
            [Problem("not-text", "this is not UTF-8 text", Location(name, line, 1), "save the file as UTF-8 YAML")]
        ) from error
    if not text.strip():
        raise refuse("file-empty", "the file is empty", "`archwright init` writes a small system to begin with")
    return text


def parse(text: str, file: str) -> Tree:
    """The tree of one YAML document.

    Raises:
        InputError: it is no YAML, holds several documents, nests too deeply or grows too large through aliases.
    """
    if len(text) > MAX_BYTES:
        raise _refused("file-too-large", f"{len(text):,} characters are more than a design can need", "split it", file)
    wrong = _FORBIDDEN.search(text)
    if wrong is not None:
        before = text[: wrong.start()]
        where = Location(file, before.count("\n") + 1, wrong.start() - before.rfind("\n"))
        message = f"the character U+{ord(wrong[0]):04X} cannot stand in a text"
        raise InputError([Problem("not-text", message, where, "save the file as UTF-8 YAML without it")])
    try:
        return _Builder(text, file).build()
    except yaml.YAMLError as error:
        raise InputError([_syntax(error, text, file)]) from error


def _syntax(error: yaml.YAMLError, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    parts = (getattr(error, "context", None), getattr(error, "problem", None))
    words = " ".join(part for part in parts if part) or str(error).partition("\n")[0]
    if mark is None:
        return Problem("yaml-syntax", words, Location(file), _AFTERWARDS)
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    mend = next((mend for sign, mend in _SYNTAX if sign in words), _AFTERWARDS)
    if "\t" in line[: len(line) - len(line.lstrip())]:
        mend = "indent with spaces, not with tabs"
    return Problem("yaml-syntax", words, Location(file, mark.line + 1, mark.column + 1), mend)


def _refused(code: str, message: str, mend: str, file: str) -> InputError:
    return InputError([Problem(code, message, Location(file), mend)])


class _Builder:
    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.loader = _Loader(text)
        self.anchors: dict[str, tuple[Tree, int]] = {}
        self.nodes = 0

    def build(self) -> Tree:
        try:
            self._expect_document()
            tree = self._tree(self.loader.get_event(), 0)
            self.loader.get_event()  # end of the document
            if not self.loader.check_event(yaml.StreamEndEvent):
                where = self._place(self.loader.peek_event())
                raise self._refused("several-documents", "one file holds one system", "remove the second `---`", where)
            return tree
        finally:
            self.loader.dispose()

    def _expect_document(self) -> None:
        self.loader.get_event()  # start of the stream
        if self.loader.check_event(yaml.StreamEndEvent):
            raise _refused("file-empty", "the file holds only comments", "`archwright init` writes a system", self.file)
        self.loader.get_event()  # start of the document

    def _place(self, event: yaml.Event) -> Location:
        mark = event.start_mark
        return Location(self.file, mark.line + 1, mark.column + 1) if mark is not None else Location(self.file)

    def _refused(self, code: str, message: str, mend: str, where: Location) -> InputError:
        return InputError([Problem(code, message, where, mend)])

    def _count(self, nodes: int, where: Location) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            message = f"more than {MAX_NODES:,} values, counted with aliases expanded"
            raise self._refused("file-too-large", message, "write less, or split", where)

    def _tree(self, event: yaml.Event, depth: int) -> Tree:
        where = self._place(event)
        if depth > MAX_DEPTH:
            raise self._refused("too-deep", f"nested more than {MAX_DEPTH} levels deep", "flatten it", where)
        if isinstance(event, AliasEvent):
            if event.anchor not in self.anchors:
                message = f"the alias *{event.anchor} has no complete anchor before it"
                raise self._refused("yaml-syntax", message, "define it before", where)
            tree, size = self.anchors[event.anchor]
            self._count(size, where)
            return tree
        if not isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent):
            raise self._refused("yaml-syntax", "a value is missing here", "write one", where)
        if event.tag is not None and event.tag != "!":
            raise self._refused("yaml-tag", f"the tag {event.tag} is not read", "remove it; a value needs none", where)
        before = self.nodes
        self._count(1, where)
        tree = self._node(event, where, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = (tree, self.nodes - before)
        return tree

    def _node(self, event: ScalarEvent | SequenceStartEvent | MappingStartEvent, where: Location, depth: int) -> Tree:
        if isinstance(event, ScalarEvent):
            return Scalar(event.value, where, quoted=bool(event.style))
        if isinstance(event, SequenceStartEvent):
            sequence = Sequence(where)
            while not self.loader.check_event(SequenceEndEvent):
                sequence.items.append(self._tree(self.loader.get_event(), depth + 1))
            self.loader.get_event()
            return sequence
        mapping = Mapping(where)
        while not self.loader.check_event(MappingEndEvent):
            key = self._tree(self.loader.get_event(), depth + 1)
            value = self._tree(self.loader.get_event(), depth + 1)
            if not isinstance(key, Scalar):
                raise self._refused("yaml-syntax", "a key must be a single word", "quote braces in text", key.where)
            if key.text in mapping.items:
                mapping.repeated.append(key)
            else:
                mapping.items[key.text] = (key, value)
        self.loader.get_event()
        return mapping
