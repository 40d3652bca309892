"""One call to one target: sent, timed, read, judged. It decides nothing: the outcome goes to the machine."""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import re
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Final

from archwright.plan.rules import began_after, slower_of
from archwright.policy import route
from archwright.policy.chance import BACKOFF, uniform
from archwright.policy.machine import Call
from archwright.runtime.gateway.answers import STREAM, own_headers
from archwright.runtime.gateway.exchange import Exchange, Try
from archwright.runtime.gateway.house import House, Line, wall
from archwright.runtime.http1.address import Origin, head, place
from archwright.runtime.http1.client import Connection
from archwright.runtime.wire import Event, Events, Reader, Teller, Wire

MOST_ANSWER: Final = 64 * 1024 * 1024
MOST_ERROR: Final = 256 * 1024
LINGER_S: Final = 0.1  # after the last event of a stream its connection has so long to end the answer
MOST_HELD: Final = 64  # events without content that are held back; then the stream is passed on as it is
_TIER = re.compile(rb'"service_tier"\s*:\s*"([^"\\]*)"')


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


async def attempt(house: House, x: Exchange, call: Call) -> Try:
    """Call a target and say how it ended. A stream goes to the client while it comes."""
    item = Try(call, time.monotonic(), wall())
    x.last = item
    x.tries.append(item)
    x.attempts = call.attempt
    line = house.line(x, call.target)
    content_s = line.target.first_content_s if x.ask is not None and x.ask.stream else 0.0
    try:
        with house.deadlines.within(min(call.timeout_s, content_s or call.timeout_s)) as item.deadline:
            await _call(house, x, item, line)
    except TimeoutError:
        item.outcome = route.TIMEOUT if not x.begun else route.CALLER if item.slow else route.CUT
    except _Broken as broken:
        item.outcome = route.CUT if x.begun else broken.outcome
    # ValueError: text or a header that cannot be read or written; RecursionError: JSON that is nested too deeply.
    except (OSError, ValueError, RecursionError):
        item.outcome = route.CUT if x.begun else route.TRANSIENT
    if item.over:  # what becomes of the connection after the end of its stream is nobody's fault
        item.outcome = route.OK
    conclude(house, x, item)
    return item


def told(house: House, x: Exchange, item: Try) -> None:
    """Tell the machine how an attempt ended."""
    call = item.call
    # What went well has no pause to draw.
    luck = uniform(house.seed, x.luck, call.attempt, BACKOFF) if item.outcome != route.OK else 0.0
    target, out = house.plan.targets[call.target], item.usage.output if item.usage else 0
    slower = slower_of(target, house.line(x, call.target).lane(x.lane))
    first = began_after(target, item.outcome, item.first_s, item.total_s, out, slower)
    cost, x.owed = item.cost + x.owed, 0
    house.brain.finish(x, item, cost, luck, first)


def conclude(house: House, x: Exchange, item: Try) -> None:
    """Price an attempt that ended, by what came where no usage did, and write its row."""
    item.total_s = time.monotonic() - item.began
    line, guesser = house.line(x, item.call.target), house.guessers[item.call.target]
    if item.usage is None:
        item.usage = guesser.guess(x, item, line.wire)
        unknown = item.sent and item.outcome in (route.CUT, route.TIMEOUT)  # nothing is an estimate too
        item.estimated = item.usage is not None or item.outcome == route.OK or unknown
    elif item.outcome == route.OK:
        guesser.learn(x, item, line.wire)
    if item.usage is not None and line.tier(x.lane) is not None:
        item.tier = tier_of(item.came, item.body)
        item.estimated = item.estimated or line.lane_told(item.tier) < 0
    house.price(x, item)
    house.attempted(x, item)


def tier_of(came: list[bytes], body: bytes) -> str:
    """The tier that a supplier says it answered in; empty: it says nothing. In a text quotes are written otherwise."""
    for piece in (*reversed(came[-4:]), body):
        found = _TIER.search(piece)
        if found:
            return found[1].decode("ascii", "replace")[:40]
    return ""


async def called(house: House, item: Try, url: str, headers: Mapping[str, str], body: bytes) -> Connection:
    """Send a call; the answer comes on the connection, which goes back to the client once it is done with.

    Raises:
        OSError: the target cannot be reached.
        ValueError: the address or a header is none.
    """
    where = place(url)
    start = head(where.head, headers, len(body))
    connection = house.client.free(where.origin) or await _opened(house, item, where.origin)
    try:
        item.sent = True
        if not connection.sent(start, body):
            await connection.rest_of(body)
    except BaseException:
        house.client.done(connection)
        raise
    return connection


async def _opened(house: House, item: Try, origin: Origin) -> Connection:
    connect_s = house.lines[item.call.target].target.connect_s
    if connect_s <= 0.0:
        return await house.client.connection(origin)
    with house.deadlines.within(connect_s):
        return await house.client.connection(origin)


async def _call(house: House, x: Exchange, item: Try, line: Line) -> None:
    if x.ask is None:
        raise _Broken
    body = x.ask.addressed(line.target.model, line.provider, line.wire, line.tier(x.lane))
    headers = line.headers(x.id, item.call.attempt)
    if line.wire is x.wire:
        headers.update(x.ask.carried)
    waiting = Waiting(x)
    with waiting:
        connection = await called(house, item, line.url, headers, body)
    stream = _Stream(house, x, item, line.wire) if x.ask.stream else None
    left: asyncio.CancelledError | None = None
    try:
        try:
            await _answer(house, x, item, stream, connection)
        except asyncio.CancelledError as cancelled:
            left = cancelled
        if left is not None:  # not in the handler: compiled code must not wait in one
            await _last_look(item, line.wire, stream, connection)
            raise left
    finally:
        house.client.done(connection)


async def _answer(house: House, x: Exchange, item: Try, stream: _Stream | None, connection: Connection) -> None:
    """Wait for the answer, and take it."""
    line, waiting = house.line(x, item.call.target), Waiting(x)
    with waiting:
        await connection.told()
    item.status = connection.status
    item.headers = connection.headers
    if item.status != 200:
        await _refused(x, item, line.wire, connection)
    elif stream is not None and _is_stream(connection.headers):
        await stream.run(connection)
    else:
        if (whole := connection.ready(MOST_ANSWER)) is None:
            with waiting:
                whole = await connection.read(MOST_ANSWER)
        item.body = whole
        item.usage = line.wire.usage(item.body)
        if stream is not None:  # a whole answer where a stream was wanted is charged for, and is none
            raise _Broken
        item.shown = item.body
        if line.wire is not x.wire:
            item.shown = x.wire.told(line.wire.said(item.body), int(time.time()))
        item.outcome = route.OK


async def _last_look(item: Try, wire: Wire, stream: _Stream | None, connection: Connection) -> None:
    """Nobody waits for the answer any more. What has come of it unread is charged for, so it is read before the end."""
    came = await connection.last()
    if connection.status != 200:
        return
    item.status = 200
    with contextlib.suppress(ValueError, RecursionError):  # it is no answer
        if stream is not None:
            stream.note(came)
        elif connection.whole:
            item.body = came
            item.usage = wire.usage(came)


async def _refused(x: Exchange, item: Try, wire: Wire, connection: Connection) -> None:
    """The target said no: which kind of no."""
    item.outcome = route.TRANSIENT
    with Waiting(x):
        item.body = await connection.read(MOST_ERROR)
    item.retry_after = _retry_after(connection.headers)
    item.outcome = wire.classify(item.status, item.retry_after, item.body)


def _is_stream(headers: Mapping[bytes, bytes]) -> bool:
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower() == b"text/event-stream"


def _retry_after(headers: Mapping[bytes, bytes]) -> float:
    """Seconds that the target asks us to wait; 0: it does not say."""
    try:
        if b"retry-after-ms" in headers:
            return max(0.0, float(headers[b"retry-after-ms"]) / 1000)
        given = headers.get(b"retry-after", b"0").decode("latin-1")
        if given[:1].isdigit():
            return max(0.0, float(given))
        return max(0.0, email.utils.parsedate_to_datetime(given).timestamp() - time.time())
    except ValueError:
        return 0.0


class _Stream:
    """One stream on its way from a target to the client, in bytes as they come or translated.

    No task runs for a piece: it goes from one connection into the other in the call that brings it. Where the client
    does not keep up, no more is taken from the target.
    """

    __slots__ = ("_began", "_connection", "_events", "finished", "held", "house", "item", "over", "reader", "size",
        "stall_s", "teller", "x",
    )  # fmt: skip

    def __init__(self, house: House, x: Exchange, item: Try, wire: Wire) -> None:
        self.house = house
        self.x = x
        self.item = item
        self.reader: Reader = wire.reader()
        usage = x.ask is not None and x.ask.usage
        self.teller: Teller | None = None if wire is x.wire else x.wire.teller(usage, int(time.time()))
        self.held: list[bytes] = []
        self.finished = False
        self.over = False
        self.size = 0
        self._events = Events()
        self._began = 0.0
        self._connection: Connection | None = None
        self.stall_s = house.lines[item.call.target].target.stall_s

    async def run(self, connection: Connection) -> None:
        """Pass it on. Until content comes it is held back, so that another target can still take over."""
        self._connection = connection
        with Waiting(self.x):
            await connection.pour(self._take)
        if not self.over:
            self._complete(self.x.wire.end)

    def _take(self, piece: bytes) -> None:
        """A piece came: what it takes to pass it on is not time spent waiting."""
        began = time.monotonic()
        try:
            self._pass(piece)
        finally:
            self.x.waited_s -= time.monotonic() - began

    def _pass(self, piece: bytes) -> None:
        if self.over:
            return
        if self.item.call.attempt in self.x.called_off:
            self.note(piece)
            return
        if self.stall_s > 0.0 and self.x.begun:
            self._wait_on()
        self.size += len(piece)
        if self.size > MOST_ANSWER:
            raise _Broken
        if self.teller is None and self.x.begun:
            piece = self._unread(piece)
            if not piece:
                return
        content = False
        for event in self._events.feed(piece):
            said = self.reader.read(event, self.x.begun or content)
            if said.fault:
                self._pass_on(False)
                raise _Broken(said.fault)
            if said.done:
                self._pass_on(content)
                self._complete(event)
                return
            self.finished = self.finished or said.finished
            content = content or said.content or len(self.held) >= MOST_HELD
            self._keep(event, said)
        self._pass_on(content)

    def note(self, piece: bytes) -> None:
        """Read what nobody will hear, for the sake of what it costs."""
        for event in self._events.feed(piece):
            said = self.reader.read(event, True)
            if said.fault or said.done:
                return
            self.item.came.append(event)
            self.item.usage = said.usage or self.item.usage
            self.item.opening = said.opening or self.item.opening

    def _unread(self, piece: bytes) -> bytes:
        """Pass on what need not be read, which is nearly all of a stream, and give back the rest."""
        if self._events.rest:
            piece, self._events.rest = self._events.rest + piece, b""
        end = self.reader.quiet(piece)
        if end:
            passed, piece = piece[:end], piece[end:]
            self.item.came.append(passed)
            self._write(passed)
        return piece

    def _keep(self, event: bytes, said: Event) -> None:
        item, x = self.item, self.x
        item.came.append(event)
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
        self.over = self.item.over = True
        self.x.ending = end if self.teller is None else self.teller.close()
        self.item.outcome = route.OK
        deadline = self.item.deadline
        if deadline is not None:  # the connection may be used again if it ends as well; for long that is not waited for
            deadline.move(min(deadline.due, time.monotonic() + LINGER_S))

    def _pass_on(self, content: bool) -> None:
        x, held = self.x, self.held
        if not held or not (x.begun or content):
            return
        body = held[0] if len(held) == 1 else b"".join(held)
        held.clear()
        if x.begun:
            self._write(body)
            return
        x.begun = True
        self.item.first_s = time.monotonic() - self.item.began
        x.first_s = time.monotonic() - x.began
        x.last = self.item
        self._wait_on()
        self.house.brain.begin(x, self.item.call.attempt)
        target = self.house.lines[self.item.call.target].target.name
        headers = [*STREAM, *own_headers(x, target, "miss" if x.key else "none")]
        if not x.request.begin(200, headers, body):
            self._slow()

    def _wait_on(self) -> None:
        """Content has come: the next piece is waited for, up to the end of what the whole call may take."""
        item = self.item
        end = item.began + item.call.timeout_s
        if item.deadline is not None and (self.stall_s > 0.0 or item.deadline.due < end):
            item.deadline.move(min(end, time.monotonic() + (self.stall_s or item.call.timeout_s)))

    def _write(self, data: bytes) -> None:
        if not self.x.request.write(data):
            self._slow()

    def _slow(self) -> None:
        """The client does not keep up: take no more from the target until it does, and do not blame the target."""
        if self._connection is not None:
            item = self.item
            item.slow = True
            self._connection.pause()
            if item.deadline is not None:
                item.deadline.move(item.began + item.call.timeout_s)
            self.x.request.when_free(self._go_on)

    def _go_on(self) -> None:
        """It does again."""
        self.item.slow = False
        self._wait_on()
        if self._connection is not None:
            self._connection.resume()
