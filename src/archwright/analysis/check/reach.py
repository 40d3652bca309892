"""What reaches what: ways through the flows of a system, and the guards on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from archwright.spec.model import Component, Flow, System
from archwright.spec.settings.agents import AgentSettings
from archwright.spec.settings.guards import GuardSettings
from archwright.spec.settings.tools import Powers


def ahead(system: System, name: str) -> Iterator[Flow]:
    """The flows that leave a component, ways back left out."""
    return (flow for flow in system.flows if flow.source == name and not flow.returns)


def guards(component: Component, side: str) -> bool:
    """Whether it is a guard that looks at what goes `side` (input or output)."""
    settings = component.settings_as(GuardSettings)
    return component.has("guard") and (settings is None or settings.side in (side, "both"))


def guarded(system: System, name: str, side: str) -> bool:
    """Whether a component is a guard of that side, or asks one that it waits for."""
    asked = (flow.target for flow in ahead(system, name) if flow.mode == "sync")
    return any(guards(system.components[item], side) for item in (name, *asked))


def open_ways(system: System, start: str, side: str) -> dict[str, tuple[str, ...]]:
    """What is reached from `start` past no guard of that side: each component with the shortest way to it."""
    return _ways(system, start, {name for name in system.components if guarded(system, name, side)})


def reached(system: System, start: str) -> dict[str, tuple[str, ...]]:
    """Every component that is reached from `start`, guards or not, with the shortest way to it."""
    return _ways(system, start, set())


def _ways(system: System, start: str, closed: Collection[str]) -> dict[str, tuple[str, ...]]:
    leaving: dict[str, list[str]] = {}
    for flow in system.flows:
        if not flow.returns:
            leaving.setdefault(flow.source, []).append(str(flow.target))
    found: dict[str, tuple[str, ...]] = {}
    waiting: list[tuple[str, ...]] = [] if start in closed else [(start,)]
    for way in waiting:
        for target in leaving.get(way[-1], ()):
            if target not in found and target != start and target not in closed:
                found[target] = (*way, target)
                waiting.append(found[target])
    return found


def calls_of_agents(system: System) -> Iterator[tuple[str, Flow]]:
    """(agent, flow) of everything that an agent calls itself."""
    for name in system.with_trait("agent"):
        yield from ((name, flow) for flow in ahead(system, name))


def tools_of(system: System, agent: str) -> list[str]:
    """The tools that an agent may call: those of its list, and those that a flow leads to."""
    settings = system.components[agent].settings_as(AgentSettings)
    listed = [str(name) for name in (settings.tools if settings is not None else ())]
    led = [str(flow.target) for flow in ahead(system, agent)]
    return [name for name in dict.fromkeys([*listed, *led]) if system.components[name].has("tool")]


def held_by_agents(system: System) -> Iterator[tuple[str, Component, Powers]]:
    """Every tool that an agent may call, once, with what the file says about it."""
    seen = dict.fromkeys(name for agent in system.with_trait("agent") for name in tools_of(system, agent))
    for name in seen:
        component = system.components[name]
        settings = component.settings_as(Powers)
        if settings is not None:
            yield name, component, settings
