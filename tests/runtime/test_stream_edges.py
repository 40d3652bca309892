"""A stream that comes in whatever pieces is the same stream for the client, and the same bill."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp

from archwright.runtime.wire import NOTHING
from archwright.runtime.wires import WIRES
from tests.runtime.sample import DONE, Case, Script, chunk, desk, plan, usage_chunk
from tests.runtime.test_faults import ASK, post

ODD = b'data: {"choices":[{"delta":{"content":"h\\u00e9\\n\\"usage\\""},"index":0}],"x":1}\r\n\r\n'
PARTS = (b": hello\n\n", chunk(""), chunk("one"), ODD, chunk("two"), chunk(finish="stop"), usage_chunk(3, 2), DONE)
STREAM = b"".join(PARTS)


async def test_a_stream_cut_at_every_byte(tmp_path: Path) -> None:
    """Through the gateway, as chunks of HTTP that end anywhere."""
    places = iter(range(1, len(STREAM)))

    async def cut(case: Case) -> None:
        place = next(places)
        listed = [(b"content-type", b"text/event-stream")]
        await case.send({"type": "http.response.start", "status": 200, "headers": listed})
        for piece in (STREAM[:place], STREAM[place:]):
            await case.send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)
        await case.send({"type": "http.response.body", "body": b""})

    expected = STREAM.replace(usage_chunk(3, 2), b"")
    with desk(tmp_path, plan(), supplier=Script({"first": cut})) as here:
        async with aiohttp.ClientSession() as session:
            for place in range(1, len(STREAM)):
                async with session.post(f"{here.url}/v1/chat/completions", json={**ASK, "stream": True}) as response:
                    assert await response.read() == expected, place
    assert {(row.outcome, row.tokens_in, row.tokens_out, row.estimated) for row in here.attempts} == {
        ("ok", 3, 2, False),
    }  # fmt: skip


def test_a_quiet_piece_says_nothing_that_must_be_read() -> None:
    """What passes unread is what, read event by event, would pass as it is."""
    reader = WIRES.get("openai").reader()
    quiet = [part for part in PARTS if reader.quiet(part) == len(part)]
    assert quiet == [PARTS[0], PARTS[1], PARTS[2], PARTS[4]]
    assert all(not reader.quiet(part[:-1]) for part in PARTS)
    assert reader.quiet(STREAM) == sum(map(len, PARTS[:3])), "up to the first that has to be read"
    assert reader.quiet(PARTS[1] + PARTS[2][:-1]) == len(PARTS[1])
    for part in quiet:
        said = reader.read(part, True)
        assert said._replace(content=False) == NOTHING
    other = WIRES.get("anthropic").reader()
    delta = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"text":"a"}}\n\n'
    stop = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
    assert other.quiet(delta + delta) == 2 * len(delta)
    assert other.quiet(delta + stop) == len(delta)
    assert not other.quiet(stop + delta)
    assert not other.quiet(delta[:-1])


async def test_the_model_s_name_is_swapped_in_place_and_nothing_else_is_touched(tmp_path: Path) -> None:
    wire = WIRES.get("openai")
    body = b'{ "messages" : [ {"content":"a model"} ],\t"model" :\n "both", "x": 1.50, "y":"\\/" }'
    assert wire.swapped(body, "both", "m-1", False) == body.replace(b'"both"', b'"m-1"')
    assert wire.swapped(body, "both", "m-1", True) == b'{"stream_options":{"include_usage":true},' + body.replace(
        b'"both"', b'"m-1"'
    ).removeprefix(b"{")
    for other in (
        body.replace(b"1.50", b'{"model":"both"}'),  # two of the name
        body.replace(b'"model" :', b'"mod\\u0065l" :'),  # written with an escape
        body.replace(b'"both"', b'"bo\\u0074h"'),
    ):
        assert wire.swapped(other, "both", "m-1", False) is None
    assert wire.swapped(b'{"stream_options":{},' + body[1:], "both", "m-1", True) is None
    script = Script({"first": lambda case: case.reply(400, {})})
    with desk(tmp_path, plan(), supplier=script) as here:
        await post(here, {**ASK, "tools": [{"model": "kept"}]})
    assert script.seen[0].body == {**ASK, "model": "first-1", "tools": [{"model": "kept"}]}
