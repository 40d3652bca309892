"""The gateway's data path as machine code: the same modules, compiled from the same sources, where that was done.

What was compiled lies in the user's cache, in a folder named by a digest of the sources, of Python and of the compiler,
so nothing that was compiled from other sources is ever loaded. `use` puts a finder before Python's own; it is called
before the first of the modules is imported, and only by what serves. Where nothing lies there, the sources run as ever.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec
from importlib.metadata import PackageNotFoundError, version
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Final

from archwright.base.errors import DependencyMissing, UsageError

WANTED: Final = "ARCHWRIGHT_GATEWAY"  # the environment says it, to child processes too
WAYS: Final = ("auto", "compiled", "plain")
COMPILER: Final = "mypy"  # it brings mypyc
GROUP: Final = "archwright_path"  # the library that the modules share is named by it
NOT_YET: Final = "the gateway is not compiled; `archwright warm gateway` does it, and serves a third to a half more"
SUFFIX: Final = EXTENSION_SUFFIXES[0]
# What serves a request from its first byte to its row. Records of msgspec and errors stay outside: compiled they would
# be something else.
MODULES: Final = (
    "archwright.policy.admission",
    "archwright.policy.breaker",
    "archwright.policy.bucket",
    "archwright.policy.budget",
    "archwright.policy.chance",
    "archwright.policy.choose",
    "archwright.policy.decide",
    "archwright.policy.ending",
    "archwright.policy.kept",
    "archwright.policy.lanes",
    "archwright.policy.law",
    "archwright.policy.machine",
    "archwright.policy.outbox",
    "archwright.policy.retry",
    "archwright.policy.route",
    "archwright.policy.router",
    "archwright.policy.state",
    "archwright.policy.trying",
    "archwright.policy.worth",
    "archwright.runtime.gateway.answers",
    "archwright.runtime.gateway.app",
    "archwright.runtime.gateway.ask",
    "archwright.runtime.gateway.attempt",
    "archwright.runtime.gateway.beside",
    "archwright.runtime.gateway.brain",
    "archwright.runtime.gateway.citations",
    "archwright.runtime.gateway.estimate",
    "archwright.runtime.gateway.exchange",
    "archwright.runtime.gateway.house",
    "archwright.runtime.gateway.metrics",
    "archwright.runtime.gateway.ring",
    "archwright.runtime.gateway.shadow",
    "archwright.runtime.gateway.way",
    "archwright.runtime.http1.client",
    "archwright.runtime.http1.deadlines",
    "archwright.runtime.http1.incoming",
    "archwright.runtime.http1.request",
    "archwright.runtime.http1.server",
    "archwright.runtime.http1.volley",
)
# What they can have been compiled from: everything that they may import.
_FLOORS: Final = ("base", "facts", "learn", "ledger", "plan", "policy", "report", "runtime", "spec")
_PACKAGE: Final = Path(__file__).parents[1]
_why: Final[list[str]] = []  # this process runs the sources


class Finder(MetaPathFinder):
    """Finds compiled modules in a folder."""

    def __init__(self, folder: Path) -> None:
        self.files = {name: folder.joinpath(*name.split(".")).with_suffix(SUFFIX) for name in MODULES}
        self.files[f"{GROUP}__mypyc"] = folder / f"{GROUP}__mypyc{SUFFIX}"

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module lies; None: it is none of ours."""
        del path, target
        file = self.files.get(fullname)
        if file is None:
            return None
        return spec_from_file_location(fullname, file, loader=ExtensionFileLoader(fullname, str(file)))


def use(folder: Path | None = None) -> None:
    """Load the data path compiled from now on, where that is wanted and possible.

    Raises:
        DependencyMissing: it is wanted by the environment and not there.
        UsageError: the environment wants something that there is not.
    """
    wanted = os.environ.get(WANTED, "auto")
    if wanted not in WAYS:
        raise UsageError(f"there is no {WANTED}={wanted}; known: {', '.join(WAYS)}")
    if wanted == "plain":
        _why[:] = [f"as {WANTED} says"]
        return
    if not _in_place():
        _why[:] = [_put_in_place(folder or cache_folder())]
        if wanted == "compiled" and not _in_place():
            raise DependencyMissing(_why[0])


def told() -> str:
    """Which way requests go in this process, in words for whoever starts it."""
    if _in_place():
        return "requests go through compiled code"
    return ": ".join(("requests go through plain Python", *_why))


def _in_place() -> bool:
    return any(isinstance(item, Finder) for item in sys.meta_path)


def _put_in_place(folder: Path) -> str:
    """Put the finder in its place; why that cannot be, or nothing."""
    if any(name in sys.modules for name in MODULES):
        return "the sources were loaded before it was asked for"
    if not folder.is_dir() or not home(folder).is_dir():  # most have none, and need no digest
        return NOT_YET
    place = home(folder)
    finder = Finder(place)
    sys.meta_path.insert(0, finder)
    try:
        import_module(f"{GROUP}__mypyc")
    except ImportError as error:  # of another machine, or half of it
        sys.meta_path.remove(finder)
        return f"what was compiled in {place} cannot be loaded ({error}); delete it and run `archwright warm gateway`"
    return ""


def cache_folder() -> Path:
    """The folder in the user's cache for what was compiled."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "archwright" / "gateway"


def home(folder: Path, package: Path = _PACKAGE) -> Path:
    """Where what is compiled from the sources of a package lies, whether it is there or not."""
    return folder / digest(package)


@cache
def digest(package: Path) -> str:
    """16 hexadecimal digits that change with any source that could matter, with Python, and with the compiler."""
    total = hashlib.blake2b(f"{sys.version}\0{SUFFIX}\0{_compiler()}\0".encode(), digest_size=8)
    for floor in _FLOORS:
        for file in sorted((package / floor).rglob("*.py")):
            total.update(str(file.relative_to(package)).encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def _compiler() -> str:
    try:
        return version(COMPILER)
    except PackageNotFoundError:
        return ""
