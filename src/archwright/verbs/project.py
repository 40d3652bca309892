"""Opening a system's file: what stands beside it, the day that it is looked at, the plan that follows from it."""

from __future__ import annotations

import datetime as dt
import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from archwright.base.errors import InputError, Location, Problem
from archwright.spec.given import Word
from archwright.spec.load import Loaded, load
from archwright.spec.model import System
from archwright.spec.setting import Setting

if TYPE_CHECKING:
    from archwright.plan.compile import Compiled
    from archwright.plan.trace import Trace
    from archwright.verbs.documents import Read

PRICES = "prices.yaml"
MOST_ROWS = 2_000_000


@dataclass(frozen=True)
class Project:
    """A loaded file. `as_of` is the day for which facts are looked up; `overlays` are the files laid over it.

    `recorded` is traffic that replaces the file's own; `given` are values that were put in place of the file's.
    """

    path: Path
    loaded: Loaded
    as_of: dt.date
    prices: Path | None = None
    overlays: tuple[Word, ...] = ()
    recorded: Path | None = None
    given: tuple[Setting, ...] = ()
    _cache: dict[str, object] = field(default_factory=dict, compare=False)

    @property
    def system(self) -> System:
        """The system."""
        return self.loaded.system

    @cached_property
    def compiled(self) -> Compiled:
        """The plan and the book of what went into it.

        Raises:
            InputError: it cannot be compiled: a price is unknown, there is no gateway.
        """
        # Compiling loads the price data; verbs that only read the file do without.
        from archwright.plan.compile import compile_plan
        from archwright.spec.overrides import load_overrides

        beside = self.path.parent / PRICES
        file = self.prices or (beside if beside.exists() else None)
        overrides = load_overrides(file) if file else None
        return compile_plan(self.system, self.as_of, overrides, indexes=self.documents.indexes)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is doubtful about the facts that it was compiled with.

        Raises:
            InputError: it cannot be compiled.
        """
        return self.compiled.warnings

    @cached_property
    def documents(self) -> Read:
        """The documents that routes answer from, as indexes, and what could not be read of them.

        Raises:
            InputError: a folder is missing or holds nothing that can be read.
        """
        from archwright.verbs.documents import read_documents

        return read_documents(self.loaded)

    def overlaid(self, name: Word) -> Project:
        """The same system with one more file laid over it, looked at on the same day.

        Raises:
            InputError: the file cannot be read, or the two do not make a system.
        """
        overlays = (*self.overlays, name)
        return replace(self, loaded=_read(self.path, overlays, self.given), overlays=overlays, _cache={})

    def changed(self, given: Sequence[Setting]) -> Project:
        """The same system with some values changed, each as if it were written in the file.

        Raises:
            InputError: a path is not known, or a value cannot stand there; with all problems at once.
        """
        if not given:
            return self
        both = (*self.given, *given)
        return replace(self, loaded=_read(self.path, self.overlays, both), given=both, _cache={})

    def trace(self, given: Path | None = None) -> Trace | None:
        """Recorded traffic: the given file, else `recorded`, else what the first critical journey names, else none.

        Raises:
            InputError: it cannot be read, has no rate, or the file names one outside its own folder.
        """
        from archwright.plan.workload import traced_journey

        file = given or self.recorded
        if file is not None:
            return _with_a_rate(read_trace_file(file), file)
        journeys = list(self.system.workload.journeys.values())
        if not journeys:
            return None
        named = journeys[traced_journey(self.compiled.plan)].trace
        if not named:
            return None
        beside = self.loaded.beside(named)
        return _with_a_rate(read_trace_file(beside), beside)


def open_project(
    path: Path, as_of: dt.date | None = None, prices: Path | None = None, overlays: tuple[str, ...] = ()
) -> Project:
    """Load a system's file; a folder stands for the `system.yaml` in it. `as_of` is today unless given.

    `overlays` are files beside it, or below, that say what differs; they are laid over it in their order.

    Raises:
        InputError: with every problem found.
    """
    file = path / "system.yaml" if path.is_dir() else path
    words = tuple(Word(name) for name in overlays)
    return Project(file, _read(file, words), as_of or dt.datetime.now(dt.UTC).date(), prices, words)


def _read(path: Path, overlays: tuple[Word, ...], given: tuple[Setting, ...] = ()) -> Loaded:
    """Load a file with what is laid over it, and look up the technologies that it names.

    Raises:
        InputError: with every problem found.
    """
    from archwright.plan.technologies import unknown

    loaded = load(path, overlays, given)
    problems = unknown(loaded.system)
    if problems:
        raise InputError(problems)
    return loaded


def _with_a_rate(trace: Trace, path: Path) -> Trace:
    """The trace, unless all of it comes at one moment: it says nothing of how many arrive in a while.

    Raises:
        InputError: no two of its arrivals lie apart.
    """
    if trace.sessions or trace.rate > 0:
        return trace
    rows = "its one row" if len(trace.times) == 1 else f"all of its {len(trace.times)} rows"
    message = f"{rows} came at one moment, which says nothing of how many come in an hour"
    mend = "give a recording of at least two arrivals at different times"
    raise InputError([Problem("bad-trace", message, Location(str(path)), mend)])


def read_trace_file(path: Path) -> Trace:
    """Read recorded traffic from a CSV or JSON-lines file, compressed with gzip or not.

    Raises:
        InputError: it is not there, not text, or not a known trace.
    """
    from archwright.plan.trace import read_trace

    def refused(message: str) -> InputError:
        return InputError(
            [Problem("bad-trace", message, Location(str(path)), "give a CSV or JSON-lines file, or a .gz of one")]
        )

    if not path.is_file():
        raise refused("there is no such file")
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            trace = read_trace(islice(lines, MOST_ROWS), str(path))
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise refused(f"it cannot be read: {error}") from error
    return trace
