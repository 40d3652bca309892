"""Who makes the vectors of questions and answers: a model of the plan, or one on this machine."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import count
from typing import Final, Protocol

from archwright.runtime.embedder import Embedder, Vector
from archwright.runtime.gateway.embedding import embed
from archwright.runtime.gateway.exchange import Exchange
from archwright.runtime.gateway.house import House, wall
from archwright.runtime.http1.request import Inner

COMPARE_S: Final = 10.0  # an answer that is compared has time


class Vectors(Protocol):
    """Makes vectors. What they cost is entered in the request, and has a row in the ledger."""

    async def of(self, house: House, x: Exchange, texts: Sequence[str], timeout_s: float) -> Sequence[Vector]:
        """The vectors of some texts, in order; none where it fails."""

    async def close(self) -> None:
        """Give it up."""


class Endpoint:
    """A model of the plan, by its place among the targets."""

    def __init__(self, target: int) -> None:
        self.target = target

    async def of(self, house: House, x: Exchange, texts: Sequence[str], timeout_s: float) -> Sequence[Vector]:
        """The vectors of some texts, in order; none where it fails."""
        return await embed(house, x, self.target, texts, timeout_s)

    async def close(self) -> None:
        """Nothing is held."""


class Here:
    """A model on this machine; it costs nothing by the token."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder

    async def of(self, house: House, x: Exchange, texts: Sequence[str], timeout_s: float) -> Sequence[Vector]:
        """The vectors of some texts, in order.

        Raises:
            OSError: there are none, or not within `timeout_s`.
        """
        with house.deadlines.within(timeout_s):
            return await self.embedder.embed(texts)

    async def close(self) -> None:
        """Free it."""
        await self.embedder.close()


_numbers = count(1)


def aside(house: House, what: str) -> Exchange:
    """Nobody's request, for a call that goes on beside the requests; its id begins with `what`."""
    identity = f"{what}-{house.instance}-{next(_numbers)}"
    return Exchange(0, identity, 0, {}, Inner("", "", {}, b""), time.monotonic(), wall(), house.plain)
