"""Vectors from the declared embedder, over the same wire as its supplier's models; every call has its row and price."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec

from archwright.policy import route
from archwright.policy.machine import Call
from archwright.runtime.gateway.ask import BYTES_A_TOKEN
from archwright.runtime.gateway.attempt import Waiting, called
from archwright.runtime.gateway.exchange import Exchange, Try
from archwright.runtime.gateway.house import House, wall
from archwright.runtime.gateway.library import Library
from archwright.runtime.http1.request import Inner
from archwright.runtime.neutral import Usage

BATCH: Final = 64  # texts in one call
MOST_ANSWER: Final = 64 * 1024 * 1024
LONGEST: Final = 8000  # characters of a text that are sent: embedders read about 8,000 tokens at most
BATCH_S: Final = 60.0


class _Vector(msgspec.Struct):
    embedding: list[float]
    index: int = 0


class _Used(msgspec.Struct):
    prompt_tokens: Annotated[int, msgspec.Meta(ge=0)] = 0


class _Answer(msgspec.Struct):
    data: list[_Vector]
    usage: _Used | None = None


_answer = msgspec.json.Decoder(_Answer)


async def embed(house: House, x: Exchange, target: int, texts: Sequence[str], timeout_s: float) -> list[list[float]]:
    """The vectors of some texts, in order; none where the embedder fails. What it cost is entered in the request.

    Its row in the ledger is that of an attempt with number 0.
    """
    item = Try(Call(x.number, target, 0, timeout_s), time.monotonic(), wall())
    found: list[list[float]] = []
    try:
        with house.deadlines.within(timeout_s):
            found = await _call(house, x, item, [text[:LONGEST] for text in texts])
        item.outcome = route.OK
    except TimeoutError:
        item.outcome = route.TIMEOUT
    except (OSError, ValueError, RecursionError):
        item.outcome = item.outcome or route.TRANSIENT
    item.total_s = time.monotonic() - item.began
    if item.usage is None and item.outcome in (route.OK, route.TIMEOUT) and item.sent:
        item.estimated = True
        item.usage = Usage(sum(len(text.encode()) for text in texts) // BYTES_A_TOKEN, 0, 0)
    house.price(x, item)
    x.owed += item.cost
    house.attempted(x, item)
    return found


async def _call(house: House, x: Exchange, item: Try, texts: list[str]) -> list[list[float]]:
    line = house.lines[item.call.target]
    body = msgspec.json.encode({"model": line.target.model, "input": texts, "encoding_format": "float"})
    url = line.provider.embeddings(line.base, line.target.name)
    with Waiting(x):
        connection = await called(house, item, url, line.headers(x.id, 0), body)
        try:
            await connection.told()
            item.status = connection.status
            data = await connection.read(MOST_ANSWER)
        finally:
            house.client.done(connection)
    if item.status != 200:
        item.outcome = line.wire.classify(item.status, 0.0, data)
        raise ValueError(f"the embedder answered {item.status}")
    answer = _answer.decode(data)
    item.usage = Usage(answer.usage.prompt_tokens, 0, 0) if answer.usage else None
    if sorted(vector.index for vector in answer.data) != list(range(len(texts))):
        raise ValueError("the embedder left texts out")
    return [vector.embedding for vector in sorted(answer.data, key=lambda vector: vector.index)]


async def learn(house: House, library: Library) -> bool:
    """Give a library the vectors of its passages; whether they are there now."""
    texts = library.searcher.texts()
    vectors: list[list[float]] = []
    for begin in range(0, len(texts), BATCH):
        identity = f"index-{library.retriever.name}-{begin // BATCH + 1}"
        nobody = Inner("", "", {}, b"")
        x = Exchange(0, identity, 0, {}, nobody, time.monotonic(), wall(), house.plain)
        found = await embed(house, x, library.retriever.embedder, texts[begin : begin + BATCH], BATCH_S)
        if not found:
            return False
        vectors += found
    try:
        await library.learn(vectors)
    except ValueError:
        return False
    return True
