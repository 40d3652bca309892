"""Where a conversation stands: plain data, so that SQLite keeps it and nothing but data comes back from there."""

from __future__ import annotations

import hashlib
from typing import Final, TypedDict

import msgspec

from archwright.runtime.agents.words import Message, Note, said

# How a turn ends.
ANSWERED: Final = "answered"
PREPARED: Final = "prepared"
HANDED_OVER: Final = "handed-over"
FAILED: Final = "failed"
BY_PERSON: Final = "answered-by-person"


class Frame(TypedDict):
    """An agent at work, asked by the one below it. `left_s`: time that is left to it (below 0: no end)."""

    agent: str
    notes: list[Note]
    asked: dict[str, int]
    calls: int
    cost: int
    left_s: float


class State(TypedDict, total=False):
    """One turn of a conversation: what was asked, who is at work, what came of it. Money in pico-dollars."""

    messages: list[Message]
    digest: str
    frames: list[Frame]
    worked: list[str]
    skipped: list[str]
    calls: int
    cost: int
    tokens_in: int
    tokens_out: int
    outcome: str
    answer: str
    why: str
    to: str


def begin(agent: str, messages: list[Message]) -> State:
    """The state in which a turn begins. Every key is set, because the turn before it left its own."""
    return State(
        messages=messages,
        digest=digest(messages),
        frames=[frame(agent, -1.0)],
        worked=[],
        skipped=[],
        calls=0,
        cost=0,
        tokens_in=0,
        tokens_out=0,
        outcome="",
        answer="",
        why="",
        to="",
    )


def frame(agent: str, left_s: float) -> Frame:
    """An agent that has done nothing yet."""
    return Frame(agent=agent, notes=[], asked={}, calls=0, cost=0, left_s=left_s)


def digest(messages: list[Message]) -> str:
    """What tells one question from another: equal messages, equal digest."""
    return hashlib.blake2b(msgspec.json.encode(messages, order="deterministic"), digest_size=16).hexdigest()


def question(state: State) -> str:
    """The customer's last words."""
    return next((said(item) for item in reversed(state["messages"]) if item.get("role") == "user"), "")
