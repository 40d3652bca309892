"""Agents as a plan holds them: whom each may ask, how long it waits, what follows when that fails, its bounds.

Times in seconds, money in pico-dollars. Routes are named by their index in the plan's routes, everything else by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec.structs import replace

from archwright.base.text import slug

PREFIX = "agent/"  # of the model name under which clients ask for an agent

IfFails = Literal["skip", "hand-over", "answer", "fail"]
_Amount = Annotated[float, msgspec.Meta(ge=0)]
_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
_Whole = Annotated[int, msgspec.Meta(ge=0)]
_Count = Annotated[int, msgspec.Meta(ge=1)]


class Delegate(msgspec.Struct, frozen=True):
    """Whom an agent may ask. `words` are what the customer gets where `if_fails` is `answer`; `timeout_s` 0: no end."""

    name: str
    when: str
    cues: tuple[str, ...]
    always: bool
    if_fails: IfFails
    words: str
    timeout_s: _Amount
    attempts: _Count
    backoff_s: _Amount


class HandOver(msgspec.Struct, frozen=True):
    """The people who take over, and what the customer reads meanwhile. No `when`: the model cannot choose them."""

    to: str
    when: str
    cues: tuple[str, ...]
    say: str


class Agent(msgspec.Struct, frozen=True):
    """An agent that can be run. 0 is no bound: of `max_steps` (model calls), `max_cost` and `call_timeout_s`."""

    name: str
    title: str
    instructions: str
    route: _Whole
    choice_route: _Whole
    delegates: tuple[Delegate, ...]
    hand_over: HandOver | None
    max_steps: _Whole
    max_cost: _Whole
    call_timeout_s: _Amount
    median_s: _Amount
    spread: _Amount
    error_rate: _Share

    def delegate(self, name: str) -> Delegate:
        """The delegate called `name`.

        Raises:
            KeyError: there is none.
        """
        return {item.name: item for item in self.delegates}[name]


class Tool(msgspec.Struct, frozen=True):
    """What an agent asks that is no agent: its address, the answer that stands in for it, its law of time."""

    name: str
    title: str
    endpoint: str
    example: str
    median_s: _Amount
    spread: _Amount
    error_rate: _Share


def entries(agents: Sequence[Agent]) -> tuple[Agent, ...]:
    """The agents that no other agent asks: where a conversation begins."""
    asked = {item.name for agent in agents for item in agent.delegates}
    return tuple(agent for agent in agents if agent.name not in asked)


def served(system: str, agents: Sequence[Agent]) -> dict[str, str]:
    """Model names and the agents behind them: each entry by its name, the first one by the system's name too."""
    found = {f"{PREFIX}{slug(system).lower()}": agent.name for agent in entries(agents)[:1]}
    return {**found, **{f"{PREFIX}{agent.name}": agent.name for agent in entries(agents)}}


def emulated_only(tools: Sequence[Tool]) -> tuple[str, ...]:
    """Tools that cannot be asked for real."""
    return tuple(tool.name for tool in tools if not tool.endpoint)


def compressed(agents: Sequence[Agent], scale: float) -> tuple[Agent, ...]:
    """The same agents in a time that runs `scale` times as fast."""
    return tuple(
        replace(
            agent,
            call_timeout_s=agent.call_timeout_s / scale,
            median_s=agent.median_s / scale,
            delegates=tuple(
                replace(item, timeout_s=item.timeout_s / scale, backoff_s=item.backoff_s / scale)
                for item in agent.delegates
            ),
        )
        for agent in agents
    )


def strays(agents: Sequence[Agent], tools: Sequence[Tool], routes: int) -> Iterator[str]:
    """What a plan's agents name and the plan does not hold, in words."""
    known = {agent.name for agent in agents} | {tool.name for tool in tools}
    if len(known) < len(agents) + len(tools):
        yield "two agents or tools have one name"
    for agent in agents:
        if max(agent.route, agent.choice_route) >= routes:
            yield f"agent {agent.name} names a route beyond the {routes} that there are"
        yield from (f"agent {agent.name} asks {item.name}" for item in agent.delegates if item.name not in known)
        if any(item.if_fails == "hand-over" for item in agent.delegates) and agent.hand_over is None:
            yield f"agent {agent.name} hands over to nobody"
    if agents and not entries(agents):
        yield "every agent is asked by another one"
