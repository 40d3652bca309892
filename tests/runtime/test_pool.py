"""Work that several processes share: all of it is done, the door is the same, and an interrupt loses nothing."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Generator, Iterator
from multiprocessing import active_children

import pytest

from archwright.base.errors import DependencyMissing
from archwright.runtime import cluster
from archwright.runtime.cluster import Cluster
from archwright.runtime.pool import Alone, Processes, Workers, cores


def product(shared: int, task: int) -> int:
    return shared * task


def whose(_shared: None, _task: int) -> int:
    return os.getpid()


def interrupted(shared: int, task: int) -> int:
    """The third task interrupts the one who asked, as a terminal would."""
    if task == 3:
        os.kill(shared, signal.SIGINT)
    return task


def results(workers: Workers) -> dict[int, int]:
    return dict(workers.run(product, 7, list(range(25))))


@pytest.mark.parametrize("workers", [Alone(), Processes(2)], ids=["alone", "processes"])
def test_every_task_is_done_once(workers: Workers) -> None:
    assert results(workers) == {place: 7 * place for place in range(25)}


def test_processes_are_others() -> None:
    assert os.getpid() not in dict(Processes(2).run(whose, None, [1, 2, 3, 4])).values()


def test_nothing_to_do() -> None:
    assert list(Processes(2).run(product, 1, [])) == []


def kept(run: Iterator[tuple[int, int]]) -> list[int]:
    """What came before the interrupt was raised."""
    found: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        found.extend(result for _, result in run)
    return found


def test_an_interrupt_lets_what_is_under_way_end() -> None:
    before = signal.getsignal(signal.SIGINT)
    assert kept(Alone().run(interrupted, os.getpid(), [1, 2, 3, 4, 5])) == [1, 2, 3]
    many = list(range(2000))
    found = kept(Processes(2).run(interrupted, os.getpid(), many))
    assert 3 in found
    assert len(found) < len(many)
    assert signal.getsignal(signal.SIGINT) == before


def endless(_shared: None, task: int) -> int:
    """Only the first task ends."""
    if task > 0:
        threading.Event().wait(3600.0)
    return task


def test_who_asks_no_more_leaves_nobody_at_work() -> None:
    run = Processes(2).run(endless, None, [0, 1, 2])
    assert next(iter(run)) == (0, 0)
    assert isinstance(run, Generator)
    run.close()
    for child in active_children():
        child.join(20.0)
        assert gone(child.pid)


def gone(number: int | None) -> bool:
    """Whether no process has this number; two threads that wait for one child may both believe that it lives."""
    try:
        os.kill(number or 0, 0)
    except ProcessLookupError:
        return True
    return False


def test_there_is_a_core() -> None:
    assert cores() >= 1


def test_without_ray_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> None:
        raise ModuleNotFoundError

    monkeypatch.setattr(cluster, "import_module", missing)
    with pytest.raises(DependencyMissing, match=r"archwright\[ray\]"):
        Cluster("local", 2)


def test_ray_is_behind_the_same_door() -> None:
    assert results(Cluster("local", 2)) == {place: 7 * place for place in range(25)}
