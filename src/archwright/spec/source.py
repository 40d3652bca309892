"""YAML text to a tree that remembers line and column of everything. Nothing is interpreted here.

YAML 1.2 in the points that bite: `no`, `on` and `yes` stay words, only `true` and `false` are truth values, a key
that stands twice is a problem. Size, depth and the growth through aliases are bounded, so that a hostile file is
refused before it costs anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml
from yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from archwright.base.errors import InputError, Location, Problem

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_DEPTH: Final = 40
MAX_NODES: Final = 200_000

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
            raise refuse("file-missing", "there is no such file", "check the path; `archwright init` writes a first one")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise refuse("file-too-large", f"{size / 1e6:,.1f} MB is more than a design can need (4 MB)", "split it with `include`")
        raw = path.read_bytes()
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
    try:
        return _Builder(text, file).build()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file)
        words = " ".join(part for part in (error.context, error.problem) if part)
        raise InputError([Problem("yaml-syntax", words, where, "mend the YAML here; the rest is checked after that")]) from error
    except yaml.YAMLError as error:
        text_of = str(error).splitlines()[0]
        raise InputError([Problem("not-text", f"the text has a character YAML forbids: {text_of}", Location(file))]) from error


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
                raise self._refused("several-documents", "one file holds one system", "remove the second `---`")
            return tree
        finally:
            self.loader.dispose()

    def _expect_document(self) -> None:
        self.loader.get_event()  # start of the stream
        if self.loader.check_event(yaml.StreamEndEvent):
            raise InputError(
                [Problem("file-empty", "the file holds only comments", Location(self.file), "`archwright init` writes a system")]
            )
        self.loader.get_event()  # start of the document

    def _refused(self, code: str, message: str, mend: str, where: Location | None = None) -> InputError:
        return InputError([Problem(code, message, where or Location(self.file), mend)])

    def _count(self, nodes: int, where: Location) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise self._refused(
                "file-too-large", f"more than {MAX_NODES:,} values, counted with aliases expanded", "write less, or split", where
            )

    def _tree(self, event: yaml.Event, depth: int) -> Tree:
        where = Location(self.file, event.start_mark.line + 1, event.start_mark.column + 1)
        if depth > MAX_DEPTH:
            raise self._refused("too-deep", f"nested more than {MAX_DEPTH} levels deep", "flatten it", where)
        if isinstance(event, AliasEvent):
            if event.anchor not in self.anchors:
                raise self._refused("yaml-syntax", f"the alias *{event.anchor} has no complete anchor before it", "define it", where)
            tree, size = self.anchors[event.anchor]
            self._count(size, where)
            return tree
        before = self.nodes
        self._count(1, where)
        tree = self._node(event, where, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = (tree, self.nodes - before)
        return tree

    def _node(self, event: yaml.Event, where: Location, depth: int) -> Tree:
        if isinstance(event, ScalarEvent):
            return Scalar(event.value, where, quoted=bool(event.style))
        if isinstance(event, SequenceStartEvent):
            sequence = Sequence(where)
            while not self.loader.check_event(SequenceEndEvent):
                sequence.items.append(self._tree(self.loader.get_event(), depth + 1))
            self.loader.get_event()
            return sequence
        if not isinstance(event, MappingStartEvent):
            raise self._refused("yaml-syntax", "a value is missing here", "write one", where)
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
