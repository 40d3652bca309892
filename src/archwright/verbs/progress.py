"""Saying how far long work is: nothing while it is short, then a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

AFTER_S: Final = 2.0
EACH_S: Final = 2.0


def _nobody(_words: str) -> None:
    """Nobody is told."""


class Progress:
    """Who is told, and when.

    Args:
        say: takes one line; by default nobody is told.
        clock: seconds that only rise.
    """

    def __init__(self, say: Callable[[str], None] = _nobody, clock: Callable[[], float] = time.monotonic) -> None:
        self.say = say
        self.clock = clock
        self.next = clock() + AFTER_S

    def tell(self, words: str) -> None:
        """Say where the work is, unless it began or was told of a moment ago."""
        now = self.clock()
        if now >= self.next:
            self.next = now + EACH_S
            self.say(words)

    def of(self, total: int, what: str) -> Counted:
        """Progress of so many things."""
        return Counted(self, total, what)


class Counted:
    """How many of `total` things are done."""

    def __init__(self, progress: Progress, total: int, what: str) -> None:
        self.progress = progress
        self.total = total
        self.what = what
        self.done = 0

    def more(self, count: int = 1) -> None:
        """So many more are done."""
        self.done += count
        self.progress.tell(f"{self.what}: {self.done:,} of {self.total:,}")
