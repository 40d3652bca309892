"""Workers of one gateway tell each other what all of them must do: each hears it at once, and says what it did.

The lines are made before the workers are forked. Nothing here lies on a request's way.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import Final

import msgspec

PATIENCE_S: Final = 10.0
MOST: Final = 1 << 17  # bytes of a letter
_log = logging.getLogger(__name__)


class _Letter(msgspec.Struct, array_like=True):
    """What goes from one to another: a question, or the answer to the asker's question of that number."""

    sender: int
    number: int
    asks: bool
    body: bytes


_letter = msgspec.msgpack.Decoder(_Letter)


class Circle:
    """The lines between so many workers."""

    def __init__(self, workers: int) -> None:
        self._lines = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(workers)]
        for line in self._lines:
            for end in line:
                end.setblocking(False)

    def member(self, number: int) -> Member:
        """The place of worker `number` (from 0), in its own process."""
        return Member(number, self._lines[number][0], [into for _, into in self._lines])

    def close(self) -> None:
        """Close the lines in this process."""
        for line in self._lines:
            for end in line:
                end.close()


class Member:
    """One worker's place: `inbox` is what it hears by, and `lines` are the ways to all, by their numbers."""

    def __init__(self, number: int, inbox: socket.socket, lines: Sequence[socket.socket]) -> None:
        self.number = number
        self.inbox = inbox
        self.lines = lines
        self.patience_s = PATIENCE_S
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    async def ask(self, body: bytes) -> list[bytes]:
        """Have all others do something; what each of them says.

        Raises:
            OSError: not everybody answered in time. They may still do it.
        """
        others = [number for number in range(len(self.lines)) if number != self.number]
        asked = {next(self._numbers): number for number in others}
        loop = asyncio.get_running_loop()
        self._waiting |= {number: loop.create_future() for number in asked}
        waiting = [self._waiting[number] for number in asked]
        try:
            async with asyncio.timeout(self.patience_s):
                for number, other in asked.items():
                    await self._send(other, _Letter(self.number, number, True, body))
                return [await item for item in waiting]
        except TimeoutError as error:
            silent = sum(item.cancelled() or not item.done() for item in waiting)
            raise OSError(f"{silent} of {len(others)} other workers did not answer") from error
        finally:
            for number in asked:
                self._waiting.pop(number, None)

    async def listen(self, do: Callable[[bytes], Awaitable[bytes]]) -> None:
        """Do what others ask for, for ever; `do` gives the answer."""
        loop = asyncio.get_running_loop()
        while True:
            letter = _letter.decode(await loop.sock_recv(self.inbox, MOST))
            if letter.asks:
                task = loop.create_task(self._answer(letter, do))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            elif letter.number in self._waiting and not self._waiting[letter.number].done():
                self._waiting[letter.number].set_result(letter.body)

    async def _answer(self, letter: _Letter, do: Callable[[bytes], Awaitable[bytes]]) -> None:
        try:
            said = await do(letter.body)
            await self._send(letter.sender, _Letter(self.number, letter.number, False, said))
        except (OSError, ValueError, LookupError, RuntimeError) as error:  # whoever asked is told by nobody's answer
            _log.error("what another worker asked for was not done: %s", error)

    async def _send(self, other: int, letter: _Letter) -> None:
        async with self._turn:
            data = msgspec.msgpack.encode(letter)
            await asyncio.get_running_loop().sock_sendall(self.lines[other], data)
