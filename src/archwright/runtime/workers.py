"""Several processes behind one address: each serves by itself, and the kernel deals the connections out."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Final

from archwright.base.errors import ProviderUnavailable

PASSED_ON: Final = ("SIGTERM", "SIGINT", "SIGHUP")


def several(count: int, work: Callable[[int], None], parted: Callable[[], None]) -> None:
    """Run `work(number)` in so many child processes, and wait until all have ended.

    `parted` closes what is the children's alone. Signals to end or to reload are passed on. When one ends before it
    was told to, the others are told to as well: whoever started us starts all again.

    Raises:
        ProviderUnavailable: one ended before it was told to, or not well.
    """
    children: dict[int, int] = {}
    told: list[int] = []

    def pass_on(number: int, _: FrameType | None) -> None:
        if number != signal.Signals["SIGHUP"]:
            told.append(number)
        for pid in children:
            os.kill(pid, number)

    for name in PASSED_ON:
        signal.signal(signal.Signals[name], pass_on)
    for number in range(count):
        children[_fork(number, work)] = number
    parted()
    lost = ""
    while children:
        pid, status = os.waitpid(-1, 0)
        number = children.pop(pid, -1)
        code = os.waitstatus_to_exitcode(status)
        if not told or code:
            lost = lost or f"worker {number + 1} ended with exit code {code}"
            pass_on(signal.SIGTERM, None)
    if lost:
        raise ProviderUnavailable(lost)


def _fork(number: int, work: Callable[[int], None]) -> int:
    """Begin one. In the child an error goes up the way that it would without workers."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        for name in PASSED_ON:
            signal.signal(signal.Signals[name], signal.SIG_DFL)
        work(number)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
    return pid
