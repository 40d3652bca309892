"""Which engine simulates in this process; compiling the fast one, now or ahead.

What was compiled lies in the user's cache, in a folder named by all its sources, with a file `ready` in it when it is
whole. Where there is none, nobody waits: the plain engine simulates, and a child process compiles for the next time.
"""

from __future__ import annotations

import fcntl
import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archwright.analysis.stress.at_hand import AT_HAND, put_at_hand
from archwright.base.errors import DependencyMissing, UsageError

if TYPE_CHECKING:
    from archwright.analysis.stress.at_hand import Fast
    from archwright.analysis.stress.kernel.engine import Run
    from archwright.analysis.stress.points import Point, Reading
    from archwright.plan.model import Plan
    from archwright.plan.trace import Trace

ENGINES: Final = ("auto", "fast", "plain")
WANTED: Final = "ARCHWRIGHT_ENGINE"  # the environment says it to child processes too
KEPT: Final = 8  # compiled versions, a megabyte each, that stay in the cache
READY: Final = "ready"
NO_COMPILER: Final = "numba is not installed, so the plain engine simulates, slower: install `archwright[fast]`"
COLD: Final = (
    "the fast engine is not compiled yet, so the plain one simulates, slower; it is being compiled for the next time"
)
WAITING: Final = "another process compiles the same; waiting for it"

Say = Callable[[str], None]


def choose(engine: str) -> None:
    """The engine that is wanted from now on, here and in child processes.

    Raises:
        UsageError: there is no such engine.
    """
    if engine not in ENGINES:
        raise UsageError(f"there is no engine `{engine}`; known: {', '.join(ENGINES)}")
    os.environ[WANTED] = engine


def at_first_need(say: Say) -> None:
    """See which engine there is when something is first simulated; `say` is told what is not as it should be."""
    put_at_hand(partial(_load, say), say)


def missing(plan: Plan, trace: Trace | None) -> bool:
    """Whether the plain engine simulates because the fast one is not there, and not because it was chosen."""
    from archwright.analysis.stress.engines import fast_for

    fast_for(plan, trace)
    return os.environ.get(WANTED, "auto") == "auto" and AT_HAND.fast is None


def measured(trace: Trace | None, points: Sequence[Point]) -> list[Reading]:
    """`points.measured` in a process that may have been started for it."""
    from archwright.analysis.stress import points as many

    at_first_need(lambda _words: None)
    return many.measured(trace, points)


def warm(say: Say, folder: Path | None = None) -> Path:
    """Compile the fast engine, unless that is done; where it lies.

    Raises:
        DependencyMissing: the compiler is not installed.
    """
    if find_spec("numba") is None:
        raise DependencyMissing("the fast engine needs numba: install `archwright[fast]`")
    place = folder or cache()
    home = _home(place)
    with alone(home, say):
        if not (home / READY).exists():
            say("compiling the fast engine, about a minute")
            _drop(home)
            home.mkdir()
            _use(_compiled(place))
            (home / READY).touch()
            forget(place, home)
    return home


def cache() -> Path:
    """The folder of compiled code in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "archwright" / "compiled"


def loaded(say: Say, folder: Path | None = None) -> Run | None:
    """The compiled loop from the cache, tried; None where there is none that works."""
    place = folder or cache()
    home = _home(place)
    if not (home / READY).exists():
        return None
    try:
        with _uncollected():
            loop = _compiled(place)
            _use(loop)
    except Exception as error:  # noqa: BLE001 - a broken file of the cache can fail in any way
        say(f"the compiled engine in {home} is broken ({error}) and is made anew")
        _drop(home)
        return None
    return loop


def _load(say: Say) -> Fast | None:
    """The fast engine as it is wanted and as far as it is there."""
    wanted = os.environ.get(WANTED, "auto")
    if wanted == "plain":
        return None
    if find_spec("numba") is None:
        if wanted == "fast":
            raise DependencyMissing("the fast engine needs numba: install `archwright[fast]`")
        say(NO_COMPILER)
        return None
    loop = loaded(say)
    if loop is None and wanted == "fast":
        warm(say)
        loop = loaded(say)
    if loop is None:
        say(COLD)
        _compile_beside()
        return None
    from archwright.analysis.stress.kernel.engine import simulate

    return partial(simulate, loop=loop)


def _compile_beside() -> None:
    """Start a process that compiles and outlives this one, unless another one does so already."""
    import subprocess

    home = _home(cache())
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with home.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return
    none = subprocess.DEVNULL
    line = [sys.executable, "-m", "archwright", "warm", "engine"]
    subprocess.Popen(line, stdin=none, stdout=none, stderr=none, start_new_session=True)


@contextmanager
def alone(home: Path, say: Say) -> Iterator[None]:
    """While it lasts, no other process compiles the same; `say` is told when another one does so first."""
    home.parent.mkdir(parents=True, exist_ok=True)
    with home.with_suffix(".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(WAITING)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _uncollected() -> Iterator[None]:
    """While it lasts, nothing is looked for that could be thrown away: a compiler's modules are made to stay."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _home(place: Path) -> Path:
    from archwright.analysis.stress.kernel import loop, sources

    return place / sources.folder(Path(loop.__file__))


def _compiled(place: Path) -> Run:
    from archwright.analysis.stress.kernel.compile import compiled_loop

    return compiled_loop(place)


def _use(loop: Run) -> None:
    """Simulate a second of nothing, which compiles what is not compiled."""
    from archwright.analysis.stress.kernel.engine import simulate
    from archwright.plan.model import Gateway, Plan, Scenario

    gateway = Gateway("gateway", 1, 0, 0.0, 0, 1.0)
    nothing = Plan("nothing", "", "", gateway, (), (), (), (), (), (), (), ())
    simulate(nothing, Scenario("nothing", "", 1.0, ()), 1, 1.0, None, loop)


def _drop(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def forget(place: Path, home: Path) -> None:
    """Drop all but the newest compiled versions."""
    others = [item for item in place.iterdir() if item.is_dir() and item != home]
    for old in sorted(others, key=lambda item: item.stat().st_mtime, reverse=True)[KEPT - 1 :]:
        _drop(old)
