"""Reading and writing the wire format, however the bytes are cut."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.runtime.neutral import Usage
from archwright.runtime.openai.events import as_stream, as_whole, letters, letters_of_whole, read_event, usage_of
from archwright.runtime.wire import NOTHING, Events, payload
from tests.runtime.sample import DONE, chunk, completion, usage_chunk

STREAM = b"".join(
    (
        chunk("one"),
        b": ping\r\n\r\n",
        b"event: x\ndata: {}\n\n",
        chunk(" two"),
        chunk(finish="stop"),
        usage_chunk(3, 2),
        DONE,
    )
)


@given(st.lists(st.integers(0, len(STREAM)), max_size=30))
def test_events_are_the_same_however_the_stream_is_cut(places: list[int]) -> None:
    edges = [0, *sorted(places), len(STREAM)]
    events = Events()
    found = [event for begin, end in pairwise(edges) for event in events.feed(STREAM[begin:end])]
    assert b"".join(found) == STREAM
    assert len(found) == 7
    assert events.rest == b""


def test_what_an_event_says() -> None:
    assert read_event(chunk(""), False) == NOTHING
    assert read_event(chunk("x"), False).content
    assert read_event(chunk(finish="stop"), False)[:2] == (True, True)
    assert read_event(chunk("x", usage=None), True)[:3] == (True, False, None)
    assert read_event(usage_chunk(3, 2), True)[2:4] == (Usage(3, 0, 2), True)
    used = {"prompt_tokens": 3, "completion_tokens": 2}
    assert read_event(chunk(finish="stop", usage=used), True)[1:4] == (True, Usage(3, 0, 2), False)
    assert read_event(DONE, True).done
    assert read_event(b'data: {"error": {"message": "x"}}\n\n', True).fault
    assert not read_event(b": comment\n\n", False).content
    tools = b'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f"}}]}}]}\n\n'
    assert read_event(tools, False).content
    with pytest.raises(msgspec.DecodeError):
        read_event(b"data: nonsense\n\n", False)
    assert payload(b"data: a\ndata: b\n\n") == b"a\nb"


def test_usage() -> None:
    assert usage_of(msgspec.json.encode(completion("x", 10, 5, 4))) == Usage(10, 4, 5)
    assert usage_of(b'{"choices":[]}') is None
    assert usage_of(b'{"choices":[],"usage":{"prompt_tokens":3,"prompt_tokens_details":{"cached_tokens":9}}}') == Usage(
        3, 3, 0
    )
    with pytest.raises(msgspec.DecodeError):
        usage_of(b'{"object":"error"}')


def test_letters_are_those_of_the_reader() -> None:
    assert letters([chunk("four"), chunk(""), chunk(finish="stop"), DONE, b": x\n\n"]) == 4
    assert letters([chunk("four"), b"data: nonsense\n\n"]) == 4
    assert letters([chunk("four"), b'data: {"choices":5}\n\n']) == 4 + len('{"choices":5}')
    assert letters_of_whole(msgspec.json.encode(completion("four"))) == 4
    tools = {"content": None, "tool_calls": [{"id": "c"}]}
    assert letters_of_whole(msgspec.json.encode({"choices": [{"message": tools}]})) == len('{"id":"c"}')
    assert letters_of_whole(b"") == 0
    strange = b'{"choices":[{"message":{"content":["?"]}}]}'
    assert letters_of_whole(strange) == len(strange)


def test_a_stream_as_a_whole_and_back() -> None:
    tools = [
        {"index": 0, "id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"a"'}},
        {"index": 0, "function": {"arguments": ":1}"}},
        {"index": 1, "id": "call_2", "type": "function", "function": {"name": "ask", "arguments": "{}"}},
    ]
    events = [
        chunk(None, choices=[{"index": 0, "delta": {"role": "assistant", "content": "hel"}, "finish_reason": None}])
    ]
    events += [chunk("lo")]
    events += [chunk(choices=[{"index": 0, "delta": {"tool_calls": [tool]}, "finish_reason": None}]) for tool in tools]
    events += [chunk(choices=[{"index": 1, "delta": {"content": "other"}, "finish_reason": "length"}])]
    events += [chunk(finish="tool_calls"), usage_chunk(7, 3)]
    whole = msgspec.json.decode(as_whole(events))
    first, second = whole["choices"]
    assert whole["object"] == "chat.completion"
    assert whole["usage"]["prompt_tokens"] == 7
    assert (first["message"]["content"], first["finish_reason"]) == ("hello", "tool_calls")
    assert [call["function"] for call in first["message"]["tool_calls"]] == [
        {"name": "look", "arguments": '{"a":1}'}, {"name": "ask", "arguments": "{}"},
    ]  # fmt: skip
    assert first["message"]["tool_calls"][0]["id"] == "call_1"
    assert (second["message"]["content"], second["finish_reason"]) == ("other", "length")
    again = Events().feed(as_stream(msgspec.json.encode(whole), usage=True))
    assert msgspec.json.decode(as_whole(again)) == whole
    assert again[-1] == DONE
    assert len(Events().feed(as_stream(msgspec.json.encode(whole), usage=False))) == len(again) - 1
