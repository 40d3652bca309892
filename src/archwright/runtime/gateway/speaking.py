"""A line of JSON for each request, beside the requests: what it was, how it ended, what it cost. No prompts, no keys.

So many lines a second are written at most, and so many wait for a reader that does not keep up. What is left out is
counted, and a line of its own says how many.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from archwright.ledger.rows import Request
from archwright.runtime.gateway.exchange import Exchange
from archwright.runtime.gateway.listeners import Told
from archwright.runtime.gateway.metrics import Counter

MOST: Final = 8192  # lines that may wait
RATE: Final = 1000.0  # lines a second
PAUSE_S: Final = 0.1
STOP_S: Final = 2.0


class Speaker:
    """The log. A thread writes, because whoever reads it may stop to.

    Args:
        write: where lines go; stderr unless another is named.
        rate: lines a second at most; as many at once.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        write: Callable[[bytes], None] | None = None,
        rate: float = RATE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.write = write or on_stderr
        self.rate, self.clock = rate, clock
        self.level, self.at = rate, clock()
        self.waiting: deque[Request] = deque()
        self.lines = Counter("archwright_log_lines_total", "Lines of the log by what became of them.", "how")
        self._left_out = 0
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)

    def told(self, row: Told, x: Exchange) -> None:
        """Keep a row until it is written, where that is within bounds."""
        if not isinstance(row, Request):
            return
        now = self.clock()
        self.level, self.at = min(self.rate, self.level + (now - self.at) * self.rate), now
        if self.level < 1.0 or len(self.waiting) >= MOST:
            self._left_out += 1
            self.lines.add(("left out",))
            return
        self.level -= 1.0
        self.waiting.append(row)
        self._wake.set()

    async def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    async def stop(self) -> None:
        """Write what is left, unless nobody reads it."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(STOP_S)

    def figures(self) -> Iterable[str]:
        """Its metrics as text lines."""
        yield from self.lines.lines()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait()
            self._wake.clear()
            self._stopping.wait(PAUSE_S)
            self._written()

    def _written(self) -> None:
        lines = []
        while self.waiting:
            lines.append(line(self.waiting.popleft()))
        left_out, self._left_out = self._left_out, 0
        if left_out:
            lines.append(msgspec.json.encode({"event": "left out", "lines": left_out}) + b"\n")
        try:
            self.write(b"".join(lines))
        except OSError:  # closed, or its disk is full: the service goes on
            self.lines.add(("lost",), len(lines))
        else:
            self.lines.add(("written",), len(lines))


def on_stderr(data: bytes) -> None:
    """Write to stderr without a buffer: one that a stalled reader holds would hold up the end of the process too."""
    while data:
        data = data[os.write(2, data) :]


def line(row: Request) -> bytes:
    """A request as one line of the log."""
    said = {
        "at": row.at,
        "event": "request",
        "request": row.request,
        "trace": row.trace,
        "tenant": row.tenant,
        "key": row.key,
        "route": row.route,
        "target": row.target,
        "journey": row.journey,
        "step": row.step,
        "how": row.how,
        "status": row.status,
        "attempts": row.attempts,
        "total_s": round(row.total_s, 6),
        "first_s": round(row.first_s, 6) if row.first_s >= 0.0 else None,
        "overhead_s": round(row.overhead_s, 6),
        "tokens_in": row.tokens_in,
        "tokens_out": row.tokens_out,
        "cost_usd": row.cost / 1e12,
        "estimated": row.estimated,
        "cache": row.cache,
        "stream": row.stream,
        "lane": row.lane,
        "plan": row.plan,
    }
    return msgspec.json.encode({name: value for name, value in said.items() if value not in ("", None)}) + b"\n"
