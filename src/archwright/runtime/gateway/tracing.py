"""Sends spans to a collector, beside the requests: in batches, in small pieces of work, and never waited for.

While the collector is slow or away spans wait in memory up to a bound; what finds no place there is dropped and
counted, and so is a batch that was not taken. There is no second try: a trace that is late is worth less than a steady
gateway.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from archwright import __version__
from archwright.base.errors import UsageError
from archwright.runtime.gateway.exchange import Exchange
from archwright.runtime.gateway.listeners import Told
from archwright.runtime.gateway.metrics import Counter
from archwright.runtime.gateway.spans import EMBEDDINGS, Context, context, envelope, span
from archwright.runtime.http1.address import head, place
from archwright.runtime.http1.client import Client

_log = logging.getLogger(__name__)

MOST: Final = 8192  # spans that may wait
BATCH: Final = 512
PIECE: Final = 16  # spans that are made in one go; then requests come first
PAUSE_S: Final = 1.0
PATIENCE_S: Final = 5.0
STOP_S: Final = 3.0
MOST_ANSWER: Final = 64 * 1024
PATH: Final = "/v1/traces"


class Tracer:
    """Traces of a gateway.

    Args:
        endpoint: address of a collector; without a path it is asked at `/v1/traces`.
        service: name of what is traced.
        instance: name of this process.
        providers: who answers behind each target.
        pause_s: spans are gathered for so long.
        patience_s: seconds that a collector may take for a batch.
    """

    def __init__(
        self,
        endpoint: str,
        service: str,
        instance: str,
        providers: Mapping[str, str],
        pause_s: float = PAUSE_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.where = place(collector(endpoint))
        self.service, self.instance, self.providers = service, instance, providers
        self.pause_s, self.patience_s = pause_s, patience_s
        self.waiting: deque[tuple[Told, Context, float]] = deque()
        self.sent = Counter("archwright_spans_total", "Spans by what became of them.", "how")
        self.client = Client()
        self._task: asyncio.Task[None] | None = None
        self._failing = False

    def told(self, row: Told, x: Exchange) -> None:
        """Keep a row until it is sent."""
        if len(self.waiting) >= MOST:
            self.sent.add(("dropped",))
            return
        operation = "chat" if x.wire.talks else EMBEDDINGS
        self.waiting.append((row, context(x.headers.get(b"traceparent", b""), x.id, operation), x.began))

    async def start(self) -> None:
        """Begin to send."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Send what is left, within a few seconds."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                while self.waiting:
                    await self._batch()
        if self.waiting:
            self.sent.add(("dropped",), len(self.waiting))
            _log.warning("%d spans could not be sent before the end", len(self.waiting))
        self.client.close()

    def figures(self) -> Iterable[str]:
        """Its metrics as text lines."""
        yield from self.sent.lines()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self.pause_s)
            while self.waiting:
                await self._batch()

    async def _batch(self) -> None:
        made: list[dict[str, Any]] = []
        how = "dropped"
        try:
            while self.waiting and len(made) < BATCH:
                row, where, began_s = self.waiting.popleft()
                made.append(span(row, where, began_s, self.providers))
                if len(made) % PIECE == 0:
                    await asyncio.sleep(0)
            async with asyncio.timeout(self.patience_s):
                status = await self._post(envelope(made, self.service, __version__, self.instance))
            how = "sent" if 200 <= status < 300 else "refused"
            self._note("" if how == "sent" else f"it answered {status}")
        except (OSError, TimeoutError) as error:  # ConnectionError is one, and so is what TLS has to say
            self._note(str(error) or "it did not answer in time")
        finally:
            self.sent.add((how,), len(made))

    async def _post(self, body: bytes) -> int:
        connection = await self.client.connection(self.where.origin)
        try:
            await connection.ask(head(self.where.head, {"Content-Type": "application/json"}, len(body)), body)
            await connection.told()
            await connection.read(MOST_ANSWER)
            return connection.status
        finally:
            self.client.done(connection)

    def _note(self, wrong: str) -> None:
        """Say once that the collector fails, and once that it works again."""
        if wrong and not self._failing:
            _log.warning("traces are lost, the collector fails: %s", wrong)
        elif self._failing and not wrong:
            _log.warning("the collector takes traces again")
        self._failing = bool(wrong)


def collector(endpoint: str) -> str:
    """The address at which a collector takes spans.

    Raises:
        UsageError: it is no address, or holds what should not stand in one.
    """
    try:
        parts = urlsplit(endpoint)
        place(endpoint)
        known = parts.port is None or parts.port > 0
    except ValueError:
        known = False
    if not known or parts.username is not None or parts.query or parts.fragment:
        raise UsageError("--otlp wants the address of a collector, such as http://127.0.0.1:4318")
    return endpoint if parts.path.strip("/") else endpoint.rstrip("/") + PATH
