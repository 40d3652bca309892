"""One call to one target: sent, timed, read, judged. It decides nothing: the outcome goes to the machine."""

from __future__ import annotations

import asyncio
import email.utils
import io
import time
from types import SimpleNamespace, TracebackType
from typing import Final

import aiohttp

from archwright.policy import route
from archwright.policy.machine import Begin, Call
from archwright.runtime.gateway.answers import STREAM, own_headers
from archwright.runtime.gateway.ask import BYTES_A_TOKEN
from archwright.runtime.gateway.exchange import Exchange, Try
from archwright.runtime.gateway.house import House, Line, wall
from archwright.runtime.neutral import Usage
from archwright.runtime.wire import Event, Events, Reader, Teller, Wire

MOST_ANSWER: Final = 64 * 1024 * 1024
LONG_BODY: Final = 1024 * 1024
MOST_ERROR: Final = 256 * 1024
MOST_HELD: Final = 64  # events without content that are held back; then the stream is passed on as it is


class _Broken(Exception):
    """The supplier's answer is no answer. `outcome` is what that means where nothing was passed on yet."""

    def __init__(self, outcome: int = route.TRANSIENT) -> None:
        super().__init__()
        self.outcome = outcome


class Waiting:
    """Time spent here is not the gateway's own."""

    __slots__ = ("began", "x")

    def __init__(self, x: Exchange) -> None:
        self.x = x
        self.began = 0.0

    def __enter__(self) -> None:
        self.began = time.monotonic()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.x.waited_s += time.monotonic() - self.began


def noting() -> aiohttp.TraceConfig:
    """Lets a session note in the attempt that is its context that the request's head is on its way."""

    async def note(
        _: aiohttp.ClientSession, context: SimpleNamespace, __: aiohttp.TraceRequestHeadersSentParams
    ) -> None:
        context.trace_request_ctx.sent = True

    config = aiohttp.TraceConfig()
    config.on_request_headers_sent.append(note)
    return config


async def attempt(house: House, x: Exchange, call: Call) -> Try:
    """Call a target and say how it ended. A stream goes to the client while it comes."""
    item = Try(call, time.monotonic(), wall())
    x.last = item
    x.attempts = call.attempt
    line = house.lines[call.target]
    try:
        async with asyncio.timeout(call.timeout_s):
            await _call(house, x, item, line)
    except TimeoutError:
        item.outcome = route.CUT if x.begun else route.TIMEOUT
    except _Broken as broken:
        item.outcome = route.CUT if x.begun else broken.outcome
    # ValueError: text or a header that cannot be read or written; RecursionError: JSON that is nested too deeply.
    except (aiohttp.ClientError, OSError, ValueError, RecursionError):
        item.outcome = route.CUT if x.begun else route.TRANSIENT
    conclude(house, x, item)
    return item


def conclude(house: House, x: Exchange, item: Try) -> None:
    """Price an attempt that ended, by what came where no usage did, and write its row."""
    item.total_s = time.monotonic() - item.began
    if item.usage is None and (item.outcome in (route.OK, route.CUT, route.TIMEOUT)):
        item.estimated = True
        item.usage = _estimate(x, item, house.lines[item.call.target].wire)
    house.price(x, item)
    house.attempted(x, item)


def _estimate(x: Exchange, item: Try, wire: Wire) -> Usage | None:
    """Tokens by size: of the request where its count was not told, and of what came back for the reader.

    Where nothing came back, only what was answered, or left by the client while the target worked on the whole, is
    paid for.
    """
    if x.ask is None:
        return None
    came = wire.letters(item.events) if item.events else wire.letters_of_whole(item.body)
    left = item.outcome == route.CUT and item.sent and item.status in (0, 200) and not x.ask.stream
    if not (came or left or item.outcome == route.OK):
        return None
    told = item.opening or Usage(x.ask.tokens_in, 0, 0)
    return told._replace(output=-(-came // BYTES_A_TOKEN))


async def _call(house: House, x: Exchange, item: Try, line: Line) -> None:
    if house.session is None or x.ask is None:
        raise _Broken
    body = x.ask.addressed(line.target.model, line.provider, line.wire, line.tier(x.lane))
    headers = line.headers(x.id, item.call.attempt)
    if line.wire is x.wire:
        headers.update(x.ask.carried)
    with Waiting(x):
        # A long body goes out in pieces, so that nobody else waits for it.
        data = body if len(body) < LONG_BODY else io.BytesIO(body)
        response = await house.session.post(
            line.url, data=data, headers=headers, allow_redirects=False, trace_request_ctx=item
        )
    try:
        item.status = response.status
        if response.status != 200:
            await _refused(x, item, line.wire, response)
        elif x.ask.stream:
            await _Stream(house, x, item, line.wire).run(response)
        else:
            item.body = await _read(x, response, MOST_ANSWER)
            item.usage = line.wire.usage(item.body)
            item.shown = item.body
            if line.wire is not x.wire:
                item.shown = x.wire.told(line.wire.said(item.body), int(time.time()))
            item.outcome = route.OK
    finally:
        response.close() if item.outcome != route.OK else response.release()


async def _refused(x: Exchange, item: Try, wire: Wire, response: aiohttp.ClientResponse) -> None:
    """The target said no: which kind of no."""
    item.outcome = route.TRANSIENT
    item.body = await _read(x, response, MOST_ERROR)
    item.retry_after = _retry_after(response)
    item.outcome = wire.classify(response.status, item.retry_after, item.body)


def _retry_after(response: aiohttp.ClientResponse) -> float:
    """Seconds that the target asks us to wait; 0: it does not say."""
    try:
        if "retry-after-ms" in response.headers:
            return max(0.0, float(response.headers["retry-after-ms"]) / 1000)
        given = response.headers.get("retry-after", "0")
        if given[:1].isdigit():
            return max(0.0, float(given))
        return max(0.0, email.utils.parsedate_to_datetime(given).timestamp() - time.time())
    except ValueError:
        return 0.0


async def _read(x: Exchange, response: aiohttp.ClientResponse, most: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while True:
        with Waiting(x):
            piece = await response.content.readany()
        if not piece:
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise _Broken


class _Stream:
    """One stream on its way from a target to the client, in bytes as they come or translated."""

    __slots__ = ("finished", "held", "house", "item", "reader", "teller", "x")

    def __init__(self, house: House, x: Exchange, item: Try, wire: Wire) -> None:
        self.house = house
        self.x = x
        self.item = item
        self.reader: Reader = wire.reader()
        usage = x.ask is not None and x.ask.usage
        self.teller: Teller | None = None if wire is x.wire else x.wire.teller(usage, int(time.time()))
        self.held: list[bytes] = []
        self.finished = False

    async def run(self, response: aiohttp.ClientResponse) -> None:
        """Pass it on. Until content comes it is held back, so that another target can still take over."""
        if response.content_type != "text/event-stream":
            raise _Broken
        events = Events()
        size = 0
        while True:
            with Waiting(self.x):
                piece = await response.content.readany()
            size += len(piece)
            if not piece or size > MOST_ANSWER:
                break
            content = False
            for event in events.feed(piece):
                said = self.reader.read(event, self.x.begun or content)
                if said.fault:
                    raise _Broken(said.fault)
                if said.done:
                    await self._pass_on(content)
                    self._complete(event)
                    return
                self.finished = self.finished or said.finished
                content = content or said.content or len(self.held) >= MOST_HELD
                self._keep(event, said)
            await self._pass_on(content)
        self._complete(self.x.wire.end)

    def _keep(self, event: bytes, said: Event) -> None:
        item, x = self.item, self.x
        item.events.append(event)
        item.usage = said.usage or item.usage
        item.opening = said.opening or item.opening
        if self.teller is not None:
            told = self.teller.tell(self.reader.pieces(event))
            if told:
                self.held.append(told)
        elif not said.bare or (x.ask is not None and x.ask.usage):
            self.held.append(event)

    def _complete(self, end: bytes) -> None:
        """The stream is over: an answer if it said so, and broken off otherwise."""
        if not (self.x.begun and self.finished):
            raise _Broken
        self.x.ending = end if self.teller is None else self.teller.close()
        self.item.outcome = route.OK

    async def _pass_on(self, content: bool) -> None:
        x, held = self.x, self.held
        if not held or not (x.begun or content):
            return
        if not x.begun:
            x.begun = True
            self.item.first_s = time.monotonic() - self.item.began
            x.first_s = time.monotonic() - x.began
            self.house.brain.tell(Begin(x.number))
            target = self.house.lines[self.item.call.target].target.name
            cache = "miss" if x.key else "none"
            await x.send(
                {"type": "http.response.start", "status": 200, "headers": [*STREAM, *own_headers(x, target, cache)]}
            )
        body = held[0] if len(held) == 1 else b"".join(held)
        held.clear()
        await x.send({"type": "http.response.body", "body": body, "more_body": True})
