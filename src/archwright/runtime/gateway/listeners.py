"""Who is told of every row of the ledger beside the ledger itself: traces and logs. A row is handed over in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from archwright.ledger.rows import Attempt, Request
from archwright.runtime.gateway.exchange import Exchange

Told = Attempt | Request


class Listener(Protocol):
    """Somebody who is told. What cannot be kept up with is dropped and counted; no request ever waits."""

    def told(self, row: Told, x: Exchange) -> None:
        """A row was written, about a request; nothing of the request may be held on to."""

    async def start(self) -> None:
        """Begin with what goes on beside the requests."""

    async def stop(self) -> None:
        """Pass on what is left, within a few seconds, and end."""

    def figures(self) -> Iterable[str]:
        """Its metrics as text lines."""
