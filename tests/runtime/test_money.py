"""The ledger is the supplier's bill: exactly where an answer ended, estimated and marked where it was cut."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path

import aiohttp
import msgspec
import pytest

from archwright.ledger.rows import Attempt, Request
from archwright.plan.model import Gateway
from archwright.runtime.emulator.bill import Charged
from archwright.runtime.gateway.estimate import Line
from archwright.runtime.http1.request import Header, Inner
from archwright.runtime.trials.money import PICO, compare, spending, trade
from tests.runtime.sample import Case, Script, chunk, completion, desk, hop, plan, route, target, usage_chunk
from tests.runtime.test_faults import ASK, post
from tests.runtime.test_lane import LANE, lanes


async def test_two_thousand_random_requests(tmp_path: Path) -> None:
    rows, charges = await trade(tmp_path, 2000, 3, lambda number: None)
    books = compare(rows, charges)
    assert books.requests > 1900  # some clients leave before they are heard
    assert books.finished > 1500
    assert books.mismatch == 0
    assert books.orphans <= 2  # calls that were aborted as they were made
    assert books.cut > 20
    assert abs(books.cut_error) < 0.15  # of some eighty calls; the benchmark has more and holds 5 %
    assert any(row.tier == "default" and row.lane == "realtime" for row in rows if isinstance(row, Attempt))
    assert any(row.tier == "flex" and row.lane == "batch" for row in rows if isinstance(row, Attempt))


async def test_a_cap_is_overspent_by_no_more_than_was_in_flight(tmp_path: Path) -> None:
    cap = PICO // 1000 * 8
    rows, _ = await trade(tmp_path, 400, 4, lambda number: None, cap)
    spent = spending(rows, cap)
    assert spent.refused > 20
    assert spent.spent > cap // 2
    assert spent.beyond == 0


def test_books_see_what_differs() -> None:
    def row(number: int, outcome: str, cost: int, estimated: bool = False) -> Attempt:
        return Attempt(str(number), 1, "p", "r", "t", "m", 0.0, "now", outcome, cost=cost, estimated=estimated)

    rows = [row(1, "ok", 10), row(2, "ok", 11), row(3, "cut", 8, True), row(4, "timeout", 3), row(5, "key", 0)]
    charges = [Charged(number, 1, "t", kind, str(Decimal(cost) / PICO)) for number, kind, cost in
               ((1, "finished", 10), (2, "finished", 10), (3, "cut", 10), (6, "finished", 5))]  # fmt: skip
    books = compare(list(rows), charges)
    assert (books.finished, books.mismatch, books.cut, books.unmarked, books.orphans) == (2, 1, 2, 1, 1)
    assert (books.cut_bill, books.cut_ledger) == (10, 11)


def test_a_cap_that_is_broken_is_seen() -> None:
    def row(number: int, at: int, lasts: float) -> Request:
        moment = f"2026-11-21T00:00:{at:02}.000+00:00"
        return Request(str(number), "p", "", "", "", "", "r", "t", 0.0, moment, "answered", 200, total_s=lasts, cost=10)

    rows = [row(1, 0, 1.0), row(2, 0, 5.0), row(3, 4, 1.0), row(4, 20, 1.0)]
    spent = spending(list(rows), 20)
    assert (spent.spent, spent.overspend) == (40, 20)
    assert spent.in_flight == 20  # the second and the third; the fourth came long after
    assert spending(list(rows), 10).beyond == 10


# --------------------------------------------------------------------------------------------------- settlement


@pytest.mark.parametrize(("told", "lane"), [("flex", "batch"), ("default", "realtime"), ("", "batch")])
@pytest.mark.parametrize("stream", [False, True])
async def test_the_tier_that_the_supplier_names_is_the_price(
    tmp_path: Path, told: str, lane: str, stream: bool
) -> None:
    async def answer(case: Case) -> None:
        more = {"service_tier": told} if told else {}
        if not stream:
            await case.reply(200, {**completion('I say "service_tier": "flex"'), **more})
            return
        usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        last = chunk(choices=[], usage=usage, **more)
        await case.events(
            chunk('"service_tier":"flex"', **more), chunk(finish="stop", **more), last, b"data: [DONE]\n\n"
        )

    with desk(tmp_path, lanes(), supplier=Script({"first": answer})) as here:
        status, _, _ = await post(here, {**ASK, "stream": stream}, {"x-archwright-lane": "batch"})
    assert status == 200
    row = here.attempts[0]
    assert (row.lane, row.tier, row.estimated) == (lane, told, False)
    cheap = lane == "batch"
    assert row.cost == 10 * (200_000 if cheap else 400_000) + 5 * (800_000 if cheap else 1_600_000)
    assert row.price_out == (800_000 if cheap else 1_600_000)


async def test_a_tier_without_a_price_is_marked(tmp_path: Path) -> None:
    async def answer(case: Case) -> None:
        await case.reply(200, {**completion("well"), "service_tier": "priority"})

    with desk(tmp_path, lanes(), supplier=Script({"first": answer})) as here:
        await post(here)
    assert (here.attempts[0].tier, here.attempts[0].lane, here.attempts[0].estimated) == ("priority", "realtime", True)
    assert here.requests[0].estimated


async def test_a_whole_answer_that_is_not_waited_for_is_charged_by_the_pace(tmp_path: Path) -> None:
    async def slow(case: Case) -> None:
        while (await case.receive())["type"] != "http.disconnect":
            pass

    made = plan(
        targets=(target("first", first_token_s=0.01, per_token_s=0.01), target("second")),
        routes=(route("both", (hop(0, timeout_s=0.1),)),),
    )
    with desk(tmp_path, made, supplier=Script({"first": slow})) as here:
        assert (await post(here))[0] == 502
    row = here.attempts[0]
    assert (row.outcome, row.estimated) == ("timeout", True)
    assert 5 <= row.tokens_out <= 20  # about ten tokens in a tenth of a second, and never more than were asked for
    assert row.cost == here.requests[0].cost > 0


async def test_every_exit_settles(tmp_path: Path) -> None:
    """Whatever became of them, nothing stays reserved, and what was spent is what the ledger says."""
    made = plan(
        gateway=Gateway("gateway", 50, 50, 1.0, 10**12, 2_629_800.0),
        targets=(target("first", **LANE), target("second")),
    )

    async def first(case: Case) -> None:
        kind = case.body["messages"][0]["content"]
        if kind == "fails":
            await case.reply(500, {"error": {"message": "no"}})
        elif kind == "mine":
            await case.reply(400, {"error": {"message": "no"}})
        elif kind == "cut":
            await case.events(chunk("some words of an answer"), end=False)
            raise ConnectionError
        elif kind == "left":
            await case.events(chunk("some words of an answer"), end=False)
            while (await case.receive())["type"] != "http.disconnect":
                pass
        else:
            await case.reply(200, completion("well"))

    with desk(tmp_path, made, supplier=Script({"first": first, "second": first})) as here:
        for kind, stream in (("well", False), ("fails", False), ("mine", False), ("cut", True)):
            await post(here, {**ASK, "messages": [{"role": "user", "content": kind}], "stream": stream})
        async with aiohttp.ClientSession() as session:
            body = {**ASK, "messages": [{"role": "user", "content": "left"}], "stream": True}
            async with session.post(f"{here.url}/v1/chat/completions", json=body) as response:
                await response.content.readany()
        machine = here.app.house.brain.machine
    assert (machine.spent.reserved, machine.in_flight) == (0, 0)
    assert machine.spent.settled == sum(row.cost for row in here.requests) == sum(row.cost for row in here.attempts)
    cut = [row for row in here.attempts if row.outcome == "cut"]
    assert len(cut) == 2
    assert all(row.estimated and row.cost for row in cut)
    assert [row.how for row in here.requests] == ["answered", "failed", "failed", "failed", "left"]


class Slow(Inner):
    """A client that takes no more after the first words, so that the rest is left unread."""

    __slots__ = ("begun",)

    def __init__(self, body: bytes) -> None:
        super().__init__("POST", "/v1/chat/completions", {b"host": b"localhost"}, body)
        self.begun = threading.Event()

    def begin(self, status: int, headers: Iterable[Header], data: bytes) -> bool:
        super().begin(status, headers, data)
        self.begun.set()
        return False

    def when_free(self, call: Callable[[], None]) -> None:
        """It never is."""

    def leave(self) -> None:
        assert self.left is not None
        self.left()


async def test_what_lies_unread_as_the_client_leaves_is_charged(tmp_path: Path) -> None:
    go, wrote = threading.Event(), threading.Event()

    async def first(case: Case) -> None:
        await case.events(chunk("some words"), end=False)
        await asyncio.to_thread(go.wait)
        rest = chunk(" and many more") + chunk(finish="stop") + usage_chunk(10, 50)
        await case.send({"type": "http.response.body", "body": rest, "more_body": True})
        wrote.set()
        while (await case.receive())["type"] != "http.disconnect":
            pass

    request = Slow(msgspec.json.encode({**ASK, "stream": True}))
    with desk(tmp_path, plan(), supplier=Script({"first": first})) as here:
        assert here.loop is not None
        answering = asyncio.run_coroutine_threadsafe(here.app.handle(request), here.loop)
        await asyncio.to_thread(request.begun.wait)
        go.set()
        await asyncio.to_thread(wrote.wait)
        here.loop.call_soon_threadsafe(request.leave)
        await asyncio.wrap_future(answering)
    assert b"many more" not in b"".join(request.said)
    row = here.attempts[0]
    assert (row.outcome, row.tokens_in, row.tokens_out, row.estimated) == ("cut", 10, 50, False)
    assert here.requests[0].how == "left"
    assert here.requests[0].cost == row.cost > 0


def test_a_line_learns() -> None:
    line = Line()
    assert line.guess(400) == 100  # four letters a token, as long as nothing is known
    for size in (100, 300, 500, 900) * 20:
        line.learn(size, 20 + size / 2)
    assert abs(line.guess(600) - 320) <= 2
    assert Line().guess(0) == 0
    same = replace_with_one_size()
    assert same.guess(50) == 30


def test_a_line_is_true_for_answers_that_broke_off() -> None:
    """Sizes scatter around tokens; of short ones as much as of all it must say as much as there was."""
    chance, line = random.Random(1), Line()
    scatter = [(tokens, 4 * tokens + chance.gauss(0, 40)) for tokens in (10, 30, 50, 70, 90) * 400]
    for tokens, size in scatter:
        line.learn(size, tokens)
    for cut in (10, 90):
        guessed = [line.guess(size) for tokens, size in scatter if tokens == cut]
        assert abs(sum(guessed) / len(guessed) - cut) < 2


def test_a_line_of_sizes_that_say_nothing_is_the_average() -> None:
    chance, line = random.Random(1), Line()
    for _ in range(500):
        line.learn(chance.randint(10, 1000), chance.randint(20, 100))
    assert 40 <= line.guess(10) <= 80
    assert 40 <= line.guess(1000) <= 80


def replace_with_one_size() -> Line:
    line = Line()
    for _ in range(500):
        line.learn(50, 30)
    return line
