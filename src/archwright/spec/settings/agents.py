"""What an agent adds to a component: its prompt, whom it may ask, what follows when they fail, the bounds of its loop.

How long it waits for a delegate, and how often it asks again, stands at the flow between the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from archwright.spec.given import Given, Word
from archwright.spec.settings.work import WorkSettings
from archwright.spec.shapes import Record, choice, named, number, one, reference, references, text, texts

ALWAYS = "always"


@dataclass(frozen=True, kw_only=True)
class IfFails(Record):
    """What follows when a delegate does not answer: one word, or `{answer: …}` with what the customer reads."""

    SHORT: ClassVar[str] = "do"
    do: str = choice(
        ("skip", "hand-over", "answer", "fail"),
        "skip: go on without it; hand-over: a person takes over; answer: the customer gets prepared words; "
        "fail: the agent that asked fails too",
        default="answer",
    )
    answer: Word = text("the prepared words", default="")


@dataclass(frozen=True, kw_only=True)
class Delegate(Record):
    """An agent or a tool that an agent may ask. It is asked at most once for each question."""

    when: Word = text("in words, as the model is told; `always`: for every question, without asking the model")
    cues: tuple[Word, ...] = texts("words in a question that call for it: told to the model; the emulated one obeys")
    if_fails: IfFails = one(IfFails, "what follows when it does not answer")


@dataclass(frozen=True, kw_only=True)
class HandOver(Record):
    """The people who take over, and what the customer reads meanwhile."""

    SHORT: ClassVar[str] = "to"
    to: Word = reference("components", "the people: a component of kind human-review")
    when: Word = text("in words, as the model is told; only failures and bounds hand over if left out", default="")
    cues: tuple[Word, ...] = texts("words in a question that call for a person")
    say: Word = text("what the customer reads", default="I have passed this on to a colleague, who will write to you.")


@dataclass(frozen=True, kw_only=True)
class AgentSettings(WorkSettings):
    """An agent: what it is told, whom it may ask, its own overhead, and the bounds of its loop."""

    instructions: Word = text("its prompt; an agent without one is drawn and priced, but cannot be run", default="")
    route: Word | None = reference("routes", "the gateway's route that writes its answers", default=None)
    choice_route: Word | None = reference(
        "routes", "the route that chooses who works next; `route` if left out", default=None
    )
    delegates: Mapping[str, Delegate] = named(Delegate, "the agents and tools that it may ask")
    hand_over: HandOver | None = one(HandOver, "the people who take over", default=None)
    max_steps: Given | None = number("count", "the loop ends after so many model calls", default=None, minimum=1)
    max_cost: Given | None = number("money", "the loop ends when it has spent so much", default=None, positive=True)
    tools: tuple[Word, ...] = references("components", "what else it may call")


@dataclass(frozen=True, kw_only=True)
class AskedSettings(WorkSettings):
    """What an agent can ask: where it answers, and what stands in for it without a network."""

    endpoint: Word = text("address that takes the question as JSON by POST and answers with JSON", default="")
    example: Word = text("an answer that stands in for it in rehearsals and drills", default="")
