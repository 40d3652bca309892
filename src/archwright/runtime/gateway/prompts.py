"""What was asked and answered, kept beside the ledger where the file asks for it and its classes of data allow it.

Never in the ledger itself: nothing can be deleted from that, and what people wrote must be deletable. The file is for
its owner only, and a thread writes it; where it cannot be written the requests go on and the log says so.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
from pathlib import Path

import msgspec

from archwright.runtime.gateway.exchange import Exchange
from archwright.runtime.wire import Wire

_log = logging.getLogger(__name__)

_SPACED = str.maketrans("\r\n", "  ")
MOST = 1000  # exchanges that may wait to be written; more are left out and counted


class Kept(msgspec.Struct, frozen=True):
    """One request: its id in the ledger, who asked, and both sides' words."""

    request: str
    at: str
    tenant: str
    route: str
    asked: msgspec.Raw
    answered: str


class Prompts:
    """The file. `left_out` counts what found no place.

    Raises:
        OSError: it cannot be written.
    """

    def __init__(self, file: Path) -> None:
        self.left_out = 0
        self._sink = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._waiting: queue.Queue[Kept | None] = queue.Queue(MOST)
        self._thread = threading.Thread(target=self._run, name="prompts", daemon=True)
        self._thread.start()

    def add(self, x: Exchange, wire: Wire | None) -> None:
        """Keep a request that ended; `wire` is that of the target whose answer came last, or was kept."""
        if x.ask is None or x.route is None:
            return
        said = ""
        if x.last is not None and wire is not None:
            said = wire.text(x.last.events) if x.last.came else wire.text_of_whole(x.last.body)
        elif x.stored is not None and wire is not None:
            said = wire.text_of_whole(x.stored.whole) if x.stored.whole else wire.text(list(x.stored.events))
        try:
            self._waiting.put_nowait(Kept(x.id, x.at, x.tenant, x.route.name, msgspec.Raw(_line(x.ask.body)), said))
        except queue.Full:
            self.left_out += 1

    def close(self) -> None:
        """Write what is left."""
        self._waiting.put(None)
        self._thread.join()
        os.close(self._sink)
        if self.left_out:
            _log.error("%d prompts were not kept: the file could not be written so fast", self.left_out)

    def _run(self) -> None:
        while (kept := self._waiting.get()) is not None:
            try:
                os.write(self._sink, msgspec.json.encode(kept) + b"\n")
            except (OSError, ValueError) as error:
                _log.error("a prompt could not be kept: %s", error)


def _line(body: bytes) -> bytes:
    """A request as text on one line, so that no client writes a second one: no string of JSON holds a line end."""
    return body.decode(errors="replace").translate(_SPACED).encode()
