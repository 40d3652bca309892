"""Deliverable 2: a reference architecture: interfaces, state, and what happens when one agent fails."""

from __future__ import annotations

import datetime as dt

from archwright.analysis.status.deliverable import Deliverable, Item, Seen, lacking
from archwright.base.text import plural
from archwright.spec.model import System
from archwright.spec.settings.agents import AgentSettings


def _agents(system: System) -> dict[str, AgentSettings]:
    found = ((name, item.settings_as(AgentSettings)) for name, item in system.with_trait("agent").items())
    return {name: settings for name, settings in found if settings is not None}


def _interfaces(system: System, _: dt.date) -> Seen:
    if not system.flows:
        return Seen(False, "nothing flows")
    waited = [flow for flow in system.flows if flow.mode == "sync" and not flow.returns]
    endless = [f"{flow.source} → {flow.target}" for flow in waited if flow.timeout is None]
    return lacking(endless, "no timeout is set for", f"{plural(len(waited), 'call')}, each with a timeout")


def _state(system: System, _: dt.date) -> Seen:
    silent = [name for name, item in system.with_trait("store").items() if not item.state]
    stores = len(system.with_trait("store"))
    if not stores:
        return Seen(None, "nothing is kept")
    return lacking(
        silent, "what it remembers is not said of", f"{plural(stores, 'store')}, each says what it remembers"
    )


def _run(system: System, _: dt.date) -> Seen:
    agents = _agents(system)
    if not agents:
        return Seen(None, "there is no agent")
    mute = [name for name, item in agents.items() if not item.instructions]
    return lacking(mute, "these cannot be run, they have no instructions", f"{plural(len(agents), 'agent')} can be run")


def _delegates(system: System, _: dt.date) -> Seen:
    agents = _agents(system)
    asked = sum(len(item.delegates) for item in agents.values())
    if not agents:
        return Seen(None, "there is no agent")
    if not asked:
        return Seen(False, "no agent says whom it asks, nor what follows when they fail")
    return Seen(True, f"{plural(asked, 'delegate')}, each with what follows when it fails")


def _people(system: System, _: dt.date) -> Seen:
    agents = _agents(system)
    if not agents:
        return Seen(None, "there is no agent")
    over = [name for name, item in agents.items() if item.hand_over is not None]
    return Seen(bool(over), f"handed over by {', '.join(over)}" if over else "no agent can hand over to a person")


def _outage(system: System, _: dt.date) -> Seen:
    down = [name for name, item in system.scenarios.items() if any(change.what == "down" for change in item.changes)]
    return Seen(bool(down), f"scenario {', '.join(down)}" if down else "no scenario takes a part away")


DELIVERABLE = Deliverable(
    number=2,
    title="Architecture",
    question="How do the parts speak, where is state kept, and what happens when one agent fails?",
    commands=("draw", "drill", "rehearse"),
    items=(
        Item("interfaces with timeouts", _interfaces, "add `timeout:` to the flow", 6),
        Item("where state is stored", _state, "add `state:` to the store", 15),
        Item("agents that run", _run, "give the agent `instructions:` and a `route:`", 12),
        Item("what follows when one fails", _delegates, "list `delegates:` with `if_fails:` at the agent", 11),
        Item("a person who takes over", _people, "add `hand_over:` to the agent", 16),
        Item("an outage to survive", _outage, "add a scenario with a change `what: down`", 7),
    ),
)
