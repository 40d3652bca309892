"""The fast engine: a plan's tables, the compiled loop over them, and the outcome that was counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from archwright.analysis.stress.kernel import prepare as p
from archwright.analysis.stress.kernel import tables as t
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
    trips = max(p.TRIPS, 2 * len(s.trips))
    walks = max(p.TRIPS, int(desk["widest"][0])) * (2 if not len(s.walks) else 1) + 2 * len(s.walks)
    beside = int(desk["hedges"][0])
    calls = walks * (1 + beside)  # those that were called off keep their rows until their end would have come
    s = s._replace(
        trips=_more(s.trips, trips, desk, "trips"),
        walks=_more(s.walks, walks, desk, "walks"),
        calls=_more(s.calls, calls, desk, "calls"),
        sides=_longer(s.sides, calls * beside),
        pairs=_longer(s.pairs, walks * beside, t.NOBODY),
        seats=_more(s.seats, calls, desk, "seats"),
        sequences=type(s.sequences)(*(_longer(column, calls) for column in s.sequences)),
        answers=_more(s.answers, max(p.ANSWERS, 2 * len(s.answers)), desk, "answers"),
        heap=_longer(s.heap, max(p.EVENTS, 2 * len(s.heap), 8 * walks)),
        soon=_longer(s.soon, max(p.EVENTS, 2 * len(s.soon), 8 * walks)),
        of_slot=_longer(s.of_slot, walks),
        index=np.full(2 * max(p.ANSWERS, 2 * len(s.answers)), t.NOBODY, dtype=np.int64),
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
