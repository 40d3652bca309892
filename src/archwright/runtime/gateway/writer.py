"""Writes a ledger off the path of requests: rows are handed over in memory, and a thread stores them.

They are chained on the loop once the answers of its turn have gone out: a thread that chained all that was gathered
would hold the interpreter meanwhile, and with it whoever comes.

The promise: a row is stored at most `WINDOW_S` after the request that it is about was answered, and with `sync` before
the last byte of the answer goes out. What a killed process can lose is what was younger than that. The window counts
while the system gives the thread a processor: by itself a row takes 20 to 25 ms, nearly all of what is more is time
that the thread waits for a processor, as the kernel counts it, and that has no bound that we could promise. When rows
took longer the log and a counter say so. Only `sync` does not depend on it: an answer waits as long as its row.

While the store cannot be written rows wait in memory, up to `MOST` of them; `lost` says what happens then: requests are
refused before that, or served and the rows that find no place are counted, and a gap row says so in the ledger itself.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import Final, Literal

from archwright.ledger.balance import Account
from archwright.ledger.chain import Head, digest, seal
from archwright.ledger.rows import Gap, Request, Row, encode
from archwright.runtime.gateway.metrics import Counter, gauge
from archwright.runtime.store import Store

_log = logging.getLogger(__name__)

SLICE: Final = 512  # rows that are written in one piece
PAUSE_S: Final = 0.02  # rows are gathered for so long
WINDOW_S: Final = 0.25  # what is promised: the pause, the write, and waiting for a processor
STEADY_S: Final = 0.5  # a loss of power takes at most what came since, and what the disk was busy with
MOST: Final = 65_536  # rows that may wait for a store that cannot be written
RETRY_S: Final = 0.05  # the first pause before a store is tried again, and the longest
RETRY_MOST_S: Final = 1.0
PATIENCE_S: Final = 2.0  # a sync answer waits so long for its row
BALANCE: Final = 2048  # requests after which the balance is written down
STOP_S: Final = 5.0

Lost = Literal["refuse", "serve"]


class Writer:
    """The ledger of a running gateway.

    Args:
        store: where it is kept; the writer's thread alone uses it once `start` was called.
        account: what was spent before.
        sync: whether answers wait until their rows are stored.
        lost: what becomes of requests while the store cannot be written.
    """

    def __init__(self, store: Store, account: Account, *, sync: bool = False, lost: Lost = "serve") -> None:
        self.store = store
        self.account = account
        self.sync = sync
        self.lost = lost
        self.failing = False
        self.added = 0
        self.stored = 0
        self.dropped = 0
        self.failures = Counter("archwright_unwritten_total", "Pieces of the ledger that could not be written.")
        self.late = Counter("archwright_ledger_late_total", "Times that rows waited longer than was promised.")
        self.pending: deque[Row] = deque()  # handed over
        self._chained: deque[tuple[bytes, int]] = deque()  # lines, and 1 for those that were handed over
        self._lines: list[bytes] = []  # that are being stored
        self._counted = 0  # how many of them were handed over
        self._head: Head = store.head  # of the last line that was chained
        self._told = 0
        self._since_balance = 0
        self._due = False  # the rows of this turn will be chained
        self._since = 0.0  # when the oldest row was added that the thread has not begun with
        self._chaining = threading.Lock()
        self._dirty = threading.Event()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._waiters: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writing = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._steadier = threading.Thread(target=self._keep_steady, name="ledger-disk", daemon=True)

    @property
    def promise(self) -> str:
        """What may be lost, in words for whoever starts the gateway."""
        if self.sync:
            return f"every row is stored before its answer ends; {self.store.promise}"
        return (
            f"rows are stored within {WINDOW_S * 1000:.0f} ms of the answer (as long as nothing keeps the gateway "
            "from a processor), and a killed process loses at most those; "
            f"{self.store.promise}"
        )

    @property
    def waiting(self) -> int:
        """Rows in memory with which the storing has not begun."""
        return len(self.pending) + len(self._chained)

    @property
    def refusing(self) -> bool:
        """Whether no new request may come in, because its rows could be lost."""
        return self.lost == "refuse" and self.failing and (self.sync or self.waiting >= MOST // 2)

    def start(self, first: Iterable[Row]) -> None:
        """Write the first rows at once, so that whoever starts us learns whether it works, and then in the background.

        Raises:
            OSError: the store cannot be written.
        """
        for row in first:
            self.add(row)
        while self._open:
            self._slice()
        self._since = time.monotonic()
        self._writing.start()
        if not self.sync:
            self._steadier.start()

    def attach(self) -> None:
        """Rows are handed over on the running loop from now on."""
        self._loop = asyncio.get_running_loop()

    def add(self, row: Row) -> None:
        """Hand over a row. This never waits."""
        if self.waiting >= MOST:
            self.dropped += 1
            return
        self.pending.append(row)
        self.added += 1
        if not self._due and self._loop is not None and not self._loop.is_closed():
            self._due = True
            self._loop.call_soon(self._turn)
        if not self._wake.is_set():
            self._since = time.monotonic()
            self._wake.set()

    async def durable(self) -> bool:
        """With `sync`: wait until all that was added is stored; whether it is. Without: go on at once."""
        return await self.written() if self.sync else True

    async def written(self) -> bool:
        """Wait until all that was added so far is stored; False: it took too long."""
        mark = self.added
        if self.stored >= mark:
            return True
        self.attach()
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append((mark, future))
        if self.stored >= mark:  # it was stored before the thread could see who waits
            self._release()
        try:
            async with asyncio.timeout(PATIENCE_S):
                await future
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """Write what is left and close the store. What cannot be written within a few seconds is counted as dropped."""
        if self._writing.is_alive():
            self._stopping.set()
            self._since = time.monotonic()
            self._wake.set()
            self._writing.join(STOP_S)
        if self._steadier.is_alive():
            self._dirty.set()
            self._steadier.join(STOP_S)
        left = self.added - self.stored
        if left:
            _log.error("%d rows of the ledger could not be written", left)
        self.store.close()

    def figures(self) -> Iterable[str]:
        """Its metrics as text lines."""
        yield from self.failures.lines()
        yield from self.late.lines()
        yield from gauge("archwright_ledger_waiting", "Rows not stored yet.", [({}, float(self.added - self.stored))])
        yield from gauge("archwright_ledger_rows", "Rows of the ledger.", [({}, float(self.store.head.rows))])
        yield from gauge("archwright_ledger_dropped", "Rows lost as the store was.", [({}, float(self.dropped))])

    # ---------------------------------------------------------------------------- on the loop, or in the thread

    def _turn(self) -> None:
        """The end of a turn of the loop."""
        self._due = False
        self._chain()

    def _chain(self) -> None:
        """Chain what was handed over, with the rows of our own that are due."""
        with self._chaining:
            if self.dropped > self._told and len(self._chained) < MOST:
                missing, self._told = self.dropped - self._told, self.dropped
                self._seal(Gap(_now(), missing, "the store could not be written"), 0)
            while self.pending:
                row = self.pending.popleft()
                self.account.count(row)
                self._seal(row, 1)
                if isinstance(row, Request):
                    self._since_balance += 1
                    if self._since_balance == BALANCE:
                        self._balance()

    def _balance(self) -> None:
        self._seal(self.account.balance(_now()), 0)
        self._since_balance = 0

    def _seal(self, row: Row, counts: int) -> None:
        try:
            line, self._head = seal(encode(row), self._head)
        # Half a character, a number that is too large: the row is not lost without a trace.
        except (ValueError, TypeError, OverflowError) as error:
            line, self._head = seal(encode(Gap(_now(), 1, f"a row could not be written: {error}")), self._head)
        self._chained.append((line, counts))

    # -------------------------------------------------------------------------------------------- the thread

    @property
    def _open(self) -> bool:
        """Whether something is to be stored. A row that is being chained stands in neither queue: that is awaited."""
        with self._chaining:
            return bool(self.pending or self._chained or self._lines or self.dropped > self._told)

    def _run(self) -> None:
        pause = RETRY_S
        while True:
            self._wake.wait()
            since, before = self._since, self.stored
            self._wake.clear()
            if not (self.sync or self._stopping.is_set()):
                time.sleep(PAUSE_S)
            while self._open:
                self._wake.clear()  # what wakes us from here on is not older than what is stored here
                try:
                    self._slice()
                    pause = RETRY_S
                except Exception as error:  # noqa: BLE001 - whatever it is, a thread that ended would lose all that comes
                    self._failed(error)
                    if self._stopping.is_set():
                        return
                    time.sleep(pause)
                    pause = min(2 * pause, RETRY_MOST_S)
            if self.stored > before:
                self._timed(time.monotonic() - since)
            if self._stopping.is_set():
                self._last()
                return

    def _timed(self, took_s: float) -> None:
        """Say that the oldest of some rows took longer than was promised."""
        if took_s > WINDOW_S and not self.sync:
            self.late.add(())
            _log.warning("rows of the ledger waited %.0f ms for a processor or the store", took_s * 1000)

    def _slice(self) -> None:
        """Store the next rows. Those that could not be stored are tried again first, as they are."""
        if not self._lines:
            self._chain()
            taken = [self._chained.popleft() for _ in range(min(SLICE, len(self._chained)))]
            self._lines, self._counted = [line for line, _ in taken], sum(counts for _, counts in taken)
        self.store.append(self._lines, Head(self.store.head.rows + len(self._lines), digest(self._lines[-1])))
        self._lines = []
        if self.failing:
            self.failing = False
            _log.warning("the ledger is written again")
        self.stored += self._counted
        if self._waiters and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._release)
        self._dirty.set()

    def _keep_steady(self) -> None:
        """A thread of its own: a slow disk must not hold up the writing."""
        while not self._stopping.is_set():
            self._dirty.wait()
            self._dirty.clear()
            try:
                self.store.steady()
            except OSError as error:
                self._failed(error)
            self._stopping.wait(STEADY_S)

    def _last(self) -> None:
        """The balance as the last row, so that the next start has little to read."""
        try:
            if self._since_balance:
                self._balance()
                self._slice()
            self.store.steady()
        except OSError as error:
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        self.failures.add(())
        if not self.failing:
            self.failing = True
            why = error.strerror if isinstance(error, OSError) else None
            _log.error("the ledger cannot be written: %s", why or error)

    def _release(self) -> None:
        """On the loop: let those go on whose rows are stored."""
        while self._waiters and self.stored >= self._waiters[0][0]:
            _, future = self._waiters.popleft()
            if not future.done():
                future.set_result(None)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
