"""What is part of the compiled kernel, so that what was compiled is known by it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from archwright import policy
from archwright.analysis.stress import kernel, station, tally
from archwright.base import histogram
from archwright.plan import rules, servers, warm, workload

# Packages of which everything may be compiled, and modules of which something is.
SOURCES: tuple[ModuleType, ...] = (policy, kernel, histogram, rules, servers, station, tally, warm, workload)
COMPILERS = ("numba", "llvmlite", "numpy")


def digest(modules: Iterable[ModuleType] = SOURCES) -> str:
    """16 hexadecimal digits that change with any of the sources and with the compiler's version.

    Raises:
        PackageNotFoundError: the compiler is not installed.
    """
    total = hashlib.blake2b(" ".join(version(name) for name in COMPILERS).encode(), digest_size=8)
    for module in modules:
        for file in _files(module):
            total.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def folder(loop: Path) -> str:
    """The name of the folder of what was compiled from `loop`.

    The compiler keeps its own files by the place and the time of the loop's file, so the same sources in another place
    are another folder: what is called ready is never compiled again unseen.
    """
    kept_by = f"{digest()} {loop.resolve()} {loop.stat().st_mtime_ns}"
    return hashlib.blake2b(kept_by.encode(), digest_size=8).hexdigest()


def _files(module: ModuleType) -> Iterator[Path]:
    """A module's file; of a package all its modules, in order."""
    file = Path(str(module.__file__))
    return iter(sorted(file.parent.glob("*.py"))) if file.name == "__init__.py" else iter((file,))
