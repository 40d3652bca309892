"""Deliverable 4: how it takes a spike, where a cache helps, what a month of tokens costs."""

from __future__ import annotations

import datetime as dt

from archwright.analysis.status.deliverable import Deliverable, Item, Seen, lacking
from archwright.base.text import plural
from archwright.spec.judge import routes_of
from archwright.spec.model import System
from archwright.spec.settings.gateway import GatewaySettings

SPIKE = 10.0


def _volume(system: System, _: dt.date) -> Seen:
    journeys = system.workload.journeys
    if not journeys:
        return Seen(False, "no journey is written")
    guessed = [name for name, item in journeys.items() if item.volume.origin == "guessed" and not item.volume.note]
    return lacking(guessed, "the volume is a bare guess of", f"{plural(len(journeys), 'volume')} with a stated basis")


def _spike(system: System, _: dt.date) -> Seen:
    largest = max(
        (change.factor.value for item in system.scenarios.values() for change in item.changes if change.what == "load"),
        default=1.0,
    )
    if largest >= SPIKE:
        return Seen(True, f"a scenario of {largest:g} times the busiest hour")
    return Seen(
        False, f"the largest spike is {largest:g} times the busiest hour" if largest > 1 else "no spike is written"
    )


def _cache(system: System, _: dt.date) -> Seen:
    cached = [name for name, (_, route) in routes_of(system).items() if route.cache is not None]
    repeated = [name for name, item in system.workload.journeys.items() if item.repetition is not None]
    if cached and repeated:
        return Seen(True, f"route {', '.join(cached)}; repetition is stated for {', '.join(repeated)}")
    if cached:
        return Seen(False, "a cache, but nothing says how often the same is asked")
    return Seen(False, "no route has a cache, and nothing says how often the same is asked")


def _budget(system: System, _: dt.date) -> Seen:
    gateways = {name: item.settings_as(GatewaySettings) for name, item in system.with_trait("gateway").items()}
    if not gateways:
        return Seen(False, "no gateway, so nobody can stop the spending")
    free = [name for name, settings in gateways.items() if settings is not None and settings.budget is None]
    return lacking(free, "spending has no cap at", "spending has a cap")


def _cost(system: System, _: dt.date) -> Seen:
    found = [name for name, item in system.objectives.items() if item.measure == "cost"]
    return Seen(bool(found), f"objective {', '.join(found)}" if found else "no monthly cost is promised")


def _fallback(system: System, _: dt.date) -> Seen:
    alone = [name for name, (_, route) in routes_of(system).items() if len(route.targets) < 2 and not route.degraded]
    if not routes_of(system):
        return Seen(False, "no route is written")
    return lacking(alone, "one failure ends", "every route has a second model or words of its own")


DELIVERABLE = Deliverable(
    number=4,
    title="Scale and cost",
    question="How does it take ten times the load, where does a cache help, what does a month of tokens cost?",
    commands=("price", "stress", "draw --overlay load", "draw --overlay cost"),
    items=(
        Item("a volume with a basis", _volume, "say where the volume is from: `measured:`, `source:` or `guess:`", 9),
        Item("a spike of ten times", _spike, "add a scenario with `{what: load, factor: 10x, …}`", 7),
        Item("where a cache applies", _cache, "add a `cache` to a route and `repetition:` to its journey", 20),
        Item("a spend cap", _budget, "add `budget:` to the gateway", 6),
        Item("a promised monthly cost", _cost, "add an objective `{measure: cost, at_most: …}`", 10),
        Item("what stands in when a model fails", _fallback, "add a second target, or `degraded:` words", 8),
    ),
)
