"""Requests and answers from one wire into the other: what is carried over, and what is refused by name."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.plan.price import Kinds
from archwright.runtime.gateway.ask import DEFAULT_TOKENS, Ask
from archwright.runtime.neutral import END, LENGTH, REFUSED, STOP, TOOLS, Said, Text, Usage, Use, pieces
from archwright.runtime.providers import PROVIDERS
from archwright.runtime.wire import BadAsk, Events
from archwright.runtime.wires import WIRES
from tests.runtime.claude import CALLING, VERSION, event, message
from tests.runtime.claude import start as begin
from tests.runtime.sample import chunk, completion, usage_chunk

GPT, CLAUDE = WIRES.get("openai"), WIRES.get("anthropic")
TO_GPT, TO_CLAUDE = PROVIDERS.get("openai-compatible"), PROVIDERS.get("anthropic")
HEADERS = {name.encode(): value.encode() for name, value in VERSION.items()}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def to_claude(**fields: Any) -> Any:
    asked = {"model": "m", "messages": [{"role": "user", "content": "hi"}], **fields}
    return json.loads(Ask(json.dumps(asked).encode(), GPT).addressed("claude-x", TO_CLAUDE, CLAUDE))


def to_gpt(**fields: Any) -> Any:
    asked = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}], **fields}
    return json.loads(Ask(json.dumps(asked).encode(), CLAUDE, HEADERS).addressed("gpt", TO_GPT, GPT))


TALK_GPT: list[Any] = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "Weather and time in München?"},
    {
        "role": "assistant",
        "content": "Let me look.",
        "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "München"}'}},
            {"id": "call_2", "type": "function", "function": {"name": "time", "arguments": "{}"}},
        ],
    },
    {"role": "tool", "tool_call_id": "call_1", "content": "18 °C"},
    {"role": "tool", "tool_call_id": "call_2", "content": "noon"},
    {"role": "user", "content": "Thanks"},
]
TALK_CLAUDE: list[Any] = [
    {"role": "user", "content": "Weather and time in München?"},
    {
        "role": "assistant",
        "content": [
            {"type": "text", "text": "Let me look."},
            {"type": "tool_use", "id": "call_1", "name": "weather", "input": {"city": "München"}},
            {"type": "tool_use", "id": "call_2", "name": "time", "input": {}},
        ],
    },
    {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "call_1", "content": "18 °C"},
            {"type": "tool_result", "tool_use_id": "call_2", "content": "noon"},
            {"type": "text", "text": "Thanks"},
        ],
    },
]


def test_a_talk_with_tools_both_ways() -> None:
    sent = to_claude(messages=TALK_GPT)
    assert (sent["system"], sent["messages"]) == ("Be kind.", TALK_CLAUDE)
    back = to_gpt(system=sent["system"], messages=sent["messages"])
    for message_ in back["messages"]:
        for call in message_.get("tool_calls", ()):
            call["function"]["arguments"] = json.dumps(json.loads(call["function"]["arguments"]), ensure_ascii=False)
    assert back["messages"] == TALK_GPT


def test_every_field_that_has_a_counterpart_to_anthropic() -> None:
    tool = {"name": "weather", "description": "tells", "parameters": SCHEMA, "strict": True}
    sent = to_claude(
        stream=True, stream_options={"include_usage": True}, max_completion_tokens=7, stop=["a", "b"], temperature=0.5,
        top_p=0.9, tools=[{"type": "function", "function": tool}, {"type": "function", "function": {"name": "bare"}}],
        tool_choice={"type": "function", "function": {"name": "weather"}}, parallel_tool_calls=False, user="u-1",
        response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA, "strict": True}},
        n=1, logprobs=False, store=None, presence_penalty=0, service_tier="auto", prompt_cache_key="k",
    )  # fmt: skip
    assert sent == {
        "model": "claude-x", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 7, "stream": True,
        "stop_sequences": ["a", "b"], "temperature": 0.5, "top_p": 0.9, "metadata": {"user_id": "u-1"},
        "tools": [
            {"name": "weather", "description": "tells", "input_schema": SCHEMA, "strict": True},
            {"name": "bare", "input_schema": {"type": "object", "properties": {}}},
        ],
        "tool_choice": {"type": "tool", "name": "weather", "disable_parallel_tool_use": True},
        "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
    }  # fmt: skip


def test_every_field_that_has_a_counterpart_to_openai() -> None:
    hint = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
    tools = [{"name": "weather", "description": "tells", "input_schema": SCHEMA, "type": "custom", **hint}]
    sent = to_gpt(
        system=[{"type": "text", "text": "one", **hint}, {"type": "text", "text": "two"}], stream=True, temperature=1,
        stop_sequences=["a"], top_p=0.9, tools=tools, tool_choice={"type": "any", "disable_parallel_tool_use": True},
        metadata={"user_id": "u-1"}, output_config={"format": {"type": "json_schema", "schema": SCHEMA}},
        thinking={"type": "disabled"}, service_tier="auto", **hint,
    )  # fmt: skip
    both = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    assert sent == {
        "model": "gpt", "messages": [{"role": "system", "content": both}, {"role": "user", "content": "hi"}],
        "max_completion_tokens": 9, "stream": True, "stream_options": {"include_usage": True}, "temperature": 1,
        "stop": ["a"], "top_p": 0.9, "user": "u-1", "tool_choice": "required", "parallel_tool_calls": False,
        "tools": [{"type": "function", "function": {"name": "weather", "description": "tells", "parameters": SCHEMA}}],
        "response_format": {
            "type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True},
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("theirs", "ours"), [("auto", {"type": "auto"}), ("required", {"type": "any"}), ("none", {"type": "none"})]
)
def test_choices_of_tools(theirs: str, ours: dict[str, str]) -> None:
    tools = [{"type": "function", "function": {"name": "look"}}]
    assert to_claude(tools=tools, tool_choice=theirs)["tool_choice"] == ours
    assert to_gpt(tools=[{"name": "look", "input_schema": {}}], tool_choice=ours)["tool_choice"] == theirs
    assert "tool_choice" not in to_claude(tools=tools)
    assert "tool_choice" not in to_claude(tool_choice="none")  # there is no choice among none


def test_small_print() -> None:
    assert to_claude()["max_tokens"] == DEFAULT_TOKENS  # it must be said there, and is what we reserve
    assert to_claude(max_tokens=3)["max_tokens"] == 3
    assert to_claude(stop="x")["stop_sequences"] == ["x"]
    late = [{"role": "user", "content": "a"}, {"role": "developer", "content": "b"}, {"role": "user", "content": "c"}]
    assert to_claude(messages=late)["system"] == "b"
    assert [one["content"] for one in to_claude(messages=late)["messages"]] == ["a", "c"]
    in_a_row = [{"role": "user", "content": "a"}, {"role": "user", "content": [{"type": "text", "text": "b"}]}]
    assert to_claude(messages=in_a_row)["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}
    ]
    own: Any = {
        "role": "assistant",
        "content": "x",
        "refusal": None,
        "annotations": [],
        "audio": None,
        "tool_calls": None,
    }
    assert to_claude(messages=[own])["messages"] == [{"role": "assistant", "content": "x"}]
    failed = {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "no"}], "is_error": True}
    assert to_gpt(messages=[{"role": "user", "content": [failed]}])["messages"] == [
        {"role": "tool", "tool_call_id": "t", "content": "Error: no"}
    ]
    middle = [{"role": "user", "content": "a"}, {"role": "system", "content": "b"}]
    assert [one["role"] for one in to_gpt(messages=middle)["messages"]] == ["user", "system"]
    sent = Ask(b'{"model":"m","max_tokens":9,"messages":[]}', CLAUDE, HEADERS)
    assert b'"max_tokens":9' in sent.addressed("mistral-small", PROVIDERS.get("mistral"), GPT)


def test_numbers_of_a_tool_s_arguments_are_not_touched() -> None:
    arguments = '{"a": 1.0, "b": 1e3, "c": 12345678901234567890, "d": "\\u00e9"}'
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}
    body = json.dumps({"model": "m", "messages": [{"role": "assistant", "tool_calls": [call]}]}).encode()
    sent = Ask(body, GPT).addressed("x", TO_CLAUDE, CLAUDE)
    assert arguments.encode() in sent
    back = json.loads(Ask(sent, CLAUDE, HEADERS).addressed("x", TO_GPT, GPT))
    assert back["messages"][0]["tool_calls"][0]["function"]["arguments"] == arguments


IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}
PICTURE = {"type": "image", "source": {"type": "url", "url": "https://x/y.png"}}
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "x"}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"n": 2}, "n"), ({"seed": 1}, "seed"), ({"logprobs": True}, "logprobs"), ({"temperature": 1.5}, "temperature"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"frequency_penalty": 0.1}, "frequency_penalty"), ({"logit_bias": {"1": 2}}, "logit_bias"),
        ({"response_format": {"type": "json_object"}}, "response_format.type"), ({"unheard_of": 1}, "unheard_of"),
        ({"stream_options": {"include_obfuscation": True}}, "stream_options.include_obfuscation"),
        ({"messages": [{"role": "user", "content": [IMAGE]}]}, "messages[0].content[0].type"),
        ({"messages": [{"role": "user", "content": "x", "name": "bob"}]}, "messages[0].name"),
        ({"messages": [{"role": "function", "content": "x", "name": "f"}]}, "messages[0].role"),
        ({"tools": [{"type": "custom", "custom": {"name": "x"}}]}, "tools[0].type"),
        (
            {"messages": [{"role": "assistant", "tool_calls": [
                {"id": "c", "type": "function", "function": {"name": "f", "arguments": "[1]"}}]}]},
            "messages[0].tool_calls[0].function.arguments",
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "x"}}},
            "response_format.json_schema.schema",
        ),
    ],
)  # fmt: skip
def test_what_anthropic_cannot_be_told_is_refused_by_name(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(BadAsk) as caught:
        to_claude(**fields)
    assert caught.value.field == named
    assert named.rpartition(".")[2] in str(caught.value) or "schema" in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"top_k": 5}, "top_k"), ({"thinking": {"type": "enabled", "budget_tokens": 99}}, "thinking"),
        ({"service_tier": "standard_only"}, "service_tier"),
        ({"tool_choice": {"type": "tool"}}, "tool_choice.name"), ({"mcp_servers": []}, "mcp_servers"),
        ({"output_config": {"effort": "low"}}, "output_config.effort"), ({"container": "x"}, "container"),
        ({"tools": [{"type": "web_search_20260209", "name": "web_search"}]}, "tools[0]"),
        ({"messages": [{"role": "user", "content": [PICTURE]}]}, "messages[0].content[0].type"),
        ({"messages": [{"role": "assistant", "content": [THOUGHT]}]}, "messages[0].content[0].type"),
        (
            {"messages": [{"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "t", "content": [PICTURE]}]}]},
            "messages[0].content[0].content[0].type",
        ),
        (
            {"messages": [{"role": "assistant", "content": [
                {"type": "tool_use", "id": "t", "name": "f", "input": [1]}]}]},
            "messages[0].content",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "x", "citations": [{"a": 1}]}]}]},
            "messages[0].content[0].citations[0]",
        ),
    ],
)  # fmt: skip
def test_what_openai_cannot_be_told_is_refused_by_name(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(BadAsk) as caught:
        to_gpt(**fields)
    assert caught.value.field.startswith(named)


# ----------------------------------------------------------------------------------------------------------- answers

_words = st.text(max_size=20)
_uses = st.builds(
    Use,
    st.text("abc_", min_size=1, max_size=5),
    st.text("xyz", min_size=1, max_size=5),
    st.dictionaries(st.text(max_size=4), st.integers() | _words, max_size=2).map(
        lambda given: msgspec.json.encode(given).decode()
    ),
)


@st.composite
def answers(draw: st.DrawFn) -> Said:
    text = draw(_words)
    parts = (*((Text(text),) if text else ()), *draw(st.lists(_uses, max_size=3, unique_by=lambda use: use.id)))
    cached, written, rest, out = (draw(st.integers(0, 999)) for _ in range(4))
    why = draw(
        st.sampled_from([*(() if any(isinstance(part, Use) for part in parts) else (END,)), LENGTH, TOOLS, REFUSED])
    )
    usage = Usage(cached + written + rest, cached, out, Kinds(written) if written else None)
    return Said("id", "model", parts, why, None, usage, written)


@pytest.mark.parametrize("wire", list(WIRES), ids=WIRES.names())
@given(said=answers())
def test_an_answer_is_the_same_after_any_wire_whole_or_streamed(wire: Any, said: Said) -> None:
    assert wire.said(wire.told(said, 1)) == said
    teller = wire.teller(True, 1)
    stream = teller.tell(pieces(said)) + teller.close()
    events = Events()
    came = events.feed(stream)
    assert (events.rest, came[-1]) == (b"", wire.end)
    assert wire.said(wire.as_whole(came)) == said
    reader, begun = wire.reader(), False
    said_by_events = [reader.read(one, begun) for one in came]
    assert said_by_events[-1].done
    assert [one.usage for one in said_by_events if one.usage][-1:] == [said.usage]
    assert any(one.finished for one in said_by_events)
    reader, other = wire.reader(), next(one for one in WIRES if one is not wire).teller(True, 1)
    for one in came[:-1]:
        other.tell(reader.pieces(one))
    assert other.close()


@pytest.mark.parametrize(
    ("reason", "why", "back"),
    [
        ("end_turn", "stop", "end_turn"), ("stop_sequence", "stop", "end_turn"), ("max_tokens", "length", "max_tokens"),
        ("model_context_window_exceeded", "length", "max_tokens"), ("tool_use", "tool_calls", "tool_use"),
        ("refusal", "content_filter", "refusal"), ("pause_turn", "stop", "end_turn"),
        ("unheard_of", "stop", "end_turn"),
    ],
)  # fmt: skip
def test_reasons_to_stop(reason: str, why: str, back: str) -> None:
    said = CLAUDE.said(msgspec.json.encode({**message("x"), "stop_reason": reason}))
    told = GPT.told(said, 1)
    assert json.loads(told)["choices"][0]["finish_reason"] == why
    assert json.loads(CLAUDE.told(GPT.said(told), 1))["stop_reason"] == back
    assert said.why in (END, STOP, LENGTH, TOOLS, REFUSED)


def test_tokens_of_a_prompt_cache() -> None:
    told = json.loads(GPT.told(CLAUDE.said(msgspec.json.encode(message("x", 10, 5, cached=4, written=3))), 1))
    assert told["usage"] == {
        "prompt_tokens": 17, "completion_tokens": 5, "total_tokens": 22,
        "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 3},
    }  # fmt: skip
    back = json.loads(CLAUDE.told(GPT.said(msgspec.json.encode(completion("x", 10, 5, 4))), 1))
    assert back["usage"] == {
        "input_tokens": 6, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 4, "output_tokens": 5,
    }  # fmt: skip


def test_calls_in_a_stream_to_openai() -> None:
    reader, teller = CLAUDE.reader(), GPT.teller(True, 1)
    stream = b"".join(teller.tell(reader.pieces(event)) for event in CALLING) + teller.close()
    whole = json.loads(GPT.as_whole(Events().feed(stream)))
    called = whole["choices"][0]["message"]
    assert called["content"] == "Let me look."
    assert [(call["id"], call["type"], call["function"]) for call in called["tool_calls"]] == [
        ("toolu_01", "function", {"name": "weather", "arguments": '{"city": "München"}'}),
        ("toolu_02", "function", {"name": "time", "arguments": "{}"}),  # no argument at all is still JSON
    ]
    assert whole["choices"][0]["finish_reason"] == "tool_calls"
    assert whole["usage"]["total_tokens"] == 472 + 89


def delta(**said: Any) -> bytes:
    return chunk(choices=[{"index": 0, "delta": said, "finish_reason": None}])


@pytest.mark.parametrize("place", [1, 0])
def test_calls_in_a_stream_to_anthropic(place: int) -> None:
    """Also from a supplier that gives every call the same place."""
    calls = [
        delta(role="assistant", content=""),
        delta(content="Let me look."),
        delta(tool_calls=[{"index": 0, "id": "call_1", "function": {"name": "weather", "arguments": ""}}]),
        delta(tool_calls=[{"index": 0, "function": {"arguments": '{"city": '}}]),
        delta(tool_calls=[{"index": 0, "function": {"arguments": '"Rom"}'}}]),
        delta(tool_calls=[{"index": place, "id": "call_2", "function": {"name": "time", "arguments": "{}"}}]),
        chunk(finish="tool_calls"),
        usage_chunk(3, 2),
    ]  # fmt: skip
    reader, teller = GPT.reader(), CLAUDE.teller(True, 1)
    stream = b"".join(teller.tell(reader.pieces(event)) for event in calls) + teller.close()
    events = [json.loads(one.split(b"data: ")[1]) for one in Events().feed(stream)]
    assert [one["type"].removeprefix("content_") for one in events] == [
        "message_start", "block_start", "block_delta", "block_stop", "block_start", "block_delta", "block_delta",
        "block_stop", "block_start", "block_delta", "block_stop", "message_delta", "message_stop",
    ]  # fmt: skip
    whole = json.loads(CLAUDE.as_whole(Events().feed(stream)))
    assert whole["content"] == [
        {"type": "text", "text": "Let me look."},
        {"type": "tool_use", "id": "call_1", "name": "weather", "input": {"city": "Rom"}},
        {"type": "tool_use", "id": "call_2", "name": "time", "input": {}},
    ]
    assert (whole["stop_reason"], whole["usage"]["input_tokens"], whole["usage"]["output_tokens"]) == ("tool_use", 3, 2)


def test_thoughts_are_left_out_and_words_of_refusal_kept() -> None:
    thought = {**message("x"), "content": [THOUGHT, {"type": "text", "text": "x"}, {"type": "new"}]}
    assert CLAUDE.said(msgspec.json.encode(thought)).parts == (Text("x"),)
    thinking = event("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "hm"})
    reader = CLAUDE.reader()
    assert [*reader.pieces(begin()), *reader.pieces(thinking)][1:] == []
    refused = {"choices": [{"message": {"content": None, "refusal": "I will not."}, "finish_reason": "stop"}]}
    said = GPT.said(msgspec.json.encode(refused))
    assert (said.parts, said.why) == ((Text("I will not."),), REFUSED)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"choices":[]}', b'{"choices":[{"message":{"content":7}}]}'])
def test_what_is_no_answer(body: bytes) -> None:
    for wire in (GPT, CLAUDE):
        with pytest.raises(msgspec.DecodeError):
            wire.said(body)


def test_arguments_that_are_no_object_are_no_answer_for_anthropic() -> None:
    with pytest.raises(msgspec.DecodeError, match="no JSON object"):
        CLAUDE.told(Said("i", "m", (Use("c", "f", "[1"),), TOOLS), 1)
    cut = json.loads(CLAUDE.told(Said("i", "m", (Use("c", "f", '{"a'),), LENGTH), 1))
    assert (cut["content"][0]["input"], cut["stop_reason"]) == ({}, "max_tokens")


@pytest.mark.parametrize("wire", list(WIRES), ids=WIRES.names())
def test_a_target_s_complaint(wire: Any) -> None:
    _, body = wire.error(400, "too_long", "the prompt is too long", "", "1")
    assert wire.complaint(body)[0] == "the prompt is too long"
    for strange in (b"", b"<html>", b'{"error":"x"}', b"[]", b'{"error":{"message":3}}', b"\xff"):
        message_, code = wire.complaint(strange)
        assert (isinstance(message_, str), code) == (True, "")
