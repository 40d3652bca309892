"""Deliverable 1: what the parts are, where data lives, what depends on what, what breaks first."""

from __future__ import annotations

import datetime as dt

from archwright.analysis.status.deliverable import Deliverable, Item, Seen, lacking
from archwright.base.text import plural
from archwright.spec.model import System


def _parts(system: System, _: dt.date) -> Seen:
    orphans = [name for name in system.components if not system.owner_of(name)]
    return lacking(orphans, "nobody answers for", f"{plural(len(system.components), 'part')}, each with an owner")


def _data(system: System, _: dt.date) -> Seen:
    if not system.data:
        return Seen(False, "no class of data is declared")
    stores = [name for name, item in system.with_trait("store").items() if not item.data]
    classes = plural(len(system.data), "class", "classes")
    return lacking(stores, "what is kept is not said of", f"{classes} of data, and each store says what it keeps")


def _ties(system: System, _: dt.date) -> Seen:
    tied = {str(end) for flow in system.flows for end in (flow.source, flow.target)}
    loose = [name for name in system.components if name not in tied]
    return lacking(loose, "nothing flows to or from", f"{plural(len(system.flows), 'flow')}, and no part stands alone")


def _losses(system: System, _: dt.date) -> Seen:
    silent = [
        name
        for name, item in system.components.items()
        if item.has("compute") and not item.has("actor") and not item.failure and not item.has("human")
    ]
    return lacking(silent, "what is lost with it is not said of", "every working part says what is lost with it")


def _promises(system: System, _: dt.date) -> Seen:
    if not system.objectives:
        return Seen(False, "nothing is promised, so nothing can break")
    return Seen(True, f"{plural(len(system.objectives), 'promise')} that a simulation can break")


def _journeys(system: System, _: dt.date) -> Seen:
    journeys = system.workload.journeys
    critical = [name for name, item in journeys.items() if item.critical]
    if not journeys:
        return Seen(False, "no journey is written")
    return Seen(bool(critical), f"critical: {', '.join(critical)}" if critical else "no journey is marked critical")


DELIVERABLE = Deliverable(
    number=1,
    title="Foundations",
    question="What are the parts, where does data live, what depends on what, what breaks first under load?",
    commands=("draw --overlay data", "draw --overlay dependencies", "stress"),
    items=(
        Item(
            "journeys through the parts",
            _journeys,
            "write `workload.journeys` with their steps; mark one `critical`",
            1,
        ),
        Item("parts and their owners", _parts, "add `owner:` at the top, or at the part", 3),
        Item("where data lives", _data, "declare `data:` classes and name them at the stores and flows", 4),
        Item("what depends on what", _ties, "draw the missing `flows:`, or remove the part", 5),
        Item("what is lost when a part fails", _losses, "add `failure:` to the part: what a user then sees", 14),
        Item("promises that load can break", _promises, "add `objectives:`, such as a p95 and a monthly cost", 2),
    ),
)
