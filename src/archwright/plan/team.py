"""Agents of a system compiled: names become places, the flow between two agents becomes patience."""

from __future__ import annotations

from archwright.plan import agents as a
from archwright.plan.entries import Entries
from archwright.spec.delegation import runnable
from archwright.spec.settings.agents import ALWAYS, AgentSettings, AskedSettings, Delegate
from archwright.spec.settings.work import WorkSettings


def team(work: Entries, gateway: str, routes: dict[str, int]) -> tuple[tuple[a.Agent, ...], tuple[a.Tool, ...]]:
    """The agents that can be run and the tools that they ask, in file order."""
    found = runnable(work.system)
    asked = {name for agent in found.values() for name in agent.delegates} - found.keys()
    agents = tuple(_agent(work, gateway, name, settings, routes) for name, settings in found.items())
    return agents, tuple(_tool(work, name) for name in work.system.components if name in asked)


def _agent(work: Entries, gateway: str, name: str, settings: AgentSettings, routes: dict[str, int]) -> a.Agent:
    key = f"components.{name}"
    to_gateway = work.system.flow(name, gateway)
    person = settings.hand_over
    route = settings.route or ""
    median_s, spread, error_rate = _law(work, name, settings)
    return a.Agent(
        name=name,
        title=str(work.system.components[name].title or name),
        instructions=_one_line(settings.instructions),
        route=routes[route],
        choice_route=routes[settings.choice_route or route],
        delegates=tuple(_delegate(work, name, to, item) for to, item in settings.delegates.items()),
        hand_over=a.HandOver(str(person.to), _one_line(person.when), _words(person.cues), _one_line(person.say))
        if person
        else None,
        max_steps=work.whole(f"{key}.max_steps", settings.max_steps, "model calls at most"),
        max_cost=work.whole(f"{key}.max_cost", settings.max_cost, "spent at most"),
        call_timeout_s=to_gateway.timeout.value if to_gateway and to_gateway.timeout else 0.0,
        median_s=median_s,
        spread=spread,
        error_rate=error_rate,
    )


def _delegate(work: Entries, agent: str, name: str, item: Delegate) -> a.Delegate:
    flow = work.system.flow(agent, name)
    retry = flow.retry if flow else None
    return a.Delegate(
        name=name,
        when=_one_line(item.when),
        cues=_words(item.cues),
        always=item.when.strip() == ALWAYS,
        if_fails=str(item.if_fails.do),  # type: ignore[arg-type] # the reader lets only these words through
        words=_one_line(item.if_fails.answer),
        timeout_s=flow.timeout.value if flow and flow.timeout else 0.0,
        attempts=retry.attempts.whole if retry else 1,
        backoff_s=retry.backoff.value if retry and retry.backoff else 0.0,
    )


def _tool(work: Entries, name: str) -> a.Tool:
    component = work.system.components[name]
    settings = component.settings_as(AskedSettings) or AskedSettings()
    median_s, spread, error_rate = _law(work, name, settings)
    return a.Tool(
        name=name,
        title=str(component.title or name),
        endpoint=str(settings.endpoint),
        example=_one_line(settings.example),
        median_s=median_s,
        spread=spread,
        error_rate=error_rate,
    )


def _law(work: Entries, name: str, settings: WorkSettings) -> tuple[float, float, float]:
    """Median and sigma of the time that a component's own work takes, and how often it fails."""
    key = f"components.{name}"
    return (
        work.note(f"{key}.latency", settings.latency, "median time of one piece of work"),
        work.note(f"{key}.work_spread", settings.spread, "sigma of the spread of that time"),
        work.note(f"{key}.work_errors", settings.error_rate, "work that fails without an outage"),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _words(cues: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_one_line(cue) for cue in cues if cue.strip())
