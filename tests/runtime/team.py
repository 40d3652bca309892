"""Agents for tests of the runtime: one that asks all others, each with another way of failing; models that obey."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from archwright.plan import agents as a
from archwright.plan import model as m
from archwright.runtime.agents.words import emulated
from tests.runtime.sample import Case, Script, completion, hop, plan, route

WORDS = "Please call us; we cannot look at contracts here."
HANDED = "A colleague will write to you."


def delegate(name: str, cue: str = "", **changes: Any) -> a.Delegate:
    values: dict[str, Any] = {
        "name": name, "when": f"it is about {cue}" if cue else "always", "cues": (cue,) if cue else (),
        "always": not cue, "if_fails": "skip", "words": "", "timeout_s": 5.0, "attempts": 1, "backoff_s": 0.01,
    }  # fmt: skip
    return a.Delegate(**{**values, **changes})


def agent(name: str, *delegates: a.Delegate, **changes: Any) -> a.Agent:
    values: dict[str, Any] = {
        "name": name, "title": name, "instructions": f"You are {name}.", "route": 0, "choice_route": 0,
        "delegates": delegates, "hand_over": None, "max_steps": 0, "max_cost": 0, "call_timeout_s": 5.0,
        "median_s": 0.0, "spread": 0.0, "error_rate": 0.0,
    }  # fmt: skip
    return a.Agent(**{**values, **changes})


def tool(name: str, example: str = "", **changes: Any) -> a.Tool:
    values = {"endpoint": "", "example": example or f"{name} found it", "median_s": 0.0, "spread": 0.0}
    return a.Tool(**{"name": name, "title": name, "error_rate": 0.0, **values, **changes})


PEOPLE = a.HandOver("people", "the customer wants a person", ("person",), HANDED)
TEAM = (
    agent(
        "chief",
        delegate("search"),
        delegate("orders", "parcel"),
        delegate("policy", "refund", if_fails="hand-over"),
        delegate("legal", "contract", if_fails="answer", words=WORDS),
        delegate("money", "invoice", if_fails="fail"),
        hand_over=PEOPLE,
    ),
    agent("orders", delegate("orders-api", if_fails="fail")),
    agent("policy"),
    agent("legal"),
    agent("money"),
)
TOOLS = (tool("search", "Returns within 30 days."), tool("orders-api", "It left on Monday."))


def team(agents: tuple[a.Agent, ...] = TEAM, tools: tuple[a.Tool, ...] = TOOLS, **changes: Any) -> m.Plan:
    """A plan with one route and these agents."""
    routes = (route("both", (hop(0), hop(1))), route("kind", (hop(0),), degraded="unsure"))
    return plan(**{"routes": routes, "agents": agents, "tools": tools, **changes})


def speaker(case: Case) -> str:
    """Which agent a prompt is of."""
    return str(case.body["messages"][0]["content"]).removeprefix("You are ").partition(".")[0]


Doing = Callable[[Case], str | int]


def models(**own: Doing) -> Script:
    """A supplier that answers as the emulated one does; `own` says what the agent of a name gets instead.

    A number is a status, words are its answer.
    """

    async def answer(case: Case) -> None:
        prompt = [(item["role"], item["content"]) for item in case.body["messages"]]
        name = speaker(case).replace("-", "_")
        said = own[name](case) if name in own else emulated(prompt) or f"{speaker(case)} says so"
        await case.reply(said, {"error": {"code": "broken"}}) if isinstance(said, int) else await case.reply(
            200, completion(said)
        )

    return Script({"first": answer, "second": answer})


def speakers(script: Script) -> list[str]:
    """Who asked a model, in order."""
    return [speaker(case) for case in script.seen]


def asked(words: str) -> dict[str, Any]:
    return {"model": "agent/chief", "messages": [{"role": "user", "content": words}]}


Headers = Mapping[str, str]
