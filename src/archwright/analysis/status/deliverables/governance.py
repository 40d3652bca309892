"""Deliverable 5: risk and obligations, the industry's checklist, and outcomes tracked into a return."""

from __future__ import annotations

import datetime as dt

from archwright.analysis.status.deliverable import Deliverable, Item, Seen, lacking
from archwright.base.text import plural
from archwright.spec.context import UNKNOWN
from archwright.spec.model import System

OUTCOMES = 2


def _facts(system: System, _: dt.date) -> Seen:
    context = system.context
    open_ = [
        name
        for name, known in (
            ("use_cases", context.use_cases is not None),
            ("markets", bool(context.markets)),
            ("effect", context.decisions.effect != UNKNOWN),
            ("mode", context.decisions.mode != UNKNOWN),
            ("affected", context.people.affected is not None),
        )
        if not known
    ]
    return lacking(open_, "unknown", "the facts that a risk tier follows from are stated")


def _industry(system: System, _: dt.date) -> Seen:
    known = system.context.industry != UNKNOWN
    return Seen(known, f"industry: {system.context.industry}" if known else "the industry is unknown")


def _risks(system: System, as_of: dt.date) -> Seen:
    if not system.risks:
        return Seen(False, "no risk is registered")
    late = [name for name, item in system.risks.items() if item.review.date < as_of]
    return lacking(late, "to be looked at again", f"{plural(len(system.risks), 'risk')}, each with an owner and a day")


def _incident(system: System, _: dt.date) -> Seen:
    plan = system.operation.incidents
    there = plan is not None and bool(plan.contact)
    return Seen(there, f"{plan.contact} is called" if plan and there else "nobody is named who is called at night")


def _outcomes(system: System, _: dt.date) -> Seen:
    count = len(system.metrics)
    return Seen(count >= OUTCOMES, f"{plural(count, 'outcome')} with a baseline and a target" if count else "none")


def _worth(system: System, _: dt.date) -> Seen:
    counted = [name for name, item in system.metrics.items() if item.worth or item.target.dimension == "money-rate"]
    return Seen(bool(counted), f"worth is stated of {', '.join(counted)}" if counted else "no outcome has a worth")


def _readings(system: System, as_of: dt.date) -> Seen:
    if not system.metrics:
        return Seen(False, "no outcome is stated")
    silent = [name for name, item in system.metrics.items() if not any(r.on.date <= as_of for r in item.readings)]
    return lacking(silent, "not measured yet", "every outcome has been measured")


def _vouched(system: System, as_of: dt.date) -> Seen:
    if not system.attestations:
        return Seen(False, "nobody vouches for what cannot be derived")
    stale = [name for name, item in system.attestations.items() if not item.holds(as_of)]
    return lacking(stale, "no longer current", plural(len(system.attestations), "current statement"))


DELIVERABLE = Deliverable(
    number=5,
    title="Governance and value",
    question="Which risk and which duties, what does the industry's checklist say, and was it worth it?",
    commands=("govern", "brief", "measure"),
    items=(
        Item("facts that a tier follows from", _facts, "answer them under `context:`; `unknown` is an answer too", 5),
        Item("the industry", _industry, "add `industry:` under `context:`", 21),
        Item("risks with owners", _risks, "write `risks:` with likelihood, impact, treatment, owner and day", 9),
        Item("who is called", _incident, "add `operation.incidents.contact`", 22),
        Item("two outcomes that can be measured", _outcomes, "write two `metrics:` with baseline and target", 4),
        Item("what they are worth", _worth, "add `worth:` to a metric, so that a return can be counted", 23),
        Item("readings after launch", _readings, "add `readings:` to each metric once it runs", 24),
        Item("statements that somebody answers for", _vouched, "write `attestations:` for what nobody can derive", 25),
    ),
)
