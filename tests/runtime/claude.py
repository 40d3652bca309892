"""Answers in Anthropic's wire for tests, written by hand from the documentation of the Messages API and its streams."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import anthropic
import msgspec
import openai

from archwright.plan import model as m
from tests.runtime.sample import Case, Desk, plan, target

VERSION = {"anthropic-version": "2023-06-01"}


def message(text: str, tokens_in: int = 10, tokens_out: int = 5, cached: int = 0, written: int = 0) -> dict[str, Any]:
    """A whole answer; the three kinds of input exclude each other."""
    return {
        "id": "msg_01", "type": "message", "role": "assistant", "model": "claude-x",
        "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": None,
        "usage": {
            "input_tokens": tokens_in, "cache_creation_input_tokens": written, "cache_read_input_tokens": cached,
            "output_tokens": tokens_out, "service_tier": "standard",
        },
    }  # fmt: skip


def event(kind: str, **more: Any) -> bytes:
    return b"event: " + kind.encode() + b"\ndata: " + msgspec.json.encode({"type": kind, **more}) + b"\n\n"


def start(tokens_in: int = 10, cached: int = 0, written: int = 0) -> bytes:
    begun = message("", tokens_in, 1, cached, written)
    return event("message_start", message={**begun, "content": [], "stop_reason": None})


def text_start(index: int = 0) -> bytes:
    return event("content_block_start", index=index, content_block={"type": "text", "text": ""})


def use_start(index: int, identity: str, name: str) -> bytes:
    block = {"type": "tool_use", "id": identity, "name": name, "input": {}}
    return event("content_block_start", index=index, content_block=block)


def more(text: str, index: int = 0) -> bytes:
    return event("content_block_delta", index=index, delta={"type": "text_delta", "text": text})


def more_json(text: str, index: int) -> bytes:
    return event("content_block_delta", index=index, delta={"type": "input_json_delta", "partial_json": text})


def stop(index: int = 0) -> bytes:
    return event("content_block_stop", index=index)


def ending(why: str = "end_turn", tokens_out: int = 5, **more_usage: int) -> bytes:
    delta = {"stop_reason": why, "stop_sequence": None}
    return event("message_delta", delta=delta, usage={"output_tokens": tokens_out, **more_usage})


PING = event("ping")
STOP = event("message_stop")
OVERLOADED = event("error", error={"type": "overloaded_error", "message": "Overloaded"})
SPOKEN = (start(), text_start(), PING, more("Grüße "), more("an alle ✓"), stop(), ending(), STOP)
CALLING = (
    start(472), text_start(), PING, more("Let me look."), stop(),
    use_start(1, "toolu_01", "weather"), more_json("", 1), more_json('{"city": "Mün', 1), more_json('chen"}', 1),
    stop(1), use_start(2, "toolu_02", "time"), stop(2), ending("tool_use", 89), STOP,
)  # fmt: skip


def two(first: str, second: str = "", **changes: Any) -> m.Plan:
    """The sample's plan with targets of these vendors; the second is as the first where nothing is said."""
    vendors = (first, second or first)
    made = zip(("first", "second"), vendors, strict=True)
    return plan(targets=tuple(target(name, provider=vendor, **changes) for name, vendor in made))


@contextlib.contextmanager
def claude(here: Desk, **more: Any) -> Iterator[Any]:
    """Anthropic's own client of the gateway."""
    with anthropic.Anthropic(base_url=here.url, **{"api_key": "any", "max_retries": 0, **more}) as client:
        yield client


@contextlib.contextmanager
def gpt(here: Desk) -> Iterator[Any]:
    """OpenAI's own client of the gateway."""
    with openai.OpenAI(base_url=f"{here.url}/v1", api_key="any", max_retries=0) as client:
        yield client


async def wrote(case: Case) -> None:
    await case.reply(200, message(f"from {case.target}"))
