"""A ledger in a file, one line a row, and beside it a small file with its head."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from archwright.base.errors import InputError
from archwright.ledger.chain import Head, digest, parse_head
from archwright.ledger.rows import Run
from archwright.ledger.rows import decode as rows
from archwright.runtime.store import Store, StoreKind, held, refused

LONGEST_ROW: Final = 1024 * 1024
PIECE: Final = 256 * 1024
HEAD_SIZE: Final = 160  # bytes of the head file, always as many, so that it is written over in one piece


class _Kept(msgspec.Struct):
    """The head file: a head, and where the last line that it names ends."""

    head: str
    end: int


class FileStore(Store):
    """Lines appended to a file that this process alone writes to.

    Args:
        file: the ledger.
        sync: whether an append returns only when the disk has it.
        anew: whether what is there is thrown away.

    Raises:
        InputError: the file is there and is no ledger, or another gateway writes to it; nothing is written then.
        OSError: it cannot be written.
    """

    def __init__(self, file: Path, sync: bool, anew: bool) -> None:
        self.file = file
        self.sync = sync
        self.promise = "a loss of power takes nothing" if sync else "a loss of power takes at most about a second more"
        self.sink = held(file)
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, self.sink)
            self.beside = os.open(head_file(file), os.O_RDWR | os.O_CREAT, 0o644)
            stack.callback(os.close, self.beside)
            if anew:
                os.ftruncate(self.sink, 0)
                os.ftruncate(self.beside, 0)
            self._find_end()
            stack.pop_all()

    def _find_end(self) -> None:
        """The end and the head of what is there; a last line that was torn off is cut away."""
        size = os.fstat(self.sink).st_size
        first = os.pread(self.sink, LONGEST_ROW, 0).partition(b"\n")
        if size and not isinstance(_row(b"".join(first[:2]), self.file), Run):
            raise refused("not-a-ledger", "this is no ledger", str(self.file), "name another --ledger")
        kept = _read_head(os.pread(self.beside, HEAD_SIZE, 0))
        begin, head, last = self._trusted(kept, size)
        for line in _forwards(self.sink, begin):
            if line.endswith(b"\n"):
                head, begin, last = Head(head.rows + 1, ""), begin + len(line), line
        self.head = head if head.hash or not last else Head(head.rows, digest(last))
        self.end = begin
        self.missing = max(0, kept[0].rows - head.rows) if kept else 0
        os.ftruncate(self.sink, self.end)

    def _trusted(self, kept: tuple[Head, int] | None, size: int) -> tuple[int, Head, bytes]:
        """Where to begin reading: after the line that the head names, if it is there; else from the start."""
        if kept is None or not 0 < kept[1] <= size:
            return 0, Head(), b""
        head, end = kept
        before = os.pread(self.sink, min(end, LONGEST_ROW), max(0, end - LONGEST_ROW))
        line = before[before.rfind(b"\n", 0, -1) + 1 :]
        return (end, head, line) if digest(line) == head.hash else (0, Head(), b"")

    def append(self, lines: Sequence[bytes], head: Head) -> None:
        """Write lines; what was half written when the disk is full is cut away again."""
        data = b"".join(lines)
        try:
            written = os.pwrite(self.sink, data, self.end)
            while written < len(data):
                written += os.pwrite(self.sink, data[written:], self.end + written)
            if self.sync:
                _to_disk(self.sink)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self.sink, self.end)
            raise
        self.end += len(data)
        self.head = head
        kept = msgspec.json.encode(_Kept(str(head), self.end))
        with contextlib.suppress(OSError):  # an old head is behind the rows, and so says nothing false
            os.pwrite(self.beside, kept.ljust(HEAD_SIZE - 1) + b"\n", 0)

    def steady(self) -> None:
        """Have the disk take what was written."""
        _to_disk(self.sink)

    def lines(self) -> Iterator[bytes]:
        """All lines, from the first."""
        return _forwards(self.sink, 0)

    def backwards(self) -> Iterator[bytes]:
        """All lines, from the last."""
        end, rest = self.end, b""
        while end > 0:
            begin = max(0, end - PIECE)
            piece = os.pread(self.sink, end - begin, begin) + rest
            found = piece.splitlines(keepends=True)
            rest = found.pop(0) if begin else b""
            yield from reversed(found)
            end = begin

    def close(self) -> None:
        """Close both files."""
        os.close(self.beside)
        os.close(self.sink)


def head_file(file: Path) -> Path:
    """The file beside a ledger that holds its head."""
    return file.with_name(f"{file.name}.head")


def _to_disk(sink: int) -> None:
    if sys.platform == "linux":
        os.fdatasync(sink)
    else:
        os.fsync(sink)


def _forwards(sink: int, begin: int) -> Iterator[bytes]:
    rest = b""
    while piece := os.pread(sink, PIECE, begin):
        begin += len(piece)
        found = (rest + piece).splitlines(keepends=True)
        rest = found.pop() if not found[-1].endswith(b"\n") else b""
        yield from found
    if rest:
        yield rest


def _row(line: bytes, file: Path) -> object:
    try:
        return next(rows([line], str(file)), None)
    except InputError:
        return None


def _read_head(data: bytes) -> tuple[Head, int] | None:
    try:
        kept = msgspec.json.decode(data, type=_Kept)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    head = parse_head(kept.head)
    return (head, kept.end) if head is not None else None


def _open(place: str, sync: bool, anew: bool) -> Store:
    return FileStore(Path(place), sync, anew)


def _read(place: str) -> tuple[Iterator[bytes], Head | None]:
    file = Path(place)
    if not file.is_file():
        raise refused("ledger-missing", "there is no such ledger", place, "rehearse or serve first")
    beside = head_file(file)
    # The head first: what is written between the two is then behind it and not missing.
    kept = _read_head(beside.read_bytes()) if beside.is_file() else None
    return _lines(file), kept[0] if kept else None


def _lines(file: Path) -> Iterator[bytes]:
    with file.open("rb") as lines:
        yield from lines


STORE = StoreKind("files", lambda place: True, _open, _read)
