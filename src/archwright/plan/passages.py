"""Documents cut into passages, and the index that holds them: pure text work, the same bytes for the same documents.

A heading begins a new passage and stays its title; a passage that would be too long is cut at the end of a line, and
repeats the last words of the one before it. Fenced code and tables are text like any other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Final, NamedTuple

import msgspec

from archwright.base.errors import InputError, Location, Problem

SCHEMA: Final = 1
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_RULED = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n\s*\n|\n(?=\s*[-*|#])")
_WORD = re.compile(r"\w+")


class Passage(msgspec.Struct, frozen=True):
    """A piece of a document. `first` and `last` are its lines, counted from 1; `id` is the file and its number."""

    id: str
    file: str
    title: str
    first: Annotated[int, msgspec.Meta(ge=1)]
    last: Annotated[int, msgspec.Meta(ge=1)]
    text: str


class Index(msgspec.Struct, frozen=True):
    """All passages of a retriever, in the order of their files."""

    retriever: str
    words: int
    overlap: int
    passages: tuple[Passage, ...]
    schema: int = SCHEMA

    @property
    def mean_words(self) -> float:
        """The mean length of a passage with its title, in words."""
        total = sum(len(passage.title.split()) + len(passage.text.split()) for passage in self.passages)
        return total / len(self.passages) if self.passages else 0.0


def cut(file: str, text: str, words: int, overlap: int) -> tuple[Passage, ...]:
    """The passages of a document.

    Args:
        file: its name in the folder, for ids.
        text: Markdown or plain text; only Markdown (`.md`, `.markdown`) is looked at for headings.
        words: most words of a passage; a single line that is longer is cut too.
        overlap: words that a passage repeats from the one before it under the same heading.
    """
    marked = file.lower().endswith((".md", ".markdown"))
    found: list[Passage] = []
    for section in _sections(text.splitlines(), marked):
        for lines in _pieces(section.lines, words, overlap):
            said = _CONTROL.sub(" ", "\n".join(line for _, line in lines)).strip()
            if said:
                place = f"{file}#{len(found) + 1}"
                found.append(Passage(place, file, section.title, lines[0][0], lines[-1][0], said))
    return tuple(found)


Line = tuple[int, str]


class _Section(NamedTuple):
    title: str
    lines: list[Line]


def _sections(lines: list[str], marked: bool) -> Iterator[_Section]:
    """Lines under one heading each; the title names the headings above it too."""
    above: list[tuple[int, str]] = []
    section = _Section("", [])
    fence = ""
    for number, line in enumerate(lines, 1):
        mark = _FENCE.match(line) if marked else None
        if mark:
            fence = "" if fence == mark[1] else fence or mark[1]
        heading = _heading(lines, number) if marked and not fence else None
        if heading is None:
            if not (marked and not fence and section.lines == [] and _RULED.match(line)):
                section.lines.append((number, line))
            continue
        yield section
        level, title = heading
        above = [item for item in above if item[0] < level] + [(level, title)]
        section = _Section(" > ".join(title for _, title in above), [])
    yield section


def _heading(lines: list[str], number: int) -> tuple[int, str] | None:
    """Level and words of the heading in a line, marked with # or ruled below."""
    line = lines[number - 1]
    match = _HEADING.match(line)
    if match:
        return len(match[1]), match[2]
    ruled = _RULED.match(lines[number]) if number < len(lines) else None
    if ruled and line.strip() and not line.lstrip().startswith(("-", "|", ">", "*")) and _paragraph(lines, number):
        return 1 if ruled[1][0] == "=" else 2, line.strip()
    return None


def _paragraph(lines: list[str], number: int) -> bool:
    """Whether a line stands alone above its rule, so that it is a heading and not the end of a paragraph."""
    return number == 1 or not lines[number - 2].strip()


def _pieces(lines: list[Line], words: int, overlap: int) -> Iterator[list[Line]]:
    """Lines in pieces of at most so many words, each but the first with the last words of the one before."""
    piece: list[Line] = []
    size = 0
    fresh = False
    for line in _short(lines, words - overlap):
        count = len(line[1].split())
        if fresh and size + count > words:
            yield piece
            piece = _tail(piece, overlap)
            size = sum(len(text.split()) for _, text in piece)
            fresh = False
        piece.append(line)
        size += count
        fresh = fresh or count > 0
    if fresh:
        yield piece


def _short(lines: Iterable[Line], words: int) -> Iterator[Line]:
    """Lines of at most so many words: a longer one becomes several with the same number."""
    for number, text in lines:
        parts = text.split()
        if len(parts) <= words:
            yield number, text
        else:
            yield from ((number, " ".join(parts[at : at + words])) for at in range(0, len(parts), words))


def _tail(piece: list[Line], overlap: int) -> list[Line]:
    """The last lines of a piece, the first of them cut, that hold at most `overlap` words together."""
    kept: list[Line] = []
    left = overlap
    for number, text in reversed(piece):
        parts = text.split()
        if left <= 0:
            break
        kept.insert(0, (number, text if len(parts) <= left else " ".join(parts[-left:])))
        left -= len(parts)
    return kept


def sentences(text: str) -> list[str]:
    """The sentences of a passage, list items and table rows each for themselves, white space made single."""
    return [" ".join(part.split()) for part in _SENTENCE.split(text) if part and part.strip()]


def best_sentence(text: str, question: str) -> str:
    """The sentence that shares most different words with a question; the first of them where several do."""
    asked = {word[:5] for word in _WORD.findall(question.lower()) if len(word) > 2}

    def shared(sentence: str) -> int:
        return len(asked.intersection(word[:5] for word in _WORD.findall(sentence.lower())))

    return max(sentences(text), key=shared, default="")


def encode(index: Index) -> bytes:
    """An index as canonical JSON: the same documents and settings give the same bytes."""
    return msgspec.json.encode(index)


def digest(index: Index) -> str:
    """32 hexadecimal digits of BLAKE2b over the canonical bytes."""
    return hashlib.blake2b(encode(index), digest_size=16).hexdigest()


def decode(data: bytes, file: str) -> Index:
    """An index from its bytes.

    Raises:
        InputError: it is none, or one of another version.
    """
    mend = "make it again with `archwright build`"
    try:
        index = msgspec.json.decode(data, type=Index)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError([Problem("bad-index", f"not an index: {error}", Location(file), mend)]) from error
    if index.schema != SCHEMA:
        message = f"index version {index.schema}, this program reads {SCHEMA}"
        raise InputError([Problem("bad-index", message, Location(file), mend)])
    return index


def file_name(retriever: str) -> str:
    """The name of a retriever's index beside the plan."""
    return f"index-{retriever}.json"
