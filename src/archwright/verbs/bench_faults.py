"""`archwright bench faults`: every route of a file before the faults of a supplier, on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from archwright.base.money import show_money
from archwright.base.text import plural
from archwright.plan.model import Plan, plan_hash
from archwright.report.document import Cell, Document, Section, Table, Text, Tone
from archwright.runtime.trials.cells import (
    ANSWER,
    BROKEN,
    CALLER,
    CANNED,
    FAILED,
    KEPT,
    LEFT,
    REFUSED,
    Ground,
    Met,
    met,
)
from archwright.runtime.trials.culprit import FAULTS
from archwright.runtime.trials.lifted import apart
from archwright.verbs.answer import Answer
from archwright.verbs.bench import staged
from archwright.verbs.project import Project

LONGEST_S = 0.6  # real seconds that a timeout should last at most
SHORTEST_S = 0.25  # real seconds below which no deadline may fall, on a busy machine
GOOD = (ANSWER, KEPT, CANNED, REFUSED)
MEANING = {
    ANSWER: "a whole answer of a model",
    KEPT: "an earlier answer that was kept",
    CANNED: "the route's canned text",
    REFUSED: "the route's refusal, because no document supports an answer",
    CALLER: "the supplier's own error, because the request itself is wrong",
    FAILED: "an error 502",
    BROKEN: "the beginning of an answer, then an error event",
    LEFT: "nothing, it went away; the supplier's connection was closed",
}


def bench_faults(project: Project, progress: Callable[[str], None] = lambda _: None) -> Answer:
    """Try every fault before every route of an opened system.

    Raises:
        InputError: the system cannot be compiled, or its documents cannot be read.
        UsageError: it has no route.
        ProviderUnavailable: a process did not start.
    """
    design = project.compiled.plan
    with staged(project) as stage:
        scale = scale_of(design)
        plan = apart(design, scale)
        progress(f"{plural(len(FAULTS) * 2 * len(plan.routes), 'request')}, time runs {scale:.3g} times as fast")
        ground = Ground(stage.folder, plan, scale, stage.indexes, stage.questions)
        found = asyncio.run(met(ground, plan.routes))
    facts = (("plan", plan_hash(design)), ("time scale", f"{scale:.3g}"))
    document = Document(
        "Faults", tuple(_sections(design, found, scale)), "the routes of the file before a supplier that fails", facts
    )
    data = {"scale": scale, "cells": [msgspec.to_builtins(item) for item in found]}
    return Answer("bench-faults", (document,), data=data, plan=plan_hash(design))


def scale_of(plan: Plan) -> float:
    """How many times as fast time may run: timeouts become short, and no deadline shorter than a busy machine needs."""
    longest = max(hop.timeout_s for route in plan.routes for hop in route.hops)
    deadlines = [hop.timeout_s for route in plan.routes for hop in route.hops]
    deadlines += [route.hedge_s for route in plan.routes]
    deadlines += [
        seconds for target in plan.targets for seconds in (target.connect_s, target.first_content_s, target.stall_s)
    ]
    shortest = min(seconds for seconds in deadlines if seconds > 0.0)
    return max(1.0, min(longest / LONGEST_S, shortest / SHORTEST_S))


def _sections(plan: Plan, found: Sequence[Met], scale: float) -> list[Section]:
    said = list(dict.fromkeys(item.got for item in found))
    words = "; ".join(f"{got}: {MEANING[got]}" for got in said if got in MEANING)
    how = Text(
        "The real gateway on loopback. The first target of a request fails, each time as the row says; the others are "
        f"well. Circuits, rates and caps are off, so that no row decides the next. Time runs {scale:.3g} times as fast."
    )
    sections = [Section("faults-how", "What the client gets", (how, Text(f"{words[:1].upper()}{words[1:]}.")))]
    for number, route in enumerate(plan.routes):
        theirs = [item for item in found if item.route == route.name]
        sections.append(Section(f"faults-{number}", f"Route {route.name}", (_table(theirs), Text(_summary(theirs)))))
    return sections


def _table(found: Sequence[Met]) -> Table:
    named = {(item.fault, item.stream): item for item in found}
    rows = tuple((fault, *_cells(named[fault, False]), *_cells(named[fault, True])) for fault in FAULTS)
    headings = ("Fault", "Whole answer", "Calls", "Billed", "Stream", "Calls", "Billed")
    return Table(headings, rows, "~ marks what is estimated", frozenset((2, 3, 5, 6)))


def _cells(item: Met) -> tuple[Cell, str, str]:
    tone: Tone = "good" if item.got in GOOD else "plain" if item.got in (CALLER, LEFT) else "bad"
    return Cell(item.got, tone), str(item.calls), f"{'~' if item.estimated else ''}{show_money(item.cost)}"


def _summary(found: Sequence[Met]) -> str:
    counted = {got: sum(item.got == got for item in found) for got in dict.fromkeys(item.got for item in found)}
    return ", ".join(f"{got} {count}" for got, count in counted.items()) + f", of {plural(len(found), 'request')}."
