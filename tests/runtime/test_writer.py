"""The writer of a gateway's ledger: nothing waits for it but what asked to, and nothing is lost in silence."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import pytest

from archwright.ledger.balance import Account
from archwright.ledger.chain import Head, verify
from archwright.ledger.rows import Balance, Gap, Request, Row, Run, decode, encode
from archwright.plan import model as m
from archwright.runtime.gateway import writer as w
from archwright.runtime.gateway.writer import Writer
from archwright.runtime.store import Store, StoreError
from tests.runtime.sample import Script, completion, desk, plan
from tests.runtime.test_faults import ASK, post, well

FIRST = Run("p", "s", "f", "serve", "2026-11-21T00:00:00.000+00:00")


class Memory(Store):
    """A store that fails while it is told to, and stops while it is held."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault or StoreError("it is broken")
        self.head = Head()
        self.promise = "nothing is kept"
        self.kept: list[bytes] = []
        self.slices: list[int] = []
        self.broken = False
        self.open = threading.Event()
        self.open.set()
        self.asked = threading.Event()
        self.failed = threading.Event()

    def append(self, lines: Sequence[bytes], head: Head) -> None:
        self.asked.set()
        self.open.wait()
        if self.broken:
            self.failed.set()
            raise self.fault
        self.kept += lines
        self.slices.append(len(lines))
        self.head = head

    def steady(self) -> None:
        pass

    def lines(self) -> Iterator[bytes]:
        return iter(self.kept)

    def backwards(self) -> Iterator[bytes]:
        return reversed(self.kept)

    def close(self) -> None:
        pass

    @property
    def rows(self) -> list[Row]:
        assert not verify(self.kept, self.head).broken
        return list(decode(self.kept, "memory"))


def request(number: int, cost: int = 1) -> Request:
    at = "2026-11-21T00:00:01.000+00:00"
    return Request(str(number), "p", "desk", "", "", "", "r", "t", 0.0, at, "answered", 200, cost=cost)


def started(store: Memory, *, sync: bool = False, lost: w.Lost = "serve") -> Writer:
    made = Writer(store, Account(1e9, 0.0), sync=sync, lost=lost)
    made.start([FIRST])
    return made


async def test_rows_are_stored_in_order_and_in_slices() -> None:
    store = Memory()
    made = started(store)
    store.open.clear()
    for number in range(1000):
        made.add(request(number))
    store.open.set()
    assert await made.written()
    made.close()
    assert store.rows[:-1] == [FIRST, *(request(number) for number in range(1000))]
    assert isinstance(store.rows[-1], Balance)
    assert store.rows[-1].spent == 1000
    assert max(store.slices) <= w.SLICE


async def test_a_row_that_is_being_chained_is_not_overlooked(monkeypatch: pytest.MonkeyPatch) -> None:
    chaining, go = threading.Event(), threading.Event()

    def slowly(row: Row) -> bytes:
        chaining.set()
        go.wait()
        return encode(row)

    made = Writer(Memory(), Account(1e9, 0.0))
    made.pending.append(request(1))
    monkeypatch.setattr(w, "encode", slowly)
    chain = asyncio.create_task(asyncio.to_thread(made._chain))
    await asyncio.to_thread(chaining.wait)
    seen = asyncio.create_task(asyncio.to_thread(lambda: made._open))
    await asyncio.wait([seen], timeout=0.2)  # it would say at once that there is nothing
    go.set()
    await chain
    assert await seen


async def test_without_sync_nothing_waits() -> None:
    store = Memory()
    made = started(store)
    store.open.clear()
    made.add(request(1))
    assert await made.durable()
    assert len(store.kept) == 1
    store.open.set()
    made.close()
    assert store.rows[1] == request(1)


async def test_with_sync_an_answer_waits_for_its_rows() -> None:
    store = Memory()
    made = started(store, sync=True)
    for number in range(5):
        made.add(request(number))
        assert await made.durable()
        assert len(store.kept) == number + 2
    made.close()


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), TypeError("what nobody foresaw")])
async def test_a_store_that_comes_back_has_every_row(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    monkeypatch.setattr(w, "RETRY_S", 0.001)
    monkeypatch.setattr(w, "RETRY_MOST_S", 0.002)
    store = Memory(fault)
    made = started(store)
    store.broken = True
    for number in range(300):
        made.add(request(number))
    for _ in range(2):
        store.failed.clear()
        await asyncio.to_thread(store.failed.wait)
    assert "archwright_unwritten_total " in "\n".join(made.figures())
    assert "archwright_ledger_waiting 300" in "\n".join(made.figures())
    store.broken = False
    assert await made.written()
    assert made.failing is False
    made.close()
    assert store.rows[1:-1] == [request(number) for number in range(300)]


async def test_rows_that_find_no_place_are_counted_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(w, "MOST", 10)
    store = Memory()
    made = started(store)
    store.asked.clear()
    store.open.clear()
    made.add(request(0))
    await asyncio.to_thread(store.asked.wait)  # the thread holds this one
    for number in range(1, 16):
        made.add(request(number))
    assert (made.dropped, made.refusing) == (5, False)
    store.open.set()
    made.add(request(99))  # dropped or kept: there may be room by now
    assert await made.written()
    made.close()
    gaps = [row for row in store.rows if isinstance(row, Gap)]
    assert sum(gap.rows for gap in gaps) == made.dropped
    kept = [row.request for row in store.rows if isinstance(row, Request)]
    assert kept[:11] == [str(number) for number in range(11)]


@pytest.mark.parametrize("lost", ["serve", "refuse"])
async def test_sync_says_that_it_could_not_store(monkeypatch: pytest.MonkeyPatch, lost: w.Lost) -> None:
    monkeypatch.setattr(w, "PATIENCE_S", 0.01)
    store = Memory()
    made = started(store, sync=True, lost=lost)
    store.broken = True
    made.add(request(1))
    assert not await made.durable()
    for _ in range(2):  # as the second failure comes the first is known
        store.failed.clear()
        await asyncio.to_thread(store.failed.wait)
    assert made.refusing == (lost == "refuse")
    store.broken = False
    monkeypatch.setattr(w, "PATIENCE_S", 5.0)
    assert await made.durable()
    made.close()
    assert store.rows[1] == request(1)


async def test_what_cannot_be_stored_at_the_end_is_said(caplog: pytest.LogCaptureFixture) -> None:
    store = Memory()
    made = started(store)
    store.broken = True
    made.add(request(1))
    made.add(request(2))
    made.close()
    assert "2 rows of the ledger could not be written" in caplog.text


def test_a_store_that_cannot_be_written_at_the_start_is_said() -> None:
    store = Memory()
    store.broken = True
    with pytest.raises(OSError, match="broken"):
        started(store)


@pytest.mark.parametrize("why", ["\ud800", object()])
async def test_a_row_that_cannot_be_written_leaves_a_gap(why: str) -> None:
    store = Memory()
    made = started(store)
    made.add(Gap("now", 1, why))
    made.add(request(2))
    assert await made.written()
    made.close()
    assert isinstance(store.rows[1], Gap)
    assert "could not be written" in store.rows[1].why
    assert store.rows[2] == request(2)


# ------------------------------------------------------------------------------------------- in a gateway


def gated(**changes: object) -> m.Plan:
    return plan(gateway=m.Gateway("gateway", 50, 50, 1.0, 0, 2_629_800.0, **changes))  # type: ignore[arg-type]


async def test_the_rows_of_an_answer_are_there_before_its_end(tmp_path: Path) -> None:
    with desk(tmp_path, gated(ledger_sync=True), supplier=Script({"first": well})) as here:
        for number in range(1, 6):
            assert (await post(here))[0] == 200
            assert len([row for row in here.rows() if isinstance(row, Request)]) == number


async def test_a_stream_ends_when_its_rows_are_there(tmp_path: Path) -> None:
    made = gated(ledger_sync=True)
    with desk(tmp_path, made) as here:
        body = {**ASK, "stream": True}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{here.url}/v1/chat/completions", json=body) as response,
        ):
            async for line in response.content:
                if line.startswith(b"data: [DONE]"):
                    assert [row.how for row in here.requests] == ["answered"]
    assert len(here.requests) == 1


@pytest.mark.parametrize("lost", ["serve", "refuse"])
@pytest.mark.parametrize("stream", [False, True])
async def test_what_cannot_be_written_down_is_refused_or_served_as_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: w.Lost, stream: bool
) -> None:
    monkeypatch.setattr(w, "PATIENCE_S", 0.05)
    with desk(tmp_path, gated(ledger_sync=True, ledger_lost=lost)) as here:
        journal = here.app.house.journal
        real = journal.store.append

        def broken(lines: Sequence[bytes], head: Head) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(journal.store, "append", broken)
        body = {**ASK, "stream": stream}
        status, said, _ = await post(here, body)
        then, refusal, headers = await post(here, body)
        async with aiohttp.ClientSession() as session, session.get(f"{here.url}/metrics") as response:
            figures = await response.text()
        monkeypatch.setattr(journal.store, "append", real)
    assert "archwright_unwritten_total" in figures
    if lost == "serve":
        assert (status, then) == (200, 200)
        assert len(here.requests) == 2
    else:
        assert b"ledger_unavailable" in said
        assert (status, then) == (200 if stream else 503, 503)
        assert b"ledger_unavailable" in refusal
        assert headers["retry-after"] == "1"
        assert [row.how for row in here.requests] == ["answered"]  # it cost something, and that is written down


async def test_an_answer_costs_the_same_before_and_after(tmp_path: Path) -> None:
    """A restarted gateway knows what was spent, and its ledger goes on as one chain."""

    async def answered(case: object) -> None:
        await case.reply(200, completion("hello"))  # type: ignore[attr-defined]

    for number in (1, 2):
        with desk(tmp_path, plan(), supplier=Script({"first": answered})) as here:
            assert here.app.house.journal.account.spent == sum(row.cost for row in here.requests)
            await post(here)
        assert len(here.requests) == number
    with here.ledger.open("rb") as lines:
        assert not verify(lines).broken


@pytest.mark.parametrize(("window_s", "late"), [(-1.0, 1), (1e9, 0)])
async def test_rows_that_waited_longer_than_promised_are_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, window_s: float, late: int
) -> None:
    monkeypatch.setattr(w, "WINDOW_S", window_s)
    writer = Writer(Memory(), Account(1e9, 0.0))
    writer.start([FIRST])
    writer.add(FIRST)
    assert await writer.written()
    writer.close()
    assert sum(writer.late.values.values()) == late
    assert caplog.text.count("waited") == late
    assert "archwright_ledger_late_total" in "\n".join(writer.figures())


async def test_rows_that_were_stored_make_no_later_row_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was added while the thread was busy, and stored by it, does not count once more for what comes after."""
    clock, go = [0.0], threading.Event()
    go.set()

    def pause(seconds: float) -> None:
        del seconds
        go.wait(20.0)

    monkeypatch.setattr(w, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=pause))
    store = Memory()
    made = started(store)
    store.open.clear()
    store.asked.clear()
    made.add(request(1))
    await asyncio.to_thread(store.asked.wait, 20.0)
    made.add(request(2))
    clock[0] = 2.0 * w.WINDOW_S
    go.clear()
    store.open.set()
    assert await made.written()
    made.add(request(3))
    go.set()
    assert await made.written()
    made.close()
    assert sum(made.late.values.values()) == 1
