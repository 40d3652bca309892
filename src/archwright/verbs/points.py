"""Running many simulations: on several processes or a cluster, with progress, kept as they finish.

Finished points lie in a folder, each under the name of all that decides it: configuration, scenario, seed, load,
recorded traffic and the digest of the program. A run that was interrupted asks for the same points and finds them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

import archwright
from archwright.analysis.stress.points import Point, Reading, key, tasks
from archwright.base.errors import UsageError
from archwright.plan.trace import Trace
from archwright.runtime.cluster import Cluster
from archwright.runtime.pool import Alone, Processes, Workers, cores
from archwright.verbs.engines import measured
from archwright.verbs.progress import Progress

# What decides what a simulation says; the rest of the program only asks and shows.
DECIDES: Final = ("analysis/stress", "analysis/compiled.py", "base", "plan", "policy")
FEW: Final = 2  # tasks that one process does sooner than others could be started


@dataclass
class Bench:
    """Where simulations are run: who works, where finished points are kept, how far it is.

    `made` and `found` count the points that were simulated and those that were there before.
    """

    workers: Workers
    keep: Path | None = None
    progress: Progress = field(default_factory=Progress)
    made: int = 0
    found: int = 0
    at_hand: dict[str, Reading] = field(default_factory=dict)

    def knows(self, point: Point, found: Reading, trace: Trace | None = None) -> None:
        """Take over what was simulated already."""
        self.at_hand[key(point, _code(), _digest(trace))] = found

    def run(self, points: Sequence[Point], trace: Trace | None = None, what: str = "simulations") -> list[Reading]:
        """The reading of each point, in their order.

        Raises:
            KeyboardInterrupt: interrupted; what was finished is kept.
        """
        mark = _digest(trace)
        names = [key(point, _code(), mark) for point in points]
        known = {name: found for name in dict.fromkeys(names) if (found := self._kept(name)) is not None}
        self.found += len(known)
        left = {name: point for name, point in zip(names, points, strict=True) if name not in known}
        work = list(tasks(list(left.values()), trace))
        given = iter(left)
        named = [[next(given) for _ in task] for task in work]
        workers = self.workers if len(work) > FEW else Alone()
        told = self.progress.of(len(left), what)
        for place, readings in workers.run(measured, trace, work):
            for name, found in zip(named[place], readings, strict=True):
                known[name] = found
                self._keep(name, found)
                self.made += 1
            told.more(len(readings))
        return [known[name] for name in names]

    def _kept(self, name: str) -> Reading | None:
        """A reading from before; one that cannot be read is made again."""
        if name in self.at_hand:
            return self.at_hand[name]
        if self.keep is None:
            return None
        try:
            return msgspec.json.decode((self.keep / f"{name}.json").read_bytes(), type=Reading)
        except (OSError, msgspec.DecodeError):
            return None

    def _keep(self, name: str, found: Reading) -> None:
        """Write a reading in one step, so that a file that is there is whole."""
        if self.keep is None:
            return
        self.keep.mkdir(parents=True, exist_ok=True)
        half = self.keep / f"{name}.{os.getpid()}.part"
        half.write_bytes(msgspec.json.encode(found))
        half.replace(self.keep / f"{name}.json")


def bench(keep: Path | None = None, workers: int = 0, cluster: str = "", progress: Progress | None = None) -> Bench:
    """Somewhere to run simulations.

    Args:
        keep: folder for finished points; None keeps nothing.
        workers: processes; 0 takes as many as there are cores.
        cluster: address of a Ray cluster, `local` for one that begins and ends with us, empty for none.
        progress: who is told how far it is.

    Raises:
        UsageError: `keep` is a file.
        DependencyMissing: a cluster is asked for, and Ray is not installed.
    """
    if keep is not None and keep.exists() and not keep.is_dir():
        raise UsageError(f"{keep} is no folder; finished points are kept in one")
    count = workers or cores()
    found: Workers = Cluster(cluster, count) if cluster else Processes(count) if count > 1 else Alone()
    return Bench(found, keep, progress or Progress())


@cache
def _code() -> str:
    """The digest of everything that decides what a simulation says."""
    root = Path(archwright.__file__).parent
    total = hashlib.blake2b(digest_size=8)
    for part in DECIDES:
        for file in sorted([root / part] if part.endswith(".py") else (root / part).rglob("*.py")):
            total.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def _digest(trace: Trace | None) -> str:
    return hashlib.blake2b(msgspec.json.encode(trace), digest_size=8).hexdigest() if trace is not None else ""
