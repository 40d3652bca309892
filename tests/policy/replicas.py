"""A replica driven by itself: calls at stated times, each followed to its end."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from archwright.policy import replica
from archwright.policy.batching import Law
from archwright.policy.replica import BEGAN, ENDED, TOLD
from archwright.policy.sequences import Calls, Replicas, idle, no_calls

LAW = Law(
    fixed_s=2e-3, weights_s=5e-3, experts_s=0.0, touched=0.0, kv_s=4e-8, compute_s=3e-5, sequence_s=4e-5, token_s=0.0,
    kv_tokens=4000, sequences=8, batched_tokens=256, waiting=1000,
)  # fmt: skip
FOREVER = 1e18


@dataclass(frozen=True)
class Asked:
    """A call: when it comes, its tokens, and after how long its caller gives up."""

    at: float
    prompt: int
    answer: int
    shared: int = 0
    patience: float = FOREVER


@dataclass
class Ran:
    """What came of calls by their index, and the state afterwards. `held` is the most cache that was in use."""

    first: dict[int, float] = field(default_factory=dict)
    last: dict[int, float] = field(default_factory=dict)
    left: dict[int, float] = field(default_factory=dict)
    held: int = 0
    runs: int = 0
    calls: Calls = field(default_factory=lambda: no_calls(0))
    replicas: Replicas = field(default_factory=lambda: idle(0, 0))


def arrays(columns: Any) -> Any:
    """The same columns as compiled code has them."""
    return type(columns)(*(np.array(column) for column in columns))


class _Drive:
    """One replica under way; `single` cuts every run to one step."""

    def __init__(self, law: Law, asked: Sequence[Asked], single: bool, leaf: Any) -> None:
        self.law, self.asked, self.single, self.leaf = law, asked, single, leaf
        self.found = Ran(calls=no_calls(len(asked)), replicas=idle(1, law.sequences))
        self.told: Any = [0] * (3 * law.sequences)
        if leaf is not replica:
            self.found = Ran(calls=arrays(self.found.calls), replicas=arrays(self.found.replicas))
            self.told = np.array(self.told)
        self.columns = (self.found.calls, self.found.replicas, 0)
        self.heap: list[tuple[float, int, int, int]] = [(call.at, 1, index, 0) for index, call in enumerate(asked)]
        gone = [(call.at + call.patience, 2, index, 0) for index, call in enumerate(asked) if call.patience < FOREVER]
        self.heap += gone
        heapq.heapify(self.heap)
        self.serial = 0

    def wake(self, end: float) -> None:
        self.serial += 1
        if end >= 0.0:
            heapq.heappush(self.heap, (end, 0, 0, self.serial))

    def plan(self, now: float) -> None:
        found, replicas = self.found, self.found.replicas
        end = self.leaf.plan(self.law, *self.columns, now, 1.0)
        if self.single and replicas.steps[0] > 1:
            replicas.steps[0] = 1
            end = now + replicas.first_s[0]
        found.held = max(found.held, replicas.held[0] + replicas.steps[0] * replicas.writing[0])
        found.runs += replicas.steps[0] > 0
        self.wake(end)

    def turn(self, now: float) -> None:
        count = self.leaf.settle(*self.columns, FOREVER, self.told)
        for entry in self.told[:count]:
            times = {BEGAN: self.found.first, ENDED: self.found.last}.get(entry % TOLD)
            if times is not None:
                times[int(entry // TOLD)] = now
        self.plan(now)

    def comes_or_goes(self, now: float, what: int, index: int) -> None:
        if what == 1:
            call = self.asked[index]
            self.leaf.joins(*self.columns, index, (call.prompt, call.shared, call.answer))
        elif index not in self.found.last:
            self.leaf.leaves(*self.columns, index)
            self.found.left[index] = now
        if self.found.replicas.steps[0] == 0:
            self.plan(now)
        else:
            self.wake(self.leaf.cut(self.law, *self.columns, now))


def ran(law: Law, asked: Sequence[Asked], single: bool = False, leaf: Any = replica) -> Ran:
    """Drive one replica; `single` cuts every run to one step, so that each step is timed by the formula itself.

    `leaf` holds the functions; compiled ones get arrays.
    """
    drive = _Drive(law, asked, single, leaf)
    while drive.heap:
        now, what, index, number = heapq.heappop(drive.heap)
        if what > 0:
            drive.comes_or_goes(now, what, index)
        elif number == drive.serial:
            drive.turn(now)
    return drive.found
