"""Writes of one turn of the loop: in their order, none lost, and nobody waits who is alone."""

from __future__ import annotations

import asyncio
import socket
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from archwright.runtime.http1.request import Request
from archwright.runtime.http1.server import Connections
from archwright.runtime.http1.volley import MOST, SHORT, Volley


class Line:
    """A transport that keeps what is written on it."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        """Keep it."""
        assert not self.closed
        self.written.append(data)

    def is_closing(self) -> bool:
        """Whether it is closed."""
        return self.closed


def _as_transport(line: Line) -> asyncio.Transport:
    return cast("asyncio.Transport", line)


async def test_the_first_write_of_a_turn_goes_at_once_and_the_others_after_it() -> None:
    volley, first, second = Volley(), Line(), Line()
    volley.write(_as_transport(first), b"a")
    assert first.written == [b"a"]
    volley.write(_as_transport(second), b"b")
    assert second.written == []
    await asyncio.sleep(0)
    assert second.written == [b"b"]
    volley.write(_as_transport(second), b"c")  # of another turn
    assert second.written == [b"b", b"c"]


async def test_no_more_wait_than_are_allowed_and_long_ones_for_nobody() -> None:
    volley, line = Volley(), Line()
    for number in range(MOST + 1):
        volley.write(_as_transport(line), b"%d" % number)
    assert line.written == [b"%d" % number for number in range(MOST + 1)]
    volley.write(_as_transport(line), b"short")
    volley.write(_as_transport(line), b"x" * (SHORT + 1))
    assert line.written[-2:] == [b"short", b"x" * (SHORT + 1)]


async def test_what_waits_for_a_connection_that_is_gone_holds_up_no_other() -> None:
    volley, gone, there = Volley(), Line(), Line()
    volley.write(_as_transport(there), b"a")
    volley.write(_as_transport(gone), b"b")
    volley.write(_as_transport(there), b"c")
    gone.closed = True
    await asyncio.sleep(0)
    assert (gone.written, there.written) == ([], [b"a", b"c"])


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, SHORT * 2), st.booleans()), max_size=60))
def test_every_connection_gets_what_was_written_on_it_in_order(writes: list[tuple[int, int, bool]]) -> None:
    async def run() -> None:
        volley, lines = Volley(), [Line() for _ in range(4)]
        wanted: list[list[bytes]] = [[] for _ in lines]
        for number, (place, size, turn) in enumerate(writes):
            data = b"%d:" % number + b"x" * size
            volley.write(_as_transport(lines[place]), data)
            wanted[place].append(data)
            if turn:
                await asyncio.sleep(0)
        volley.send()
        assert [line.written for line in lines] == wanted

    asyncio.run(run())


async def test_answers_of_one_turn_all_arrive_before_their_connections_are_closed() -> None:
    """Clients that ask for the end of the connection: what waits for its turn is sent before that."""
    all_there = asyncio.Barrier(3 * MOST)

    async def answer(request: Request) -> None:
        await all_there.wait()
        request.answer(200, (), request.path.encode())

    house = Connections(answer)
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    server = await house.listen(bound, None)
    try:
        ends = []
        for number in range(3 * MOST):
            reader, writer = await asyncio.open_connection(*bound.getsockname())
            writer.write(b"GET /%d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % number)
            ends.append((reader, writer))
        for number, (reader, writer) in enumerate(ends):
            assert (await reader.read()).endswith(b"\r\n\r\n/%d" % number)
            writer.close()
    finally:
        server.close()
        await house.drain(1.0)
