"""The chain of a ledger: every row carries the hash of the row before it, so that none can be changed or left out.

    {"type":"request", … ,"prev":"<hash of the line before>"}

The hash is BLAKE2b over the whole line, line end included. Rows of a ledger that an older program began carry none; the
first chained row carries the hash of the last of them. What is cut off at the end no chain can tell: the `Head` does,
which is kept beside the rows and can be noted anywhere else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final, NamedTuple

GENESIS: Final = "0" * 32
_FIELD: Final = b',"prev":"'
_END: Final = b'"}\n'
_TAIL: Final = len(_FIELD) + len(GENESIS) + len(_END)


class Head(NamedTuple):
    """How many rows a ledger has, and the hash of the last one (`GENESIS`: it has none)."""

    rows: int = 0
    hash: str = GENESIS

    def __str__(self) -> str:
        return f"{self.rows}:{self.hash}"


class Verdict(NamedTuple):
    """What became of a check.

    Attributes:
        head: of the rows that were read.
        unchained: rows at the beginning that an older program wrote without hashes.
        broken: number of the first row that does not fit, from 1; 0: all of them do.
        why: what is wrong there; empty where nothing is.
    """

    head: Head
    unchained: int
    broken: int = 0
    why: str = ""


def digest(line: bytes) -> str:
    """The hash of a line."""
    return hashlib.blake2b(line, digest_size=16).hexdigest()


def seal(row: bytes, head: Head) -> tuple[bytes, Head]:
    """A row (a JSON object with at least one field and a line end) as the next line after `head`, and the new head."""
    line = row[:-2] + _FIELD + head.hash.encode() + _END
    return line, Head(head.rows + 1, digest(line))


def previous(line: bytes) -> str:
    """The hash that a line carries; empty where it carries none."""
    tail = line[-_TAIL:]
    if not (tail.startswith(_FIELD) and tail.endswith(_END)):
        return ""
    return tail[len(_FIELD) : -len(_END)].decode("ascii", "replace")


def parse_head(text: str) -> Head | None:
    """A head as it is written, `rows:hash`; None where the text is none."""
    rows, _, found = text.strip().partition(":")
    fits = rows.isdigit() and len(found) == len(GENESIS) and set(found) <= set("0123456789abcdef")
    return Head(int(rows), found) if fits else None


def verify(lines: Iterable[bytes], known: Head | None = None) -> Verdict:
    """Whether the lines of a ledger are all there and as they were written, up to the `known` head and beyond."""
    head, unchained = Head(), 0
    for line in lines:
        carried = previous(line)
        number = head.rows + 1
        if not line.endswith(b"\n"):
            return Verdict(head, unchained, number, "it was torn off: the program that wrote it was stopped")
        if not carried and unchained < head.rows:
            return Verdict(head, unchained, number, "it carries no hash of the row before it")
        if carried and carried != head.hash:
            return Verdict(head, unchained, number, "the row before it was changed or taken away, or this one was")
        unchained += not carried
        head = Head(number, digest(line))
        if known is not None and known.rows == number and known.hash != head.hash:
            return Verdict(head, unchained, number, "it is not the row that the head names")
    if known is not None and known.rows > head.rows:
        lost = known.rows - head.rows
        return Verdict(
            head, unchained, head.rows + 1, f"{lost} rows are missing at the end: the head names {known.rows}"
        )
    return Verdict(head, unchained)
