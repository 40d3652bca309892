"""Deliverable 3: a decision matrix of real options, and the record that follows from it."""

from __future__ import annotations

import datetime as dt

from archwright.analysis.status.deliverable import Deliverable, Item, Seen, lacking
from archwright.base.text import plural
from archwright.spec.model import System


def _options(system: System, _: dt.date) -> Seen:
    if not system.decisions:
        return Seen(False, "no decision is written")
    count = sum(len(item.options) for item in system.decisions.values())
    return Seen(True, f"{plural(count, 'option')} weighed")


def _nothing(system: System, _: dt.date) -> Seen:
    if not system.decisions:
        return Seen(False, "no decision is written")
    found = [
        name for name, item in system.decisions.items() if any(option.do_not_build for option in item.options.values())
    ]
    return Seen(bool(found), "not building it is an option" if found else "not building it was never an option")


def _criteria(system: System, _: dt.date) -> Seen:
    if not system.decisions:
        return Seen(False, "no decision is written")
    bare = [name for name, item in system.decisions.items() if not item.criteria]
    count = sum(len(item.criteria) for item in system.decisions.values())
    return lacking(bare, "nothing says what is good in", plural(count, "weighted criterion", "weighted criteria"))


def _chosen(system: System, _: dt.date) -> Seen:
    if not system.decisions:
        return Seen(False, "no decision is written")
    waiting = [name for name, item in system.decisions.items() if not item.chosen and item.status == "proposed"]
    return lacking(waiting, "still open", plural(len(system.decisions), "answer") + " with its reason")


def _assumptions(system: System, _: dt.date) -> Seen:
    accepted = {name: item for name, item in system.decisions.items() if item.status == "accepted"}
    if not accepted:
        return Seen(False, "no decision is accepted")
    count = sum(len(item.assumptions) for item in accepted.values())
    loose = [name for name, item in accepted.items() if not item.assumptions]
    return lacking(loose, "nothing can reopen", f"{plural(count, 'assumption')} that a run tests")


DELIVERABLE = Deliverable(
    number=3,
    title="Selection",
    question="Our own open weights, a managed model, or nothing at all: at which volume, and what flips the answer?",
    commands=("decide",),
    items=(
        Item("options that differ", _options, "write `decisions:` with at least two options, one an overlay", 8),
        Item("not building it", _nothing, "add an option with `do_not_build: true` and what that costs", 17),
        Item("weighted criteria", _criteria, "add `criteria:` with weights; cost and latency are computed", 13),
        Item("an answer with its reason", _chosen, "write `chosen:` and `because:`", 18),
        Item("assumptions that can break", _assumptions, "add `assumptions:`, such as `monthly requests <= 3M`", 19),
    ),
)
