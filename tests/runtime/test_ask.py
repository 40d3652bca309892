"""What a gateway reads of a request, and what it changes."""

from __future__ import annotations

import json

import pytest

from archwright.runtime.gateway.ask import DEFAULT_TOKENS, Ask
from archwright.runtime.providers import PROVIDERS
from archwright.runtime.wire import BadAsk
from archwright.runtime.wires import WIRES

PLAIN = PROVIDERS.get("openai-compatible")
OPENAI = WIRES.get("openai")


def ask(**fields: object) -> Ask:
    return Ask(json.dumps({"model": "m", "messages": [], **fields}).encode(), OPENAI)


def test_bounds_of_the_answer() -> None:
    assert ask().tokens_out == DEFAULT_TOKENS
    assert ask(max_tokens=7).tokens_out == 7
    assert ask(max_tokens=7, max_completion_tokens=9).tokens_out == 9
    assert ask(max_tokens=7, n=3).tokens_out == 21
    assert ask(max_tokens=-5, n=-1).tokens_out == 0
    assert ask(max_tokens=10**15).tokens_out == 10**9


def test_the_key_is_that_of_the_content() -> None:
    key = ask(a=1, b=2).key("shop", "answer")
    assert 0 < key < 2**63
    assert ask(b=2, a=1, stream=True, stream_options={"include_usage": True}).key("shop", "answer") == key
    others = [ask(a=1, b=3), ask(a=1), ask(a=1, b=2, c=None), ask(b=1, a=2)]
    keys = {other.key("shop", "answer") for other in others}
    keys |= {
        ask(a=1, b=2).key("lab", "answer"),
        ask(a=1, b=2).key("shop", "other"),
        ask(a=1, b=2).key("", "shop\0answer"),
        ask(a=1, b=2).key("shop", "answer", "digest of documents"),
    }
    assert len(keys) == 8
    assert key not in keys


def test_only_the_model_and_the_usage_are_changed() -> None:
    body = b'{"x": [1.0, 1e3,  "\\u00e9"], "model":"m","messages":[{"role" : "user"}], "n": 1}'
    sent = Ask(body, OPENAI).addressed("gpt", PLAIN, OPENAI)
    assert b'[1.0, 1e3,  "\\u00e9"]' in sent
    assert b'[{"role" : "user"}]' in sent
    assert json.loads(sent) == {**json.loads(body), "model": "gpt"}
    streamed = json.loads(ask(stream=True, stream_options=None).addressed("gpt", PLAIN, OPENAI))
    assert streamed["stream_options"] == {"include_usage": True}
    kept = json.loads(
        ask(stream=True, stream_options={"include_usage": False, "other": 1}).addressed("gpt", PLAIN, OPENAI)
    )
    assert kept["stream_options"] == {"include_usage": True, "other": 1}


def test_a_supplier_s_peculiarities() -> None:
    asked = ask(stream=True, stream_options={"include_usage": True}, max_completion_tokens=9, temperature=1)
    sent = json.loads(asked.addressed("mistral-small", PROVIDERS.get("mistral"), OPENAI))
    assert sent == {"model": "mistral-small", "messages": [], "stream": True, "max_tokens": 9, "temperature": 1}
    assert asked.usage


def test_a_field_given_twice_reaches_the_target_once() -> None:
    sent = Ask(b'{"model":"cheap","model":"m","messages":[],"max_tokens":1,"max_tokens":5}', OPENAI)
    assert sent.model == "m"
    assert sent.most_out == 5
    assert sent.addressed("gpt", PLAIN, OPENAI).count(b'"max_tokens"') == 1


@pytest.mark.parametrize("body", [b"", b"3", b'{"model":"m"}', b'{"model":null,"messages":[]}', b"\x00"])
def test_what_is_no_request(body: bytes) -> None:
    with pytest.raises(BadAsk):
        Ask(body, OPENAI)


def test_what_the_user_said_is_found_and_passages_stand_before_the_last_of_it() -> None:
    parts = [{"type": "text", "text": "two"}, {"type": "image_url", "image_url": {"url": "data:"}}]
    messages: list[dict[str, object]] = [
        {"role": "user", "content": "one", "name": "Ann"},
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "user", "content": parts},
        {"role": "tool", "content": "x"},
    ]
    asked = ask(messages=messages, top_p=0.5)
    assert asked.turns() == ["one", "two\n"]
    size = asked.size
    asked.ground("Passages.", " ")
    sent = json.loads(asked.addressed("m", PLAIN, OPENAI))
    assert sent["messages"][2]["content"] == [{"type": "text", "text": "Passages. "}, *parts]
    assert [sent["messages"][place] for place in (0, 1, 3)] == [messages[place] for place in (0, 1, 3)]
    assert sent["top_p"] == 0.5
    assert asked.size == size + len("Passages. ")
    one = ask(messages=messages[:1])
    one.ground("Passages.", " ")
    assert json.loads(one.addressed("m", PLAIN, OPENAI))["messages"] == [{**messages[0], "content": "Passages. one"}]


@pytest.mark.parametrize("messages", [[7], [{"role": "user", "content": 7}], [{"role": "user", "content": [[]]}]])
def test_a_message_without_shape_is_no_question(messages: object) -> None:
    with pytest.raises(BadAsk):
        ask(messages=messages).turns()
