"""Reading and writing the wire format, however the bytes are cut."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.plan.price import Kinds
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


def told(into: str, out: str = "{}") -> Usage | None:
    """The usage of an answer of 1,000 tokens in and 200 out with such details."""
    return usage_of(
        b'{"choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":200,"prompt_tokens_details":%s,'
        b'"completion_tokens_details":%s}}' % (into.encode(), out.encode())
    )


def test_sound_pictures_thought_and_what_is_written_to_the_cache_are_told_apart() -> None:
    """The detail fields of chat completions; `cache_write_tokens` and `image_tokens` where a supplier adds them."""
    into = '{"cached_tokens":100,"audio_tokens":300,"image_tokens":40,"cache_write_tokens":50}'
    out = '{"reasoning_tokens":64,"audio_tokens":30,"accepted_prediction_tokens":0}'
    assert told(into, out) == Usage(1000, 100, 200, Kinds(50, 0, 40, 300, 64, 30))


def test_details_that_count_nothing_are_no_kinds() -> None:
    assert told('{"cached_tokens":0,"audio_tokens":0}', '{"reasoning_tokens":0,"audio_tokens":0}') == Usage(
        1000, 0, 200
    )
    assert told("null", "null") == Usage(1000, 0, 200)


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_details_never_count_more_than_there_is(written: int, sound: int, thought: int) -> None:
    usage = told(
        f'{{"cached_tokens":400,"audio_tokens":{sound},"cache_write_tokens":{written}}}',
        f'{{"reasoning_tokens":{thought},"audio_tokens":{sound}}}',
    )
    assert usage is not None
    kinds = usage.kinds or Kinds()
    assert min(kinds) >= 0
    assert kinds.inward <= usage.input - usage.cached
    assert kinds.outward <= usage.output
    assert sum(count for _, count in usage.counted()) == 1200


def test_what_stood_beside_the_words_of_a_stream_stands_beside_the_whole() -> None:
    def part(text: str, **more: Any) -> bytes:
        return chunk(
            choices=[{"index": 0, "delta": {"content": text}, "logprobs": {"content": [{"token": text}]}, **more}]
        )

    whole = msgspec.json.decode(as_whole([part("a"), part("b", content_filter_results={"hate": 1})]))
    assert whole["choices"][0]["logprobs"] == {"content": [{"token": "a"}, {"token": "b"}]}
    assert whole["choices"][0]["content_filter_results"] == {"hate": 1}
    assert b'"content_filter_results":{"hate":1}' in as_stream(msgspec.json.encode(whole), False)
