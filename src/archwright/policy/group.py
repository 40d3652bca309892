"""The replicas of one model, driven by whoever has the time: the simulator's or the emulated provider's.

`due` says for each replica when its run ends; whoever drives it calls `turn` then, and looks at `due` again after every
other call. What happens in `turn` is the same however late it is called: it is given the time that was due.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from archwright.policy import replica, sequences
from archwright.policy.batching import Law, elapsed_s
from archwright.policy.replica import TOLD

NEVER: Final = math.inf
FULL: Final = -1
TOO_LONG: Final = -2


class Happened(NamedTuple):
    """BEGAN, ENDED or GONE, and the slot of the call to which it happened."""

    what: int
    slot: int


class Group:
    """Replicas of the same law behind one router.

    Args:
        law: of each replica.
        number: how many there can be at most; `up` says which are there, all at first.
        router: one of `replica.ROUTERS`, by its place.
        horizon: sums over time stop at this time.
    """

    def __init__(self, law: Law, number: int, router: int, horizon: float = NEVER) -> None:
        self.law = law
        self.number = number
        self.router = router
        self.horizon = horizon
        self.calls = sequences.no_calls(0)
        self.replicas = sequences.idle(number, law.sequences)
        self.up = [1] * number
        self.due = [NEVER] * number
        self.homes: list[int] = []  # replica of each slot, -1: free
        self.answers: list[int] = []
        self.free: list[int] = []
        self.told = [0] * (3 * law.sequences)
        self.turned = number - 1  # the replica that got the last call

    def join(self, now: float, prompt: int, shared: int, answer: int, slow: float) -> int:
        """Give a call to a replica; its slot, FULL if no replica has room for it, TOO_LONG if none could ever have it.

        `shared` tokens of the prompt are a common prefix; steps last `slow` times as long.
        """
        if prompt - min(shared, prompt - 1) + answer > self.law.kv_tokens:
            return TOO_LONG
        at = replica.pick(self.replicas, self.up, 0, self.number, self.router, self.turned)
        if at < 0 or replica.full(self.law, self.replicas, at):
            return FULL
        self.turned = at
        slot = self._slot(at, answer)
        replica.joins(self.calls, self.replicas, at, slot, (prompt, shared, answer))
        self._after(now, at, slow)
        return slot

    def leave(self, now: float, slot: int) -> None:
        """The caller of a slot gives up. Nothing more is told of it; the slot is not used again too early."""
        at = self.homes[slot]
        if replica.leaves(self.calls, self.replicas, at, slot):
            self._release(slot)
        else:
            self.due[at] = replica.cut(self.law, self.calls, self.replicas, at, now)

    def turn(self, at: int, slow: float) -> list[Happened]:
        """The run of a replica ends when it was due; what happened, and the next run begins."""
        now = self.due[at]
        count = replica.settle(self.calls, self.replicas, at, self.horizon, self.told)
        found = [Happened(entry % TOLD, entry // TOLD) for entry in self.told[:count]]
        for what, slot in found:
            if what != replica.BEGAN:
                self._release(slot)
        self._plan(now, at, slow)
        return [item for item in found if item.what != replica.GONE]

    def stop(self, now: float) -> None:
        """Steps get another length: each replica begins a new run after the step under way."""
        for at in range(self.number):
            if self.due[at] < NEVER:
                self.due[at] = replica.stop(self.replicas, at, now)

    def lose(self, at: int) -> list[int]:
        """A replica and all its calls are lost; the slots of calls whose callers had not given up, now free."""
        lost = [slot for slot, home in enumerate(self.homes) if home == at]
        kept = [slot for slot in lost if not self.calls.leaves[slot]]
        for slot in lost:
            self._release(slot)
        replica.lost(self.replicas, at)
        self.up[at] = 0
        self.due[at] = NEVER
        return kept

    def written(self, slot: int, now: float) -> int:
        """Tokens of a call's answer that are written at `now`."""
        before = self.answers[slot] - self.calls.left[slot]
        return before + replica.written(self.calls, self.replicas, self.homes[slot], slot, now)

    def writes(self, slot: int, tokens: int) -> float:
        """When so many tokens of an answer will be written, or when to ask again, whichever comes first (NEVER: idle).

        The sequence may be thrown out before; so ask `written` then.
        """
        at = self.homes[slot]
        columns = self.replicas
        if self.calls.doing[slot] != sequences.WRITING:
            return self.due[at]
        steps = self.calls.mark[slot] + tokens - (self.answers[slot] - self.calls.left[slot]) - 1 - columns.step[at]
        if steps > columns.steps[at]:
            return self.due[at]
        return columns.since[at] + elapsed_s(columns.first_s[at], columns.slope_s[at], max(0, steps))

    def _slot(self, at: int, answer: int) -> int:
        if self.free:
            slot = self.free.pop()
        else:
            slot = len(self.homes)
            for column in self.calls:
                column.append(0)
            self.homes.append(-1)
            self.answers.append(0)
        self.homes[slot], self.answers[slot] = at, answer
        return slot

    def _release(self, slot: int) -> None:
        self.homes[slot] = -1
        self.free.append(slot)

    def _after(self, now: float, at: int, slow: float) -> None:
        """A call has come: an idle replica begins at once, a busy one after the step under way."""
        if self.replicas.steps[at] == 0:
            self._plan(now, at, slow)
        else:
            self.due[at] = replica.cut(self.law, self.calls, self.replicas, at, now)

    def _plan(self, now: float, at: int, slow: float) -> None:
        due = replica.plan(self.law, self.calls, self.replicas, at, now, slow)
        self.due[at] = due if due >= 0.0 else NEVER
