"""What a reader of another program's file offers, and the file as it gets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from archwright.analysis.adopt.evidence import Evidence
from archwright.base.errors import InputError, Location, Problem


@dataclass(frozen=True)
class Source:
    """A file that was read: its path as it was given, and its bytes."""

    file: str
    data: bytes

    @property
    def called(self) -> str:
        """Its name without folders: evidence is named the same wherever the command was called."""
        return self.file.replace("\\", "/").rpartition("/")[2]

    @cached_property
    def text(self) -> str:
        """Its text.

        Raises:
            InputError: it is not UTF-8 text.
        """
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.data.count(b"\n", 0, error.start) + 1
            raise self.refused("this is not UTF-8 text", "save or export it as UTF-8", line) from error

    @cached_property
    def beginning(self) -> str:
        """The first characters, whatever they are, to tell kinds of files apart."""
        return self.data[:65536].decode("utf-8-sig", errors="replace").lstrip()

    def refused(self, message: str, mend: str = "", line: int = 0, column: int = 1) -> InputError:
        """The error that says why this file cannot be used."""
        where = Location(self.file, line, column if line else 0)
        return InputError([Problem("bad-evidence", message, where, mend)])


@dataclass(frozen=True, slots=True)
class Reader:
    """A kind of file that a draft can be made from.

    `recognises` tells from the content whether a file is of this kind; `read` gives the evidence in it, or raises
    InputError with what is wrong and where.
    """

    name: str
    doc: str
    recognises: Callable[[Source], bool]
    read: Callable[[Source], Evidence]
