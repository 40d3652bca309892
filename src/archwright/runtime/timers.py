"""An event loop whose timers are exact to about a tenth of a millisecond: what compressed time needs.

`epoll` counts whole milliseconds and asyncio rounds up to them. `select` counts microseconds and can wait for the epoll
object itself, so it does the waiting and epoll says who is ready.
"""

from __future__ import annotations

import asyncio
import select
import selectors


def fine_loop() -> asyncio.AbstractEventLoop:
    """A new event loop with fine timers; the ordinary one where the system has no epoll."""
    if not hasattr(selectors, "EpollSelector"):
        return asyncio.new_event_loop()

    class _Fine(selectors.EpollSelector):
        def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            if timeout is not None and timeout > 0:
                select.select((self.fileno(),), (), (), timeout)
                timeout = 0
            return super().select(timeout)

    return asyncio.SelectorEventLoop(_Fine())
