"""Which answers an exact cache holds and since when; the one that nobody used for longest makes room."""

from __future__ import annotations

from collections import OrderedDict


class Kept:
    """The keys of a cache with the times at which their answers were kept.

    Args:
        entries: how many it holds at most.
    """

    def __init__(self, entries: int) -> None:
        self.entries = entries
        self.times: OrderedDict[int, float] = OrderedDict()

    def age(self, now: float, key: int) -> float:
        """How long ago (seconds) the answer to a key was kept; -1.0: there is none."""
        at = self.times.get(key)
        return now - at if at is not None else -1.0

    def use(self, key: int) -> None:
        """The answer to a key was given."""
        if key in self.times:
            self.times.move_to_end(key)

    def forget(self, key: int) -> None:
        """Drop the answer to a key; one that is not kept is no error."""
        self.times.pop(key, None)

    def keep(self, now: float, key: int) -> list[int]:
        """Keep the answer to a key; the keys whose answers are dropped for it."""
        self.times[key] = now
        self.times.move_to_end(key)
        return [self.times.popitem(last=False)[0] for _ in range(len(self.times) - self.entries)]
