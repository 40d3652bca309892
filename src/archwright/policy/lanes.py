"""Who gets a place in the gateway and who waits: real time before batch, and batch never in all places."""

from __future__ import annotations

from collections import deque
from typing import Final, Literal

from archwright.policy.rules import Gate

REALTIME = 0
BATCH = 1
LANES: Final[tuple[Literal["realtime", "batch"], ...]] = ("realtime", "batch")


class Lanes:
    """Places and queues of one gateway.

    Args:
        gate: how many places, how many may wait in each lane, and for how long.
    """

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.waiting: tuple[deque[int], deque[int]] = (deque(), deque())
        self.held = [0, 0]

    @property
    def in_flight(self) -> int:
        """Requests that hold a place."""
        return self.held[REALTIME] + self.held[BATCH]

    @property
    def queued(self) -> int:
        """Requests that wait for a place."""
        return len(self.waiting[REALTIME]) + len(self.waiting[BATCH])

    def free(self, lane: int) -> bool:
        """Whether a request of `lane` may have a place now. Nobody overtakes those who wait in it or before it."""
        if self.in_flight >= self.gate.concurrency or any(self.waiting[: lane + 1]):
            return False
        return lane == REALTIME or self.held[BATCH] < self.gate.batch_places

    def patience(self, lane: int) -> float:
        """Seconds that a request may wait; also what it is told when it has to come back."""
        return self.gate.batch_wait_s if lane == BATCH else self.gate.queue_timeout_s

    def room(self, lane: int) -> bool:
        """Whether one more may wait."""
        return len(self.waiting[lane]) < (self.gate.batch_queue if lane == BATCH else self.gate.queue)

    def next(self) -> int:
        """Take the request out of its queue that gets the next free place; -1: there is none."""
        if self.in_flight >= self.gate.concurrency:
            return -1
        if self.waiting[REALTIME]:
            return self.waiting[REALTIME].popleft()
        if self.waiting[BATCH] and self.held[BATCH] < self.gate.batch_places:
            return self.waiting[BATCH].popleft()
        return -1
