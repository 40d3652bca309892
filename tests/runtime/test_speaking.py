"""The log: a line a request, bounded, and without what nobody may read."""

from __future__ import annotations

import threading
from typing import Any

import msgspec
import pytest

from archwright.ledger.rows import Attempt
from archwright.runtime.gateway import speaking
from archwright.runtime.gateway.speaking import Speaker, line
from tests.runtime.test_tracing import _request


class Sink:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.data = b""

    def __call__(self, data: bytes) -> None:
        self.data += data

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [msgspec.json.decode(one) for one in self.data.splitlines()]


def test_a_line_says_what_the_row_says_and_leaves_out_what_is_not_known() -> None:
    found = msgspec.json.decode(line(_request(cost=2_500_000_000, total_s=1.25, key="k1")))
    assert found["cost_usd"] == 0.0025
    assert (found["route"], found["status"], found["key"], found["total_s"]) == ("both", 200, "k1", 1.25)
    assert "first_s" not in found
    assert "trace" not in found
    assert line(_request()).count(b"\n") == 1


async def test_so_many_lines_a_second_and_the_rest_is_counted() -> None:
    sink, now = Sink(), [0.0]
    speaker = Speaker(sink, rate=3.0, clock=lambda: now[0])
    x: Any = None
    for _ in range(5):
        speaker.told(_request(), x)
    now[0] = 0.5  # one and a half more
    for _ in range(2):
        speaker.told(_request(), x)
    speaker.told(Attempt("r1", 1, "p", "both", "first", "m", 1.0, "now", "ok"), x)
    await speaker.start()
    await speaker.stop()
    assert [one["event"] for one in sink.lines] == ["request"] * 4 + ["left out"]
    assert sink.lines[-1]["lines"] == 3
    assert speaker.lines.values == {("left out",): 3, ("written",): 5}


async def test_a_reader_that_stalls_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaking, "MOST", 4)
    monkeypatch.setattr(speaking, "STOP_S", 0.01)
    stuck, free = threading.Event(), threading.Event()

    def stall(data: bytes) -> None:
        stuck.set()
        free.wait(20)

    speaker = Speaker(stall)
    await speaker.start()
    speaker.told(_request(), None)  # type: ignore[arg-type]
    assert stuck.wait(20)
    for _ in range(9):
        speaker.told(_request(), None)  # type: ignore[arg-type]
    assert len(speaker.waiting) == 4
    assert speaker.lines.values == {("left out",): 5}
    await speaker.stop()
    free.set()


async def test_a_log_that_cannot_be_written_is_counted() -> None:
    def full(data: bytes) -> None:
        raise OSError("no space left")

    speaker = Speaker(full)
    speaker.told(_request(), None)  # type: ignore[arg-type]
    await speaker.start()
    await speaker.stop()
    assert speaker.lines.values == {("lost",): 1}
