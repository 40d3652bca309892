"""What other gateways of a database are told to forget is forgotten here, too, and whoever told them knows when.

A gateway that cannot ask the database for a minute lets go of all answers of the route: it would not hear that one of
them was erased.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from archwright.runtime.gateway.house import House
from archwright.runtime.gateway.meaning.meaning import Meaning
from archwright.runtime.gateway.meaning.memory import Chosen
from archwright.runtime.gateway.meaning.sharing import SharedMemory
from archwright.runtime.orders import ABSENT_S, Heard

HEAR_S: Final = 1.0
LOST_S: Final = ABSENT_S - 10.0  # before the others no longer count on it
PATIENCE_S: Final = 10.0
NEW: Final = -1  # the number of an order that nobody has done: it begins anew
_log = logging.getLogger(__name__)


class Follower:
    """One route whose answers lie in a database.

    Args:
        meaning: its semantic cache.
        memory: the same's memory.
        house: the gateway's, which a new plan replaces.
        do: does an order here, and tells no other.
    """

    def __init__(
        self, meaning: Meaning, memory: SharedMemory, house: Callable[[], House], do: Callable[[bytes], Awaitable[None]]
    ) -> None:
        self.meaning = meaning
        self.memory = memory
        self.house = house
        self.do = do
        self.every_s = HEAR_S
        self.patience_s = PATIENCE_S
        self._done = NEW
        self._at = time.monotonic()  # when it was last known to the others
        self._own: set[int] = set()

    async def run(self) -> None:
        """Hear what is ordered, for ever."""
        while True:
            try:
                await self.hear()
            except OSError as error:
                await self._lost(error)
            await asyncio.sleep(self.every_s)

    async def hear(self) -> None:
        """Do what was ordered since the last time, and say so.

        Raises:
            OSError: the database does not answer.
        """
        heard = await self._asked()
        while heard.orders:
            for number, order in heard.orders:
                if number not in self._own:  # that is done
                    await self.do(order)
                self._own.discard(number)
                self._done = number
            heard = await self._asked()

    async def _asked(self) -> Heard:
        began = time.monotonic()
        heard = await self.memory.run(self.memory.heard, self._done)
        if self._done == NEW:  # what was ordered before it was not heard
            await self._forget()
        self._done, self._at = heard.done, began
        return heard

    async def _lost(self, error: OSError) -> None:
        if time.monotonic() - self._at < LOST_S:
            return
        if self._done != NEW:
            _log.error("%s: lets go of all answers, as it cannot hear which are erased: %s", self.meaning.name, error)
        self._done = NEW
        await self._forget()

    async def _forget(self) -> None:
        house = self.house()
        await self.meaning.let_go(house, Chosen(tuple(house.brain.answers[self.meaning.cache])))

    async def tell(self, order: bytes) -> None:
        """Have all other gateways do an order, and wait until they have.

        Raises:
            OSError: the database does not answer, or some of them do not.
        """
        number = await self.memory.run(self.memory.tell, order)
        self._own.add(number)
        until = time.monotonic() + self.patience_s
        while behind := await self.memory.run(self.memory.behind, number):
            if time.monotonic() >= until:
                raise OSError(f"{behind} gateways of this database have not said yet that they did it")
            await asyncio.sleep(min(0.05, self.every_s))
