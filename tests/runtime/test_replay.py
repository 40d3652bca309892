"""Prompts and the replaying client's stations."""

from __future__ import annotations

import asyncio
import json
import time
from itertools import islice
from typing import Any

import pytest
from msgspec.structs import replace

from archwright.facts.corpus import corpus
from archwright.plan.faults import Faults
from archwright.plan.model import Change, Scaling, Station
from archwright.plan.workload import Visit, Work, path, streams, visits
from archwright.runtime.replay.prompts import body, question
from archwright.runtime.replay.stations import Clock, Room
from tests.runtime.sample import plan

CORPUS = corpus()


def works(count: int = 150) -> list[tuple[Visit, Work]]:
    made = plan()
    calm = made.scenario("calm")
    found = []
    for visit in islice(visits(made, calm, 1, 10.0), count):
        for stage in path(made, visit, 1):
            found += [(visit, work) for branch in stage for work in branch if work.tokens_in]
    assert len(found) > count
    return found


def test_the_corpus_is_large_and_says_nothing_twice() -> None:
    assert len(CORPUS.questions) >= 40
    assert all(len(asks) >= 4 for asks in CORPUS.questions)
    asked = [ask for asks in CORPUS.questions for ask in asks]
    assert len(set(asked)) == len(asked)
    assert all(ask.count("{number}") == 1 for ask in asked)
    assert len(set(CORPUS.sentences)) == len(CORPUS.sentences) > 30


def test_every_answer_in_every_wording_is_a_question_of_its_own() -> None:
    found = {question(CORPUS, answer, wording) for answer in range(300) for wording in range(60)}
    assert len(found) == 300 * 60


def test_a_prompt_has_as_many_words_as_tokens() -> None:
    for visit, work in works():
        asked = json.loads(body(plan(), visit, work, CORPUS))
        assert sum(len(message["content"].split()) for message in asked["messages"]) == work.tokens_in
        assert asked["max_tokens"] == work.tokens_out
        assert asked.get("stream", False) is streams(work)
        assert asked["model"] in ("both", "kept")


@pytest.mark.parametrize("tokens", [1, 2, 5, 9, 12, 20, 5000])
def test_short_and_long_prompts(tokens: int) -> None:
    visit, work = works(5)[0]
    asked = json.loads(body(plan(), visit, work._replace(tokens_in=tokens), CORPUS))
    assert sum(len(message["content"].split()) for message in asked["messages"]) == tokens


def test_bodies_are_equal_where_the_cache_keys_are() -> None:
    bodies: dict[int, set[bytes]] = {}
    for visit, work in works(400):
        bodies.setdefault(work.key, set()).add(body(plan(), visit, work, CORPUS))
    assert all(len(found) == 1 for found in bodies.values())
    assert len({next(iter(found)) for found in bodies.values()}) == len(bodies)
    assert len(bodies) < len(works(400))


def room(servers: int = 0, median: float = 0.02, errors: float = 0.0, changes: tuple[Change, ...] = ()) -> Room:
    return Room(Station("s", "S", servers, median, 0.0, errors, 0), Faults(changes), 1, Clock(time.monotonic()))


async def test_servers_bound_the_work() -> None:
    one = room(servers=2)
    most = 0

    async def work(number: int) -> bool:
        nonlocal most
        doing = asyncio.create_task(one.work(number, 0.0))
        await asyncio.sleep(0)
        most = max(most, one.busy)
        return await doing

    assert all(await asyncio.gather(*(work(number) for number in range(7))))
    assert most == 2
    assert one.busy == 0
    assert not any(one.queues)


def crowded(**given: Any) -> Room:
    station = replace(Station("s", "S", 1, 0.05, 0.0, 0.0, 0, law="constant"), **given)
    return Room(station, Faults(()), 1, Clock(time.monotonic()))


async def test_who_finds_the_queue_full_is_turned_away() -> None:
    one = crowded(queue=1)
    assert await asyncio.gather(*(one.work(number, 0.0) for number in range(4))) == [True, True, False, False]


async def test_the_urgent_go_first_and_the_impatient_leave() -> None:
    one, order = crowded(), []

    async def work(number: int, rank: int) -> None:
        await one.work(number, 0.0, 0, rank)
        order.append(number)

    await asyncio.gather(*(work(number, rank) for number, rank in enumerate((1, 2, 1, 0))))
    assert order == [0, 3, 2, 1]
    left = crowded(patience_s=0.02)
    assert list(await asyncio.gather(left.work(0, 0.0), left.work(1, 0.0))) == [True, False]
    assert left.waiting == 0


async def test_those_who_share_a_server_slow_each_other_down() -> None:
    one = crowded(shared=True)
    assert all(await asyncio.gather(one.work(0, 0.0), one.work(1, 0.0)))
    alone, together = await asyncio.gather(crowded(shared=True).work(0, 0.09), one.work(1, 0.0))
    assert alone
    assert together
    assert not any(await asyncio.gather(one.work(0, 0.09), one.work(1, 0.09)))
    assert not await crowded(shared=True).work(0, 0.01)
    full = crowded(shared=True, queue=0)
    assert list(await asyncio.gather(full.work(0, 0.0), full.work(1, 0.0))) == [True, False]


async def test_servers_are_added_where_work_waits() -> None:
    one = crowded(median_s=0.4, scale=Scaling(1, 4, 1.0, 0.02, 0.02, 10.0))
    tending = asyncio.create_task(one.tend())
    assert all(await asyncio.gather(*(one.work(number, 0.0) for number in range(4))))
    assert one.servers.most == 4
    tending.cancel()


async def test_work_that_takes_too_long_fails() -> None:
    assert not await room(median=0.5).work(1, 0.02)
    busy = room(servers=1, median=0.1)
    doing = asyncio.create_task(busy.work(1, 0.0))
    await asyncio.sleep(0.01)
    assert not await busy.work(2, 0.02)
    assert await doing
    assert await busy.work(3, 1.0)


async def test_one_that_gives_up_while_it_waits_frees_its_place() -> None:
    one = room(servers=1, median=0.05)
    first, second, third = (asyncio.create_task(one.work(number, 0.0)) for number in range(3))
    await asyncio.sleep(0.01)
    second.cancel()
    assert await first
    assert await third
    assert one.busy == 0


async def test_faults_of_a_station() -> None:
    whole = (0.0, 100.0)
    assert not await room(median=0.001, changes=(Change("down", "s", 1.0, 0.0, *whole),)).work(1, 0.0)
    assert not await room(median=0.01, changes=(Change("slow", "s", 100.0, 0.0, *whole),)).work(1, 0.1)
    assert not await room(median=0.001, changes=(Change("errors", "s", 1.0, 1.0, *whole),)).work(1, 0.0)
    assert not await room(median=0.001, errors=1.0).work(1, 0.0)
    assert await room(median=0.001, changes=(Change("down", "s", 1.0, 0.0, 50.0, 10.0),)).work(1, 0.0)
    assert room(median=0.0).instant
