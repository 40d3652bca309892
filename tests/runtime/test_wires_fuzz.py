"""Wires under bodies and events that nobody wrote on purpose: a clean refusal or a result, never another error."""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.runtime.gateway.ask import Ask
from archwright.runtime.wire import BadAsk, Wire
from archwright.runtime.wires import WIRES
from tests.runtime.claude import CALLING, SPOKEN, VERSION
from tests.runtime.sample import DONE, chunk, usage_chunk

HEADERS = {name.encode(): value.encode() for name, value in VERSION.items()}
WORDS = [
    "model",
    "messages",
    "role",
    "content",
    "text",
    "type",
    "tool_use",
    "tool_result",
    "tool_calls",
    "function",
    "name",
    "arguments",
    "id",
    "input",
    "index",
    "delta",
    "choices",
    "usage",
    "message",
    "content_block",
    "stop_reason",
    "finish_reason",
    "user",
    "assistant",
    "system",
    "tool",
    "auto",
    "tools",
    "tool_choice",
    "input_schema",
    "parameters",
    "message_start",
    "message_delta",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "partial_json",
    "text_delta",
    "input_json_delta",
    "input_tokens",
    "output_tokens",
    "prompt_tokens",
    "error",
    "max_tokens",
    "none",
    "any",
]
leaves = (
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats(-1, 2) | st.sampled_from(WORDS) | st.text(max_size=3)
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)
messages = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant", "tool", "system"]), "content": values}),
    max_size=3,
)
asked = st.fixed_dictionaries(
    {"model": st.just("m"), "messages": messages | values, "max_tokens": st.integers(-1, 9)},
    optional=dict.fromkeys(("tools", "tool_choice", "system", "stop", "stop_sequences", "response_format"), values),
)
GPT_SPOKEN = (chunk(""), chunk("a"), chunk(finish="stop"), usage_chunk(3, 2), DONE)


@pytest.mark.parametrize("name", WIRES.names())
@given(body=asked)
def test_a_request_is_translated_or_refused(name: str, body: dict[str, Any]) -> None:
    wire = WIRES.get(name)
    with contextlib.suppress(BadAsk):
        ask = Ask(msgspec.json.encode(body), wire, HEADERS)
        for other in WIRES:
            if other is not wire:
                written = other.addressed(dict(ask.into(other)), "x", ask.stream)
                again = Ask(msgspec.json.encode(written), other, HEADERS)
                assert again.into(wire)["messages"] is not None  # what was written is a request of that wire


@pytest.mark.parametrize("name", WIRES.names())
@given(events=st.lists(st.sampled_from([*SPOKEN, *CALLING, *GPT_SPOKEN]) | values.map(msgspec.json.encode), max_size=8))
def test_any_events_are_read_or_no_events(name: str, events: list[bytes]) -> None:
    wire = WIRES.get(name)
    for other in WIRES:
        with contextlib.suppress(ValueError):
            _pass_on(wire, other, events)
    assert wire.letters(events) >= 0


def _pass_on(wire: Wire, other: Wire, events: list[bytes]) -> None:
    reader, teller = wire.reader(), other.teller(True, 1)
    for event in events:
        whole = event if event.startswith((b"data", b"event")) else b"data: " + event + b"\n\n"
        reader.read(whole, False)
        assert isinstance(teller.tell(reader.pieces(whole)), bytes)
    assert teller.close().endswith(other.end)


@pytest.mark.parametrize("name", WIRES.names())
@given(body=values.map(msgspec.json.encode) | st.binary(max_size=20))
def test_any_body_is_an_answer_or_none(name: str, body: bytes) -> None:
    wire = WIRES.get(name)
    assert wire.letters_of_whole(body) >= 0
    assert wire.classify(400, 0.0, body) >= 0
    assert isinstance(wire.complaint(body)[0], str)
    with contextlib.suppress(ValueError):
        wire.usage(body)
        for other in WIRES:
            assert other.told(wire.said(body), 1)
