"""Deadlines of many calls under one timer of the loop: entering and leaving one costs a third of a microsecond.

Nearly all calls end long before their deadline. So the loop's timer is set to the earliest one that was known when it
was set, whether that call still runs or not; when it fires, those under way are looked through.
"""

from __future__ import annotations

import asyncio
import math
import time
from types import TracebackType


class Deadlines:
    """The deadlines of one event loop."""

    def __init__(self) -> None:
        self.live: set[Deadline] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._at = math.inf

    def within(self, seconds: float) -> Deadline:
        """A block that raises TimeoutError where it takes longer than `seconds`."""
        return Deadline(self, time.monotonic() + seconds)

    def task(self) -> asyncio.Task[object] | None:
        """The task that runs now. The loop is asked for once: that is a system call."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        return asyncio.current_task(self._loop)

    def watch(self, item: Deadline) -> None:
        """End `item` when it is due."""
        self.live.add(item)
        if item.due < self._at:
            self._set(item.due)

    def _set(self, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._at = due
        if due < math.inf:
            left = max(0.0, due - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(left, self._look)

    def _look(self) -> None:
        now = time.monotonic()
        for item in [item for item in self.live if item.due <= now]:
            item.end()
        self._set(min((item.due for item in self.live), default=math.inf))


class Deadline:
    """One of them. The task that enters the block is cancelled when it is due, and the block raises TimeoutError."""

    __slots__ = ("_all", "_task", "due", "over")

    def __init__(self, all_: Deadlines, due: float) -> None:
        self._all = all_
        self._task: asyncio.Task[object] | None = None
        self.due = due
        self.over = False

    def move(self, due: float) -> None:
        """Set another moment (monotonic seconds)."""
        self.due = due
        if self._task is not None:
            self._all.watch(self)

    def end(self) -> None:
        """It is due."""
        self._all.live.discard(self)
        self.over = True
        if self._task is not None:
            self._task.cancel()

    def __enter__(self) -> Deadline:
        self._task = self._all.task()
        self._all.watch(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._all.live.discard(self)
        task, self._task = self._task, None
        # Cancelled by us and by nobody else: it is the deadline. Otherwise the other one's wish goes on.
        if self.over and kind is asyncio.CancelledError and task is not None and task.uncancel() == 0:
            raise TimeoutError from error
