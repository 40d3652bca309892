"""Whether what a file says of its agents makes sense: judges of delegates, hand-overs and failures."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.base.errors import Problem
from archwright.base.text import nearest
from archwright.spec.model import Component, System
from archwright.spec.settings.agents import AgentSettings, AskedSettings, Delegate, HandOver

NOBODY = "nobody"  # what a model answers when it needs no delegate
DEEPEST = 20  # agents and tools in a row, each asked by the one before it
ASKED = ("agent", "tool", "retrieval")  # traits of what can be a delegate


def runnable(system: System) -> dict[str, AgentSettings]:
    """The agents that have instructions and a route, by name, in file order."""
    found = {name: item.settings_as(AgentSettings) for name, item in system.with_trait("agent").items()}
    return {name: item for name, item in found.items() if item is not None and item.instructions and item.route}


def agents(system: System) -> Iterator[Problem]:
    """Every problem of the agents and tools of a system."""
    for name, component in system.components.items():
        agent = component.settings_as(AgentSettings)
        if agent is not None:
            yield from _whole(name, agent)
            yield from (
                problem for to, item in agent.delegates.items() for problem in _delegate(system, name, agent, to, item)
            )
            if agent.hand_over is not None:
                yield from _person(system, name, agent.hand_over)
    yield from _circles(system)


def _whole(name: str, agent: AgentSettings) -> Iterator[Problem]:
    """An agent that says how it works has all that it needs to work."""
    if agent.instructions and agent.route is None:
        mend = "add `route: …`, the gateway's route that writes its answers"
        yield Problem("half-an-agent", f"agent `{name}` has instructions but no `route`", agent.where, mend)
    said = [key for key in ("route", "choice_route", "delegates", "hand_over") if getattr(agent, key)]
    if said and not agent.instructions:
        message = f"agent `{name}` has `{said[0]}` but no `instructions`"
        yield Problem("half-an-agent", message, agent.place(said[0]), "add `instructions: …`, what it is told to do")


def _delegate(system: System, name: str, agent: AgentSettings, to: str, item: Delegate) -> Iterator[Problem]:
    component = system.components.get(to)
    if component is None:
        hint = nearest(to, system.components)
        mend = f"did you mean `{hint}`?" if hint else "name an agent or a tool"
        yield Problem("unknown-name", f"agent `{name}` asks `{to}`, and there is no such component", item.where, mend)
        return
    if not any(component.has(trait) for trait in ASKED):
        mend = "people take over with `hand_over`" if component.has("human") else "name an agent, a tool or a retriever"
        yield Problem("not-a-delegate", f"agent `{name}` cannot ask `{to}`, a {component.kind}", item.where, mend)
        return
    if to == NOBODY:
        message = f"no delegate can be called `{NOBODY}`: a model answers so when it needs none"
        yield Problem("taken-name", message, item.where, "rename it")
    if system.flow(name, to) is None:
        mend = f"add a flow from `{name}` to `{to}` with its timeout"
        yield Problem("no-flow", f"agent `{name}` asks `{to}`, but no flow leads there", item.where, mend)
    yield from _answers(name, to, component, item)
    yield from _failure(name, agent, to, item)


def _answers(name: str, to: str, component: Component, item: Delegate) -> Iterator[Problem]:
    """What is asked can answer."""
    agent = component.settings_as(AgentSettings)
    if agent is not None and not agent.instructions:
        message = f"agent `{name}` asks agent `{to}`, which has no `instructions`"
        yield Problem("half-an-agent", message, item.where, f"say under `{to}` what it is told to do, and its `route`")
    tool = component.settings_as(AskedSettings)
    if tool is not None and not (tool.endpoint or tool.example):
        message = f"agent `{name}` asks `{to}`, which has no answer"
        mend = f"add `example: …` to `{to}` for rehearsals, and `endpoint: https://…` to serve"
        yield Problem("no-answer", message, item.where, mend)


def _failure(name: str, agent: AgentSettings, to: str, item: Delegate) -> Iterator[Problem]:
    way = item.if_fails
    if way.do == "hand-over" and agent.hand_over is None:
        message = f"agent `{name}` hands over when `{to}` fails, but to nobody"
        yield Problem("nobody-to-hand-over-to", message, way.where, "add `hand_over: …` with a human-review component")
    if way.do == "answer" and not way.answer.strip():
        message = f"agent `{name}` answers with prepared words when `{to}` fails, but there are none"
        yield Problem("no-words", message, way.where, "write `if_fails: {answer: …}`")
    if way.do != "answer" and way.answer:
        message = f"agent `{name}` has prepared words for when `{to}` fails, but does `{way.do}`"
        yield Problem("two-ways", message, way.where, "keep `do` or `answer`")


def _person(system: System, name: str, hand_over: HandOver) -> Iterator[Problem]:
    component = system.components.get(hand_over.to)
    if component is not None and not component.has("human"):
        message = f"agent `{name}` hands over to `{hand_over.to}`, and that is no person"
        yield Problem("not-a-person", message, hand_over.to.where, "name a component of kind human-review")


def _circles(system: System) -> Iterator[Problem]:
    """Whoever asks whoever asked it would wait for itself."""
    asks = {
        str(name): [to for to in agent.delegates if to in system.components]
        for name, item in system.components.items()
        if (agent := item.settings_as(AgentSettings)) is not None
    }
    done: dict[str, int] = {}  # how many agents and tools stand in a row from here
    for start in asks:
        path: dict[str, Iterator[str]] = {} if start in done else {start: iter(asks[start])}
        while path:
            node = next(reversed(path))
            to = next(path[node], None)
            if to is None:
                done[node] = 1 + max((done.get(other, 0) for other in asks.get(node, ())), default=0)
                if done[node] == DEEPEST + 1:
                    message = f"`{node}` begins a row of more than {DEEPEST} that ask each other"
                    yield Problem("too-deep", message, system.components[node].where, "let one agent ask several")
                del path[node]
            elif to in path:
                names = [*list(path)[list(path).index(to) :], to]
                agent = system.components[node].settings_as(AgentSettings)
                where = agent.delegates[to].where if agent is not None else system.components[node].where
                message = f"agents ask each other in a circle: {' -> '.join(names)}"
                yield Problem("delegation-circle", message, where, "remove one of these delegates")
            elif to not in done:
                path[to] = iter(asks.get(to, ()))
