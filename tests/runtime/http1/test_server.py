"""Our server at the socket: requests cut at every byte, abuse of every kind, order, ends."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archwright.runtime.http1 import server
from archwright.runtime.http1.request import Request
from tests.runtime.sample import Running, running

MOST = 1000
# Machine code has its constants in it.
patched = pytest.mark.skipif(not str(server.__file__).endswith(".py"), reason="the server is compiled")
POST = b"POST /echo?x=1 HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"POST /echo HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"


class Echo:
    """Says what it was sent; `/slow` tells that it began and waits, `/stream` answers in pieces, `/break` fails."""

    def __init__(self) -> None:
        self.left = 0
        self.leaving = threading.Event()
        self.slow = threading.Event()
        self.gate: asyncio.Event | None = None

    async def start(self) -> None:
        self.gate = asyncio.Event()

    async def stop(self) -> None:
        """Nothing is open."""

    async def handle(self, request: Request) -> None:
        def left() -> None:
            self.left += 1
            self.leaving.set()

        request.left = left
        if request.path == "/break":
            raise ValueError("on purpose")
        if request.path == "/slow":
            assert self.gate
            self.slow.set()
            await self.gate.wait()
        if request.path == "/stream":
            request.begin(200, (), b"one,")
            request.write(b"two,")
            request.end(b"three")
            return
        body = await request.body(MOST)
        told = b"too much" if body is None else b"%b %b" % (request.method.encode(), body)
        request.answer(413 if body is None else 200, ((b"content-type", b"text/plain"),), told)


@contextlib.asynccontextmanager
async def line(here: Running) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(here.url.rsplit(":", 1)[1]))
    try:
        async with asyncio.timeout(20):
            yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[bytes, bytes], bytes]:
    """The next answer on a connection."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *rest = head.strip().split(b"\r\n")
    headers = {name.lower(): value for name, _, value in (item.partition(b": ") for item in rest)}
    status = int(first.split()[1])
    if headers.get(b"transfer-encoding") == b"chunked":
        body = b""
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
        return status, headers, body
    return status, headers, await reader.readexactly(int(headers.get(b"content-length", b"0")))


async def said(here: Running, data: bytes) -> bytes:
    """Everything that comes back until the server ends the connection, or says nothing for long."""
    async with line(here) as (reader, writer):
        writer.write(data)
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(10.0):
                return await reader.read(1_000_000) if data.endswith(b"!") else await reader.read(65536)
    return b""


@pytest.mark.parametrize("request_", [POST, CHUNKED])
async def test_a_request_cut_at_every_byte(request_: bytes) -> None:
    with running(Echo()) as here:
        for place in range(1, len(request_)):
            async with line(here) as (reader, writer):
                writer.write(request_[:place])
                await writer.drain()
                await asyncio.sleep(0)
                writer.write(request_[place:])
                assert (await answer(reader))[::2] == (200, b"POST hello"), place


async def test_a_request_byte_by_byte_and_many_at_once_in_their_order() -> None:
    with running(Echo()) as here:
        async with line(here) as (reader, writer):
            for place in range(len(POST)):
                writer.write(POST[place : place + 1])
                await writer.drain()
            assert (await answer(reader))[2] == b"POST hello"
        async with line(here) as (reader, writer):
            writer.write(b"".join(POST.replace(b"hello", b"%05d" % number) for number in range(200)))
            for number in range(200):
                assert (await answer(reader))[2] == b"POST %05d" % number
            writer.write(b"GET /stream HTTP/1.1\r\nHost: h\r\n\r\nHEAD /echo HTTP/1.1\r\nHost: h\r\n\r\n" + POST)
            assert (await answer(reader))[2] == b"one,two,three"
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"200 OK" in head
            assert b"content-length: 5" in head  # the length of what a GET would have got
            assert (await answer(reader))[2] == b"POST hello"


SMUGGLED = [
    b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    b"POST / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\nhello",
    b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5x\r\n\r\nhello",
    b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, identity\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
    b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX0\r\n\r\n",
    b"POST /echo HTTP/1.1\r\nHost : h\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /echo HTTP/1.1\r\nHost: h\r\n Folded: x\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /echo HTTP/1.1\r\nHost: h\r\nX: a\x00b\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /echo HTTP/9.9\r\nHost: h\r\n\r\n",
    b"POST /ec ho HTTP/1.1\r\nHost: h\r\n\r\n",
    b"PO ST /echo HTTP/1.1\r\nHost: h\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GARBAGE\r\n\r\n",
]


@pytest.mark.parametrize("request_", SMUGGLED)
async def test_what_two_could_read_differently_is_refused(request_: bytes) -> None:
    with running(Echo()) as here:
        got = await said(here, request_)
        assert got.startswith(b"HTTP/1.1 400"), got
        assert got.count(b"HTTP/1.1") == 1
        async with line(here) as (reader, writer):
            writer.write(POST)
            assert (await answer(reader))[0] == 200


async def test_what_comes_before_garbage_has_its_answer() -> None:
    with running(Echo()) as here:
        async with line(here) as (reader, writer):
            writer.write(POST + POST + b"GARBAGE\r\n\r\n" + POST)
            assert (await answer(reader))[0] == 200
            rest = await reader.read()
        assert rest.count(b"POST hello") <= 1


async def test_a_body_that_is_too_long_is_refused_and_the_next_request_served() -> None:
    with running(Echo()) as here:
        async with line(here) as (reader, writer):
            writer.write(b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000)
            assert (await answer(reader))[0] == 413
            writer.write(POST)
            assert (await answer(reader))[0] == 200
            size = 3_000_000
            writer.write(b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % size)
            writer.write(b"x" * size)
            assert (await answer(reader))[0] == 413
            writer.write(POST)
            assert (await answer(reader))[0] == 200


async def test_whoever_waits_to_be_told_to_go_on_is_told() -> None:
    with running(Echo()) as here:
        async with line(here) as (reader, writer):
            head, body = POST.split(b"\r\n\r\n")
            writer.write(head + b"\r\nExpect: 100-continue\r\n\r\n")
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(body)
            assert (await answer(reader))[2] == b"POST hello"


async def test_old_clients_and_offers_of_other_protocols() -> None:
    with running(Echo()) as here:
        old = await said(here, b"GET /stream HTTP/1.0\r\n\r\n!")
        assert b"chunked" not in old
        assert b"connection: close" in old
        assert old.endswith(b"one,two,three")
        async with line(here) as (reader, writer):
            offer = b"POST /echo HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
            writer.write(offer + b"HTTP2-Settings: AAMAAABk\r\nContent-Length: 5\r\n\r\nhello" + POST)
            assert (await answer(reader))[2] == b"POST hello"
            assert (await answer(reader))[2] == b"POST hello"
        async with line(here) as (reader, writer):
            writer.write(b"GET http://elsewhere/echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            assert (await answer(reader))[2] == b"GET "
            assert await reader.read() == b""


@patched
async def test_slow_clients_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SWEEP_S", 0.02)
    monkeypatch.setattr(server, "HEAD_S", 0.1)
    monkeypatch.setattr(server, "KEEP_ALIVE_S", 0.3)
    with running(Echo()) as here:
        async with line(here) as (reader, writer):
            writer.write(b"POST /echo HTTP/1.1\r\nX: ")
            assert (await reader.read()).startswith(b"HTTP/1.1 408")
        async with line(here) as (reader, writer):
            writer.write(POST)
            assert (await answer(reader))[0] == 200
            assert await reader.read() == b""  # nothing is said to whoever only rests


@patched
async def test_a_head_that_begins_behind_long_bodies_is_not_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_HEAD", 500)
    with running(Echo()) as here:
        async with line(here) as (reader, writer):
            writer.write(POST * 20 + POST[:30])
            await writer.drain()
            for _ in range(20):
                assert (await answer(reader))[0] == 200
            writer.write(POST[30:])
            assert (await answer(reader))[0] == 200
            refusal = asyncio.create_task(reader.read())
            writer.write(POST[:30])
            while not refusal.done():
                writer.write(b"x" * 100)
                await asyncio.sleep(0.001)
            assert (await refusal).startswith(b"HTTP/1.1 431")


class Heads(Echo):
    """Says which headers a request has once its body is there."""

    async def handle(self, request: Request) -> None:
        await request.body(MOST)
        request.answer(200, (), b" ".join(sorted(request.headers)))


async def test_what_comes_behind_a_body_is_no_header() -> None:
    with running(Heads()) as here:
        async with line(here) as (reader, writer):
            writer.write(CHUNKED[:-2] + b"Authorization: Bearer other\r\nHost: other\r\n\r\n" + POST)
            assert (await answer(reader))[2] == b"host transfer-encoding"
            assert (await answer(reader))[2] == b"content-length host"


def test_a_client_that_reads_no_answers_is_not_read_from() -> None:
    """Or what it is owed would fill the memory."""
    most = 64 * 1024 * 1024
    with running(Echo()) as here:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with client:
            client.connect(("127.0.0.1", int(here.url.rsplit(":", 1)[1])))
            client.settimeout(1.0)
            sent = 0
            with contextlib.suppress(TimeoutError):
                while sent < most:
                    sent += client.send(POST * 1000)
            assert sent < most
            client.settimeout(10.0)
            got = b""
            while got.count(b"POST hello") < 5000:  # and once it reads it gets them, in full
                got += client.recv(65536)
        assert got.startswith(b"HTTP/1.1 200 OK")


@patched
def test_answers_that_nobody_reads_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SWEEP_S", 0.02)
    monkeypatch.setattr(server, "KEEP_ALIVE_S", 0.1)
    with running(Echo()) as here, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", int(here.url.rsplit(":", 1)[1])))
        client.settimeout(20.0)
        with pytest.raises(ConnectionError):  # it is broken off, with all that was still to be read
            client.sendall(POST * 1_000_000)


async def test_a_service_that_fails_and_a_client_that_leaves_harm_nobody(caplog: pytest.LogCaptureFixture) -> None:
    echo = Echo()
    with running(echo) as here:
        async with line(here) as (reader, writer):
            writer.write(b"GET /break HTTP/1.1\r\nHost: h\r\n\r\n" + POST)
            assert (await answer(reader))[0] == 500
            assert (await answer(reader))[0] == 200
        async with line(here) as (_, writer):
            writer.write(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n" * 5)
            await asyncio.to_thread(echo.slow.wait)
        assert await asyncio.to_thread(echo.leaving.wait, 5)
        assert echo.gate
        here.loop.call_soon_threadsafe(echo.gate.set)
        async with line(here) as (reader, writer):
            writer.write(POST)
            assert (await answer(reader))[0] == 200
    assert echo.left == 1  # the others had not begun
    assert "a request was not answered" in caplog.text


async def test_a_server_that_ends_answers_what_is_under_way() -> None:
    echo = Echo()
    with running(echo) as here:
        async with line(here) as (reader, writer):
            writer.write(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
            await asyncio.to_thread(echo.slow.wait)
            here.stop()
            with contextlib.suppress(OSError):
                while True:  # until its thread has heard of it, nobody else is let in, and `line` is left with an error
                    async with line(here):
                        await asyncio.sleep(0.01)
            assert echo.gate
            here.loop.call_soon_threadsafe(echo.gate.set)
            status, headers, _ = await answer(reader)
            assert (status, headers[b"connection"]) == (200, b"close")
            assert await reader.read() == b""


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.lists(st.sampled_from([POST, CHUNKED, *SMUGGLED]) | st.binary(max_size=60), max_size=6), cut=st.data())
def test_anything_at_all(data: list[bytes], cut: Any) -> None:
    """Whatever is sent in whatever pieces: no crash, no hang, and the next client is served."""
    whole = b"".join(data)
    places = sorted(cut.draw(st.sets(st.integers(0, len(whole)), max_size=8)))

    async def attack(here: Running) -> None:
        async with line(here) as (reader, writer):
            with contextlib.suppress(OSError):
                for begin, end in zip([0, *places], [*places, len(whole)], strict=True):
                    writer.write(whole[begin:end])
                    await writer.drain()
                writer.write_eof()
                await reader.read()
        async with line(here) as (reader, writer):
            writer.write(POST)
            assert (await answer(reader))[::2] == (200, b"POST hello")

    with running(Echo()) as here:
        asyncio.run(attack(here))


@pytest.mark.skipif(not server._CLOSED, reason="this system does not say it")
def test_that_a_client_has_closed_is_known_before_it_is_read() -> None:
    begun, closed, done = threading.Event(), threading.Event(), threading.Event()
    seen: list[tuple[bool, bool]] = []

    class Watching(Echo):
        async def handle(self, request: Request) -> None:
            seen.append((request.lost, request.gone))
            begun.set()
            closed.wait()  # nothing is read meanwhile
            seen.append((request.lost, request.gone))
            done.set()
            request.answer(200, (), b"")

    with running(Watching()) as here:
        with socket.create_connection(("127.0.0.1", int(here.url.rpartition(":")[2]))) as client:
            client.sendall(POST)
            begun.wait()
        closed.set()
        done.wait()
    assert seen == [(False, False), (False, True)]
