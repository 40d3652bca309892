"""Writes that fall into one turn of the loop are sent one right after the other.

To wake whoever receives costs as much as all the rest of sending: one that is awake already takes the next piece for
half of it. The first write of a turn goes at once, so nobody waits who is alone.
"""

from __future__ import annotations

import asyncio
from typing import Final

MOST: Final = 16  # writes that wait for each other
SHORT: Final = 16 * 1024  # bytes; what is longer waits for nobody


class Volley:
    """Sends what is written on any number of connections of one loop."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None  # known from the first write on: to ask is a system call
        self._begun = False  # something was sent in this turn
        self._waiting: list[tuple[asyncio.Transport, bytes]] = []

    def write(self, transport: asyncio.Transport, data: bytes) -> None:
        """Send it now or with others of the same turn, in the order of the calls."""
        if not self._begun:
            self._begun = True
            if self._loop is None:
                self._loop = asyncio.get_running_loop()
            self._loop.call_soon(self._over)
            transport.write(data)
            return
        self._waiting.append((transport, data))
        if len(self._waiting) >= MOST or len(data) > SHORT:
            self.send()

    def send(self) -> None:
        """Send what waits. To be called before a connection is closed that shall have it."""
        waiting, self._waiting = self._waiting, []
        for transport, data in waiting:
            if not transport.is_closing():  # nobody reads it any more
                transport.write(data)

    def _over(self) -> None:
        self._begun = False
        if self._waiting:
            self.send()
