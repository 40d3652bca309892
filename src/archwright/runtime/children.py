"""Child processes: started with their setup on stdin, waited for, stopped by their id."""

from __future__ import annotations

import asyncio
import sys
from collections import deque

import msgspec

from archwright.base.errors import ProviderUnavailable

START_S = 60.0  # one that runs agents imports for 2 s, for many times as long on a busy machine
STOP_S = 15.0
LINES = 12  # of stderr that are kept, for when it ends before its time


class Child:
    """One child process on loopback. `url` is where it listens."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self.process = process
        self.url = ""
        self.said: deque[str] = deque(maxlen=LINES)
        self._listening = asyncio.get_running_loop().create_task(self._listen())

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self.process.returncode is None

    async def gone(self) -> ProviderUnavailable:
        """The error that tells that it ended, with its last words."""
        if self.running:
            return ProviderUnavailable(f"the {self.name} does not answer")
        await self._listening
        words = "\n".join(self.said) or "it said nothing"
        return ProviderUnavailable(f"the {self.name} ended with exit code {self.process.returncode}:\n{words}")

    async def stop(self) -> None:
        """End it, kindly at first."""
        if self.running:
            self.process.terminate()
            try:
                async with asyncio.timeout(STOP_S):
                    await self.process.wait()
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
        await self._listening

    async def _listen(self) -> None:
        if self.process.stderr is not None:
            async for line in self.process.stderr:
                self.said.append(line.decode("utf-8", "replace").rstrip())


async def start(name: str, module: str, setup: msgspec.Struct) -> Child:
    """Start `python -m module` with a setup and wait until it listens.

    Raises:
        ProviderUnavailable: it ended or stayed silent.
    """
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, stdin=pipe, stdout=pipe, stderr=pipe, limit=2**20
    )
    child = Child(name, process)
    if process.stdin is None or process.stdout is None:
        raise ProviderUnavailable(f"the {name} has no pipes")
    try:
        process.stdin.write(msgspec.json.encode(setup) + b"\n")
        await process.stdin.drain()
        async with asyncio.timeout(START_S):
            line = await process.stdout.readline()
        port = msgspec.json.decode(line, type=dict[str, int])["port"]
    except (TimeoutError, ConnectionError, msgspec.DecodeError) as error:
        # One that has closed its pipes is about to end, however long that takes on a busy machine.
        closed = isinstance(error, ConnectionError) or process.stdout.at_eof()
        if await _ended(process, STOP_S if closed else 1.0):
            raise await child.gone() from None
        await child.stop()
        words = "\n".join(child.said) or "it said nothing"
        raise ProviderUnavailable(f"the {name} did not listen within {START_S:g} s and was stopped:\n{words}") from None
    child.url = f"http://127.0.0.1:{port}"
    return child


async def _ended(process: asyncio.subprocess.Process, patience_s: float) -> bool:
    """Whether it ends by itself within so many seconds, so that its exit code is its own."""
    try:
        async with asyncio.timeout(patience_s):
            await process.wait()
    except TimeoutError:
        return False
    return True
