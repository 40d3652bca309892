"""The fast engine: a plan's tables, the compiled loop over them, and the outcome that was counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from archwright.analysis.stress.kernel import prepare as p
from archwright.analysis.stress.kernel import tables as t
from archwright.analysis.stress.kernel import worths
from archwright.analysis.stress.kernel.heap import EACH
from archwright.analysis.stress.kernel.loop import DONE, FULL, run
from archwright.analysis.stress.kernel.results import outcome
from archwright.analysis.stress.outcome import Outcome
from archwright.plan.model import Plan, Scenario
from archwright.plan.trace import Trace
from archwright.policy.state import Slot

Run = Callable[[t.State, int], int]
AT_ONCE = 1 << 22  # events between two looks at the world, so that it can be interrupted


def simulate(plan: Plan, scenario: Scenario, seed: int, load: float, trace: Trace | None, loop: Run = run) -> Outcome:
    """Simulate a scenario with the kernel. `loop` is its loop as it is compiled; in plain Python it is as it stands."""
    state = grown(p.prepare(plan, scenario, seed, load, trace))
    while True:
        why = loop(state, AT_ONCE)
        if why == DONE:
            return outcome(plan, scenario, seed, load, state)
        if why == FULL:
            state = grown(state)


def grown(s: t.State) -> t.State:
    """The same state with room for twice as much, or for the first events."""
    desk = s.desk
    desk["filed"] = 0
    candidates = 0 if desk["begun"][0] else max(int(desk["kept"][0]), 2 * len(s.candidates))
    trips = max(p.TRIPS, 2 * len(s.trips))
    walks = max(p.TRIPS, int(desk["widest"][0])) * (2 if not len(s.walks) else 1) + 2 * len(s.walks)
    beside = int(desk["hedges"][0])
    kept = min(candidates, sum(int(entries) for entries in s.shelves["entries"]))
    answers = max(p.ANSWERS + kept, 2 * len(s.answers))
    ranks = _ranks(s.shelves, answers)
    calls = walks * (1 + beside)  # those that were called off keep their rows until their end would have come
    s = s._replace(
        trips=_more(s.trips, trips, desk, "trips"),
        walks=_more(s.walks, walks, desk, "walks"),
        calls=_more(s.calls, calls, desk, "calls"),
        sides=_longer(s.sides, calls * beside),
        pairs=_longer(s.pairs, walks * beside, t.NOBODY),
        seats=_more(s.seats, calls, desk, "seats"),
        sequences=type(s.sequences)(*(_longer(column, calls) for column in s.sequences)),
        answers=_more(s.answers, answers, desk, "answers"),
        ranks=_unranked(ranks),
        ranked=t.blank(ranks, t.RANKED),
        candidates=t.blank(candidates, t.CANDIDATE),
        heap=_waiting(s, max(p.EVENTS, candidates, 2 * len(s.heap), 8 * walks)),
        soon=_longer(s.soon, max(p.EVENTS, 2 * len(s.soon), 8 * walks)),
        of_slot=_longer(s.of_slot, walks),
        index=np.full(_power(2 * answers), t.NOBODY, dtype=np.int64),
    )
    machine = s.machine
    blank = t.make(Slot, [Slot()])
    before = len(machine.slots)
    slots = np.concatenate([machine.slots, np.repeat(blank, walks - before)]).view(np.recarray)
    slots["behind"][before:] = np.arange(before + 1, walks + 1)
    slots["behind"][-1] = machine.desk.free
    machine.desk.free = before
    machine = machine._replace(slots=cast(Any, slots), turns=_longer(machine.turns, walks * machine.law.width))
    return s._replace(machine=machine)


def _ranks(shelves: t.Table, answers: int) -> int:
    """How many ranks the caches need whose room may be short while there are so many answers; nothing is filed."""
    places = [0]
    for shelf in shelves:
        places.append(places[-1] + (worths.room(int(shelf["entries"])) if shelf["entries"] < answers else 0))
    shelves["first"] = np.array(places[:-1]) + worths.EACH - 1
    shelves["filed"] = 0
    return places[-1]


def _unranked(ranks: int) -> t.Table:
    """Places for ranks, without any."""
    table = t.blank(ranks, t.RANK)
    table["worth"] = np.inf
    return table


def _waiting(s: t.State, length: int) -> t.Table:
    """A longer heap of events; what stands behind the last one happens never. Four below one lie in two lines."""
    table = t.blank(length + EACH + 1, t.EVENT)[1:]
    table[: len(s.heap)] = s.heap
    table["at"][int(s.desk["pending"][0]) :] = np.inf
    return table


def _power(least: int) -> int:
    """The power of two that is at least so large."""
    return 1 << (least - 1).bit_length()


def _longer(table: Any, length: int, filled: int = 0) -> Any:
    more = t.blank(length, table.dtype) if table.dtype.names else np.zeros(length, table.dtype)
    for name in (table.dtype.names or ()) if filled else ():
        more[name] = filled
    more[: len(table)] = table
    return more


def _more(table: Any, length: int, desk: Any, name: str) -> Any:
    """A longer table whose new rows are free."""
    more = _longer(table, length)
    more["next"][len(table) :] = np.arange(len(table) + 1, length + 1)
    more["next"][-1] = desk[name][0]
    desk[name] = len(table)
    return more
