"""How an emulated answer comes to be written: at a stated pace, or by replicas that have others to serve, too.

A pen tells when so many tokens are written and how many are now. Times are the event loop's, in seconds.
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from archwright.policy import provider
from archwright.policy.provider import Timing


class Lost(Exception):
    """The replica that wrote an answer is gone."""


class Pen(Protocol):
    """Writes one answer."""

    def due(self, tokens: int) -> float:
        """When so many tokens are written, as far as one knows now."""

    async def until(self, tokens: int) -> None:
        """Wait until so many tokens are written.

        Raises:
            Lost: they never will be.
        """

    def written(self) -> int:
        """Tokens that are written now."""

    def leave(self) -> None:
        """The caller has gone away."""


class Paced:
    """An answer of so many tokens at a stated pace, from the time `began` on."""

    __slots__ = ("began", "timing", "tokens")

    def __init__(self, timing: Timing, tokens: int, began: float) -> None:
        self.timing = timing
        self.tokens = tokens
        self.began = began

    def due(self, tokens: int) -> float:
        """The first token, and the others evenly up to the last."""
        first, last = self.timing
        each = (last - first) / (self.tokens - 1) if self.tokens > 1 else 0.0
        return self.began + first + each * (tokens - 1)

    async def until(self, tokens: int) -> None:
        """Wait for the time at which they are due."""
        await until(self.due(tokens))

    def written(self) -> int:
        """As many as the pace has written."""
        return provider.written(self.timing, self.tokens, time.monotonic() - self.began)

    def leave(self) -> None:
        """Nobody else waits for this one."""


async def until(moment: float) -> None:
    """Sleep until a time of the clock, if it is to come."""
    left = moment - time.monotonic()
    if left > 0:
        await asyncio.sleep(left)
