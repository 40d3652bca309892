"""What a store is: where the lines of a ledger are kept, in the order in which they came, and never changed.

A store writes what it is given. It knows nothing of what the lines say but that they are chained.
"""

from __future__ import annotations

import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from archwright.base.errors import InputError, Location, Problem
from archwright.ledger.chain import Head

if sys.platform != "win32":
    import fcntl


class StoreError(OSError):
    """A store cannot be read or written now. It may come back."""


class Store(ABC):
    """An open store. It is used by one thread at a time.

    Attributes:
        head: of the lines that it holds.
        missing: rows at the end that its own head names and that are not there (0: none).
        promise: what a loss of power can take, in words; the process alone can take nothing that was appended.
    """

    head: Head
    missing: int = 0
    promise: str

    @abstractmethod
    def append(self, lines: Sequence[bytes], head: Head) -> None:
        """Write lines after the last one, all of them or none; `head` is that of the last. Once only, if told twice.

        Raises:
            OSError: they could not be written; the store is as it was before.
        """

    @abstractmethod
    def steady(self) -> None:
        """See to it that a loss of power cannot take what was appended so far. Any thread may call it at any time.

        Raises:
            OSError: that could not be done.
        """

    @abstractmethod
    def lines(self) -> Iterator[bytes]:
        """All lines, from the first, each with its line end."""

    @abstractmethod
    def backwards(self) -> Iterator[bytes]:
        """All lines, from the last."""

    @abstractmethod
    def close(self) -> None:
        """Give it up. Nothing is written by it."""


@dataclass(frozen=True, slots=True)
class StoreKind:
    """One kind of store.

    Attributes:
        name: its name on the shelf.
        fits: whether a place is one of this kind, by how it is written.
        open: opens a place for one writer. With `sync` nothing that was appended may be lost with the power; with
            `anew` what is there is thrown away.
        read: the lines of a place that somebody else may be writing to, and the head that is kept beside them.
    """

    name: str
    fits: Callable[[str], bool]
    open: Callable[[str, bool, bool], Store]
    read: Callable[[str], tuple[Iterator[bytes], Head | None]]


def refused(code: str, message: str, place: str, mend: str) -> InputError:
    """A place that is not ours to write, or cannot be read."""
    return InputError([Problem(code, message, Location(place), mend)])


def held(file: Path, what: str = "ledger", mend: str = "name another --ledger", mode: int = 0o644) -> int:
    """A file, made if need be with this mode, that no other gateway writes to. `what` it is, for who is refused.

    Raises:
        InputError: it is no regular file, or another gateway writes to it.
        OSError: it is not ours to write.
    """
    if file.exists() and not file.is_file():
        raise refused("not-a-file", "this is no regular file", str(file), mend)
    sink = os.open(file, os.O_RDWR | os.O_CREAT, mode)
    if sys.platform != "win32":
        try:
            fcntl.flock(sink, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(sink)
            problem = f"another gateway writes to this {what}"
            raise refused("taken", problem, str(file), f"stop it or {mend}") from error
    return sink
