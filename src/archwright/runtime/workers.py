"""Several processes behind one address: each serves by itself, and the kernel deals the connections out."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final

from archwright.base.errors import ProviderUnavailable

PASSED_ON: Final = ("SIGTERM", "SIGINT", "SIGHUP")


def several(count: int, work: Callable[[int], None], parted: Callable[[], None]) -> None:
    """Run `work(number)` in so many child processes, and wait until all have ended.

    `parted` closes what is the children's alone. Signals to end or to reload are passed on. When one ends before it
    was told to, the others are told to as well: whoever started us starts all again. When this process is killed they
    end as if they were told to, and leave the address and the ledgers to whatever is started then.

    Raises:
        ProviderUnavailable: one ended before it was told to, or not well.
    """
    children: dict[int, int] = {}
    told: list[int] = []

    def pass_on(number: int, _: FrameType | None) -> None:
        if number != signal.Signals["SIGHUP"]:
            told.append(number)
        for pid in list(children):
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.kill(pid, number)

    for name in PASSED_ON:
        signal.signal(signal.Signals[name], pass_on)
    alive = os.pipe()
    for number in range(count):
        children[_fork(number, work, alive)] = number
    os.close(alive[0])  # the other end is open as long as this process is there
    parted()
    lost = ""
    while children:
        pid, status = os.waitpid(-1, 0)
        number = children.pop(pid, -1)
        code = os.waitstatus_to_exitcode(status)
        if not told or code:
            lost = lost or f"worker {number + 1} ended with exit code {code}"
            pass_on(signal.SIGTERM, None)
    os.close(alive[1])
    if lost:
        raise ProviderUnavailable(lost)


def _fork(number: int, work: Callable[[int], None], alive: tuple[int, int]) -> int:
    """Begin one. In the child an error goes up the way that it would without workers."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        for name in PASSED_ON:
            signal.signal(signal.Signals[name], signal.SIG_DFL)
        os.close(alive[1])
        threading.Thread(target=_orphaned, args=alive[:1], name="parent", daemon=True).start()
        work(number)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
    return pid


def _orphaned(alive: int) -> None:
    """End once nobody holds the other end of a pipe any more."""
    os.read(alive, 1)
    os.kill(os.getpid(), signal.SIGTERM)
