"""Work that several processes share: the same function for every task, what it shares sent once.

The first interrupt lets what is under way end, so that nothing that was worked for is lost; the second one does not
wait. Results come as they are ready, with the place of their task.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from types import FrameType
from typing import Any, Protocol

LOOK_S = 0.2  # between looks for an interrupt

Work = Callable[[Any, Any], Any]  # what is shared, a task: its result
Done = tuple[int, Any]
_begun: dict[str, Any] = {}


class Workers(Protocol):
    """Who works. `name` tells people."""

    name: str

    def run(self, work: Work, shared: Any, tasks: Sequence[Any]) -> Iterator[Done]:
        """The results of `work(shared, task)`, as they are ready, with the places of their tasks.

        Raises:
            KeyboardInterrupt: after an interrupt, when the results of what was under way have come.
        """


class Alone:
    """This process."""

    name = "one process"

    def run(self, work: Work, shared: Any, tasks: Sequence[Any]) -> Iterator[Done]:
        """See `Workers`."""
        with interrupts() as stop:
            for place, task in enumerate(tasks):
                yield place, work(shared, task)
                if stop.is_set():
                    raise KeyboardInterrupt


class Processes:
    """Several processes of this machine, started anew: none inherits a lock or an open file."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.name = f"{count} processes"

    def run(self, work: Work, shared: Any, tasks: Sequence[Any]) -> Iterator[Done]:
        """See `Workers`."""
        pool = ProcessPoolExecutor(
            min(self.count, len(tasks)) or 1, get_context("spawn"), initializer=_begin, initargs=(work, shared)
        )
        places: dict[Future[Any], int] = {}
        try:
            with interrupts() as stop:
                places.update((pool.submit(_do, task), place) for place, task in enumerate(tasks))
                yield from _ready(places, stop)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            if not all(future.done() for future in places):  # nobody waits for them any more
                for child in active_children():
                    child.terminate()


def _ready(places: dict[Future[Any], int], stop: threading.Event) -> Iterator[Done]:
    left = set(places)
    while left:
        done, left = wait(left, LOOK_S, FIRST_COMPLETED)
        for future in done:
            yield places[future], future.result()
        if stop.is_set():
            for future in wait([each for each in left if not each.cancel()]).done:
                yield places[future], future.result()
            raise KeyboardInterrupt


def cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


@contextmanager
def interrupts() -> Generator[threading.Event]:
    """While it lasts, the first interrupt sets the event, and the next one interrupts as always."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.getsignal(signal.SIGINT)

    def heard(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, heard)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _begin(work: Work, shared: Any) -> None:
    """In a worker: keep what is shared; an interrupt of the terminal is for the one who asked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _begun.update(work=work, shared=shared)


def _do(task: Any) -> Any:
    return _begun["work"](_begun["shared"], task)
