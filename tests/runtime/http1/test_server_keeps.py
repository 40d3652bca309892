"""What the server keeps in memory of connections and requests that are over: nothing."""

from __future__ import annotations

import asyncio
import gc

from archwright.runtime.http1 import server
from archwright.runtime.serving import listen
from tests.runtime.http1.test_server import POST, Echo, answer, line
from tests.runtime.sample import running

PATIENCE_S = 60.0


async def test_a_request_that_is_refused_before_anybody_began_with_it_leaves_nothing_behind() -> None:
    """Its head and what is no body come in one piece: it is called off before it runs."""
    bound = listen("127.0.0.1", 0)
    house = server.Connections(Echo().handle)
    door = await house.listen(bound, None)
    reader, writer = await asyncio.open_connection(*bound.getsockname())
    writer.write(b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n")
    assert (await reader.read()).startswith(b"HTTP/1.1 400")
    writer.close()
    assert house.tasks == set()
    door.close()
    await house.drain(0.0)


def kept() -> int:
    """How many connections are in memory."""
    gc.collect()
    return sum(isinstance(item, server.Connection) for item in gc.get_objects())


async def test_connections_leave_nothing_behind() -> None:
    with running(Echo()) as here:
        for _ in range(50):
            async with line(here) as (reader, writer):
                writer.write(POST + b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 50\r\n\r\nhalf")
                assert (await answer(reader))[0] == 200
        async with asyncio.timeout(PATIENCE_S):
            while True:
                await asyncio.sleep(0.05)
                if kept() <= 2:
                    break
