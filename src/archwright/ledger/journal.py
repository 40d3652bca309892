"""Writing the ledger: rows are kept in memory and written in one piece, off the request's path."""

from __future__ import annotations

from typing import BinaryIO

from archwright.ledger.rows import Row, encode


class Journal:
    """An append-only ledger over an open binary file.

    `add` never touches the file; `flush` writes what has come since. The caller decides how often: what was added
    since the last flush is what a crash can lose.
    """

    def __init__(self, sink: BinaryIO) -> None:
        self.sink = sink
        self.pending: list[bytes] = []
        self.rows = 0

    def add(self, row: Row) -> None:
        """Keep a row for the next flush."""
        self.pending.append(encode(row))
        self.rows += 1

    def flush(self) -> None:
        """Hand all kept rows to the operating system, in order."""
        if self.pending:
            batch, self.pending = self.pending, []
            self.sink.write(b"".join(batch))
            self.sink.flush()
