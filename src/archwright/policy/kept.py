"""Which answers an exact cache holds, since when, and what they save; where room is short the least worth leaves."""

from __future__ import annotations

from heapq import heapify, heappop, heappush, heapreplace

from archwright.policy.worth import worth

SPARE = 64  # ranks of what is gone already that may lie about, besides as many as there are answers


class Held:
    """An answer that is held: when it was kept, how often it was given, what it cost (pico-dollars), and its worth."""

    __slots__ = ("at", "cost", "hits", "worth")

    def __init__(self, at: float, cost: int, hits: int, worth: float) -> None:
        self.at = at
        self.cost = cost
        self.hits = hits
        self.worth = worth


class Kept:
    """The keys of a cache and how their answers stand.

    Args:
        entries: how many it holds at most.
        ttl_s: how long an answer is new (seconds). Where room is short, the one that was kept first leaves if it is
            older than that; else the one that is worth least, of equal ones the one that was kept first.
    """

    def __init__(self, entries: int, ttl_s: float) -> None:
        self.entries = entries
        self.ttl_s = ttl_s
        self.clock = 0.0
        self.held: dict[int, Held] = {}  # in the order in which they were kept
        # What each was worth when that was looked at last, which is never more than it is worth. Empty until room was
        # short once, so that a cache that never fills pays nothing for it.
        self._ranks: list[tuple[float, float, int]] = []

    def age(self, now: float, key: int) -> float:
        """How long ago (seconds) the answer to a key was kept; -1.0: there is none."""
        held = self.held.get(key)
        return now - held.at if held is not None else -1.0

    def use(self, key: int) -> None:
        """The answer to a key was given."""
        held = self.held.get(key)
        if held is not None:
            held.hits += 1
            held.worth = worth(self.clock, held.hits, held.cost)

    def forget(self, key: int) -> None:
        """Drop the answer to a key; one that is not kept is no error."""
        self.held.pop(key, None)

    def keep(self, now: float, key: int, cost: int, hits: int = 0) -> list[int]:
        """Keep the answer to a key, which cost so many pico-dollars; the keys whose answers are dropped for it.

        It goes on with the hits of an older answer to the same question; `hits` are those of before this cache began.
        """
        before = self.held.pop(key, None)
        if before is not None:
            hits = max(hits, before.hits)
        held = self.held[key] = Held(now, cost, hits, worth(self.clock, hits, cost))
        if self._ranks:
            heappush(self._ranks, (held.worth, now, key))
            if len(self._ranks) > 2 * len(self.held) + SPARE:
                self._rank()
        return [self._leave(now) for _ in range(len(self.held) - self.entries)]

    def _leave(self, now: float) -> int:
        """Drop one answer; its key."""
        first = next(iter(self.held))
        if now - self.held[first].at >= self.ttl_s:
            del self.held[first]
            return first
        if not self._ranks:
            self._rank()
        while True:
            rank, at, key = self._ranks[0]
            held = self.held.get(key)
            if held is None:
                heappop(self._ranks)
            elif held.worth > rank or held.at > at:
                heapreplace(self._ranks, (held.worth, held.at, key))
            else:
                heappop(self._ranks)
                self.clock = max(self.clock, held.worth)
                del self.held[key]
                return key

    def _rank(self) -> None:
        self._ranks = [(held.worth, held.at, key) for key, held in self.held.items()]
        heapify(self._ranks)
