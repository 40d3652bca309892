"""Writing the ledger: nothing is written before a flush, everything after it, in order and once."""

from __future__ import annotations

from io import BytesIO

from archwright.ledger.journal import Journal
from archwright.ledger.rows import Journey, decode

ROWS = [Journey(f"s{number}", "ask", "first", 0.0, 1.0, "answered") for number in range(5)]


class Sink(BytesIO):
    """A file that counts how often it is written to and flushed."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.flushes = 0

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.writes.append(data)
        return super().write(data)

    def flush(self) -> None:
        self.flushes += 1


def test_rows_wait_for_the_flush_and_keep_their_order() -> None:
    sink = Sink()
    journal = Journal(sink)
    for row in ROWS[:3]:
        journal.add(row)
    assert sink.writes == []
    journal.flush()
    journal.add(ROWS[3])
    journal.add(ROWS[4])
    journal.flush()
    assert len(sink.writes) == 2
    assert sink.flushes == 2
    assert list(decode(sink.getvalue().splitlines(keepends=True), "ledger")) == ROWS
    assert journal.rows == 5


def test_a_flush_without_rows_touches_nothing() -> None:
    sink = Sink()
    journal = Journal(sink)
    journal.flush()
    journal.add(ROWS[0])
    journal.flush()
    journal.flush()
    assert (len(sink.writes), sink.flushes) == (1, 1)


def test_a_row_that_comes_during_the_write_goes_with_the_next_one() -> None:
    class Busy(Sink):
        def write(self, data: bytes) -> int:  # type: ignore[override]
            if not self.writes:
                journal.add(ROWS[1])
            return super().write(data)

    sink = Busy()
    journal = Journal(sink)
    journal.add(ROWS[0])
    journal.flush()
    journal.flush()
    assert list(decode(sink.getvalue().splitlines(keepends=True), "ledger")) == ROWS[:2]
