"""Our client at the socket: answers cut at every byte, ends that are none, connections that are kept or not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from archwright.runtime.http1 import client as client_module
from archwright.runtime.http1.address import Origin, head, place
from archwright.runtime.http1.broken import Broken
from archwright.runtime.http1.client import Client, Connection
from archwright.runtime.http1.deadlines import Deadlines

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n"
UNBOUNDED = b"HTTP/1.1 200 OK\r\n\r\nhello"
WAIT = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    made = Client()
    yield made
    made.close()
    await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def supplier(pieces: Callable[[int], list[bytes]], close: bool = False) -> AsyncIterator[Origin]:
    """Answers request number n of a connection with `pieces(n)`, each by itself."""
    tasks: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        tasks.add(task)
        with contextlib.closing(writer), contextlib.suppress(OSError, asyncio.IncompleteReadError):
            for number in range(1000):
                await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(2)
                for piece in pieces(number):
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
                if close:
                    break
        tasks.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield Origin("127.0.0.1", server.sockets[0].getsockname()[1], False)
    finally:
        server.close()
        for task in tasks:
            if task is not None:
                task.cancel()
        await asyncio.sleep(0)


async def call(client: Client, origin: Origin) -> tuple[int, bytes, Connection]:
    connection = await client.connection(origin)
    try:
        await connection.ask(head(b"POST / HTTP/1.1\r\nHost: h\r\n", {"X": "y"}, 2), b"{}")
        await connection.told()
        return connection.status, await connection.read(100), connection
    finally:
        client.done(connection)


@pytest.mark.parametrize("answer", [WHOLE, CHUNKED, WAIT + WHOLE])
async def test_an_answer_cut_at_every_byte(client: Client, answer: bytes) -> None:
    async with supplier(lambda number: [answer[: number + 1], answer[number + 1 :]]) as origin, asyncio.timeout(20):
        first = None
        for _ in range(len(answer) - 1):
            status, body, connection = await call(client, origin)
            assert (status, body) == (200, b"hello")
            assert connection is (first := first or connection)


async def test_an_answer_without_a_length_ends_with_its_connection(client: Client) -> None:
    async with supplier(lambda _: [UNBOUNDED], close=True) as origin, asyncio.timeout(20):
        one, two = await call(client, origin), await call(client, origin)
    assert one[:2] == two[:2] == (200, b"hello")
    assert one[2] is not two[2]


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"HTTP/1.1 200 OK\r\n", WHOLE[:-1], CHUNKED[:-1], CHUNKED.replace(b"3;x=y", b"zz"), b"no answer\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000, b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 101,
        b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhello",
    ],
)  # fmt: skip
async def test_what_is_no_answer_is_said_to_be_none(client: Client, answer: bytes) -> None:
    async with supplier(lambda _: [answer], close=True) as origin, asyncio.timeout(20):
        with pytest.raises(ConnectionError):
            await call(client, origin)
        assert client.free(origin) is None


async def test_what_comes_without_being_asked_for_ends_the_connection(client: Client) -> None:
    async with supplier(lambda _: [WHOLE, b"HTTP/1.1 200 OK\r\n"]) as origin, asyncio.timeout(20):
        assert (await call(client, origin))[1] == b"hello"
        await asyncio.sleep(0.05)
        assert client.free(origin) is None


async def test_a_long_answer_waits_until_it_is_taken_and_one_without_end_is_refused(client: Client) -> None:
    size = 8 * 1024 * 1024
    piece = b"x" * 65536
    start = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size
    took: list[int] = []
    async with supplier(lambda _: [start, *[piece] * (size // len(piece))]) as origin, asyncio.timeout(20):
        connection = await client.connection(origin)
        await connection.ask(head(b"POST / HTTP/1.1\r\nHost: h\r\n", {}, 2), b"{}")
        await connection.told()
        await asyncio.sleep(0.1)
        held = sum(map(len, connection._pieces))
        assert held < size / 2
        await connection.pour(lambda data: took.append(len(data)))
        client.done(connection)
        assert sum(took) == size
        assert client.free(origin) is connection


async def test_what_a_sink_raises_is_raised_to_who_asked(client: Client) -> None:
    def sink(_: bytes) -> None:
        raise Broken("enough")

    async with supplier(lambda _: [WHOLE]) as origin:
        connection = await client.connection(origin)
        await connection.ask(head(b"POST / HTTP/1.1\r\nHost: h\r\n", {}, 2), b"{}")
        with pytest.raises(Broken, match="enough"):
            await connection.pour(sink)
        client.done(connection)


def test_addresses_and_heads() -> None:
    assert place("https://api.example/v1/x?y=1") == (
        ("api.example", 443, True),
        b"POST /v1/x?y=1 HTTP/1.1\r\nHost: api.example\r\n",
    )
    assert place("http://[::1]:8080").origin == ("::1", 8080, False)
    assert place("http://[::1]:8080").head == b"POST / HTTP/1.1\r\nHost: [::1]:8080\r\n"
    for bad in ("ftp://x/", "nowhere", "http://", "http://h/\r\nX: y", "http://h/é"):
        with pytest.raises(ValueError):
            place(bad)
    for value in ("a\nb", "a\rb", "a\0b"):
        with pytest.raises(ValueError):
            head(b"", {"X": value}, 0)


async def test_deadlines_end_what_takes_too_long_and_nothing_else() -> None:
    deadlines = Deadlines()
    with pytest.raises(TimeoutError), deadlines.within(0.01):
        await asyncio.sleep(5)
    with deadlines.within(5):
        await asyncio.sleep(0)
    with pytest.raises(TimeoutError), deadlines.within(5), deadlines.within(0.01):
        await asyncio.sleep(5)

    async def left() -> None:
        with deadlines.within(5):
            await asyncio.sleep(5)

    task = asyncio.create_task(left())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not deadlines.live


async def test_what_lies_unread_is_read_before_the_end(client: Client) -> None:
    go = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(OSError):
            await reader.readuntil(b"{}")
            writer.write(CHUNKED[:-13])
            await go.wait()
            writer.write(CHUNKED[-13:-5])
            await writer.drain()
            wrote.set()
            await reader.read()

    wrote, there = asyncio.Event(), asyncio.Event()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    came: list[bytes] = []
    async with server, asyncio.timeout(20):
        connection = await client.connection(Origin("127.0.0.1", server.sockets[0].getsockname()[1], False))
        await connection.ask(head(b"POST / HTTP/1.1\r\nHost: h\r\n", {}, 2), b"{}")
        await connection.told()

        def take(piece: bytes) -> None:
            came.append(piece)
            there.set()

        pouring = asyncio.ensure_future(connection.pour(take))
        await there.wait()
        connection.pause()
        go.set()
        await wrote.wait()
        pouring.cancel()
        assert await connection.last() == b"llo"
        assert came == [b"he"]
        assert not connection.whole
        client.done(connection)
        assert not connection.usable
        await asyncio.gather(pouring, return_exceptions=True)


async def test_a_name_that_leads_to_where_secrets_are_told_is_not_asked(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def wrong(host: str) -> str:
        asked.append(host)
        return "there a cloud tells a machine its secrets"

    monkeypatch.setattr(client_module, "wrong_host", wrong)
    async with supplier(lambda _: [b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]) as origin:
        with pytest.raises(ConnectionError, match="secrets"):
            await client.connection(origin)
    assert asked == ["127.0.0.1"]
