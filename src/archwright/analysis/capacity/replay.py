"""Recorded requests played through replicas, so that what they took can be set beside what the law says."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import NamedTuple

from archwright.policy.batching import Law
from archwright.policy.group import NEVER, Group
from archwright.policy.replica import BEGAN


class Asked(NamedTuple):
    """A recorded request: when it came (seconds) and its tokens."""

    at: float
    prompt: int
    answer: int


class Took(NamedTuple):
    """What a request took: seconds to its first and to its last token, and how many its answer has."""

    first_s: float
    last_s: float
    answer: int

    @property
    def per_token_s(self) -> float:
        """Seconds for each output token after the first."""
        return (self.last_s - self.first_s) / max(1, self.answer - 1)


def replay(law: Law, replicas: int, router: int, asked: Sequence[Asked]) -> list[Took]:
    """Play requests, in the order of their time, through replicas; what each one took.

    Raises:
        ValueError: a request does not fit, or there is no room for it to wait.
    """
    group = Group(law, replicas, router)
    first: dict[int, float] = {}
    whose: dict[int, int] = {}
    found: list[Took | None] = [None] * len(asked)
    ends: list[tuple[float, int]] = []
    place = 0
    while place < len(asked) or ends:
        if place < len(asked) and (not ends or asked[place].at < ends[0][0]):
            request = asked[place]
            slot = group.join(request.at, request.prompt, 0, request.answer, 1.0)
            if slot < 0:
                raise ValueError(f"request {place} does not fit")
            whose[slot] = place
            place += 1
            at = group.homes[slot]
        else:
            now, at = heapq.heappop(ends)
            if group.due[at] != now:
                continue
            for what, slot in group.turn(at, 1.0):
                request = asked[whose[slot]]
                if what == BEGAN:
                    first[slot] = now
                else:
                    found[whose[slot]] = Took(first[slot] - request.at, now - request.at, request.answer)
        if group.due[at] < NEVER:
            heapq.heappush(ends, (group.due[at], at))
    return [item for item in found if item is not None]
