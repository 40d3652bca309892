"""Reading and writing Anthropic's wire, however the bytes are cut."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.plan.price import Kinds
from archwright.policy import route
from archwright.runtime.anthropic.events import as_stream, as_whole, letters, letters_of_whole, usage_of
from archwright.runtime.neutral import Usage
from archwright.runtime.wire import NOTHING, Events
from archwright.runtime.wires import WIRES
from tests.runtime.claude import (
    CALLING,
    OVERLOADED,
    PING,
    SPOKEN,
    STOP,
    ending,
    event,
    message,
    more,
    more_json,
    start,
    stop,
    text_start,
    use_start,
)

WIRE = WIRES.get("anthropic")
STREAM = b"".join((*SPOKEN[:4], b": a comment\r\n\r\n", *SPOKEN[4:]))


@given(st.lists(st.integers(0, len(STREAM)), max_size=40))
def test_a_stream_is_the_same_however_it_is_cut_also_within_a_character(places: list[int]) -> None:
    edges = [0, *sorted(places), len(STREAM)]
    events, reader, teller = Events(), WIRE.reader(), WIRES.get("openai").teller(True, 1)
    came = [event for begin, end in pairwise(edges) for event in events.feed(STREAM[begin:end])]
    told = b"".join(teller.tell(reader.pieces(event)) for event in came) + teller.close()
    chunks = [json.loads(line[6:]) for line in told.decode().split("\n\n")[:-2]]
    assert b"".join(came) == STREAM
    assert "".join(c["choices"][0]["delta"].get("content", "") for c in chunks if c["choices"]) == "Grüße an alle ✓"
    assert chunks[-1]["usage"]["prompt_tokens"] == 10
    assert events.rest == b""


@pytest.mark.parametrize("cut", range(1, 4))
def test_a_character_in_two_pieces(cut: int) -> None:
    piece = more("✓")
    place = piece.index("✓".encode()) + cut
    events = Events()
    assert events.feed(piece[:place]) == []
    assert events.feed(piece[place:]) == [piece]


def test_what_an_event_says() -> None:
    reader = WIRE.reader()
    assert reader.read(start(10, 4, 3), False) == NOTHING._replace(opening=Usage(17, 4, 1, Kinds(3)))
    for silent in (PING, text_start(), stop(), b": comment\n\n", more(""), event("something_new", x=1)):
        assert reader.read(silent, False) == NOTHING
    for speaking in (more("x"), more_json("{", 1), use_start(1, "toolu_1", "look")):
        assert reader.read(speaking, False) == NOTHING._replace(content=True)
    cheap = b'data: {"type": "content_block_delta", and once it has begun nobody reads on\n\n'
    assert reader.read(cheap, True) == NOTHING._replace(content=True)
    finished = reader.read(ending("end_turn", 9), True)
    assert (finished.finished, finished.usage, finished.content) == (True, Usage(17, 4, 9, Kinds(3)), True)
    later = reader.read(ending("end_turn", 9, input_tokens=1, cache_read_input_tokens=0), True).usage
    assert later == Usage(4, 0, 9, Kinds(3))
    assert reader.read(STOP, True).done
    with pytest.raises(msgspec.DecodeError):
        reader.read(b"data: nonsense\n\n", False)


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("overloaded_error", route.OVERLOAD), ("rate_limit_error", route.OVERLOAD), ("api_error", route.TRANSIENT),
        ("authentication_error", route.KEY), ("something_new", route.TRANSIENT), ("timeout_error", route.TRANSIENT),
    ],
)  # fmt: skip
def test_an_error_in_a_stream(kind: str, outcome: int) -> None:
    said = event("error", error={"type": kind, "message": "no"})
    assert WIRE.reader().read(said, False).fault == WIRE.reader().read(said, True).fault == outcome
    assert WIRE.reader().read(b'data: {"type":"error"}\n\n', True).fault == route.TRANSIENT


def test_the_three_kinds_of_input_are_added() -> None:
    assert usage_of(msgspec.json.encode(message("x", 10, 5, cached=4, written=3))) == Usage(17, 4, 5, Kinds(3))
    assert usage_of(b'{"content":[],"usage":{"input_tokens":3,"output_tokens":null}}') == Usage(3, 0, 0)
    assert usage_of(b'{"content":[]}') is None
    for broken in (b'{"type":"error"}', b"[]", b'{"content":"x"}'):
        with pytest.raises(msgspec.DecodeError):
            usage_of(broken)


@pytest.mark.parametrize(
    ("status", "retry_after", "kind", "outcome"),
    [
        (529, 0.0, "Overloaded", route.OVERLOAD), (429, 3.0, "slow down", route.OVERLOAD),
        (429, 0.0, "slow down", route.OVERLOAD), (503, 3.0, "", route.OVERLOAD), (503, 0.0, "", route.TRANSIENT),
        (500, 0.0, "", route.TRANSIENT), (504, 0.0, "", route.TRANSIENT), (408, 0.0, "", route.TRANSIENT),
        (401, 0.0, "", route.KEY), (402, 0.0, "", route.KEY), (403, 0.0, "", route.KEY), (404, 0.0, "", route.CALLER),
        (413, 0.0, "", route.CALLER), (400, 0.0, "messages: too long", route.CALLER),
        (400, 0.0, "You have reached your specified API usage limits.", route.KEY),
        (302, 0.0, "", route.TRANSIENT),
    ],
)  # fmt: skip
def test_what_a_status_means(status: int, retry_after: float, kind: str, outcome: int) -> None:
    _, body = WIRE.error(status, "x", kind, "", "1")
    assert WIRE.classify(status, retry_after, body) == outcome


def test_a_spend_cap_is_not_waited_for() -> None:
    _, body = WIRE.error(429, "enforced_spend_limit_reached", "no", "", "1")
    assert WIRE.classify(429, 0.0, body) == route.KEY


def test_letters_are_those_of_the_reader() -> None:
    assert letters([start(), text_start(), PING, more("four"), stop(), STOP, b": x\n\n"]) == 4
    assert letters([more_json('{"a":1}', 1), b"data: nonsense\n\n", b'data: {"type":5}\n\n']) == 7 + len('{"type":5}')
    whole = message("four")
    whole["content"].append({"type": "tool_use", "id": "t", "name": "look", "input": {"a": 1}})
    assert letters_of_whole(msgspec.json.encode(whole)) == 4 + len('{"a":1}')
    assert letters_of_whole(b"") == 0
    assert letters_of_whole(b"strange") == len("strange")


def test_a_stream_as_a_whole_and_back() -> None:
    whole = json.loads(as_whole(list(CALLING)))
    text, weather, time = whole["content"]
    assert text == {"type": "text", "text": "Let me look."}
    assert weather == {"type": "tool_use", "id": "toolu_01", "name": "weather", "input": {"city": "München"}}
    assert time["input"] == {}
    assert (whole["stop_reason"], whole["usage"]["input_tokens"], whole["usage"]["output_tokens"]) == (
        "tool_use",
        472,
        89,
    )
    again = Events().feed(as_stream(msgspec.json.encode(whole)))
    assert json.loads(as_whole(again)) == whole
    assert again[-1] == STOP


def test_a_call_that_its_length_cut_short_has_no_input() -> None:
    events = [start(), use_start(0, "t", "look"), more_json('{"a', 0), stop(), ending("max_tokens")]
    assert json.loads(as_whole(events))["content"][0]["input"] == {}


def test_what_is_not_known_is_kept() -> None:
    thinking: dict[str, Any] = {"type": "thinking", "thinking": "hm", "signature": "abc"}
    odd = {"type": "something_new", "a": {"b": [1]}}
    whole = {
        **message("x"),
        "content": [thinking, odd, {"type": "text", "text": "x", "citations": [{"c": 1}]}],
        "new": 1,
    }
    assert json.loads(as_whole(Events().feed(as_stream(msgspec.json.encode(whole))))) == whole
    streamed = [
        start(),
        event("content_block_start", index=0, content_block={"type": "thinking", "thinking": "", "signature": ""}),
        event("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "h"}),
        event("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "m"}),
        event("content_block_delta", index=0, delta={"type": "signature_delta", "signature": "abc"}),
        stop(),
        text_start(1),
        more("x", 1),
        event("content_block_delta", index=1, delta={"type": "citations_delta", "citation": {"c": 1}}),
        more("out of range", 9),
        stop(1),
        ending(),
    ]
    found = json.loads(as_whole(streamed))
    assert found["content"] == [thinking, {"type": "text", "text": "x", "citations": [{"c": 1}]}]
    assert found["usage"]["service_tier"] == "standard"
    assert json.loads(as_whole([*streamed, OVERLOADED])) == found  # an error event is no part of an answer


def test_what_is_written_to_the_cache_is_told_by_how_long_it_is_kept() -> None:
    """As the documentation of prompt caching shows it: the parts of `cache_creation` sum to the whole."""
    usage = (
        b'{"content":[],"usage":{"input_tokens":2048,"cache_read_input_tokens":1800,"cache_creation_input_tokens":248,'
        b'"output_tokens":503,"cache_creation":{"ephemeral_5m_input_tokens":148,"ephemeral_1h_input_tokens":100}}}'
    )
    assert usage_of(usage) == Usage(4096, 1800, 503, Kinds(cache_write_5m=148, cache_write_1h=100))


@pytest.mark.parametrize("hour", [-5, 400])
def test_never_more_is_kept_for_an_hour_than_was_written(hour: int) -> None:
    body = (
        b'{"content":[],"usage":{"cache_creation_input_tokens":30,"cache_creation":{"ephemeral_1h_input_tokens":%d}}}'
    )
    kept = 30 if hour > 0 else 0
    assert usage_of(body % hour) == Usage(30, 0, 0, Kinds(cache_write_5m=30 - kept, cache_write_1h=kept))
