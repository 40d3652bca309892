"""The kernel in machine code: its functions and those of the policies, compiled together and kept on disk.

A function is compiled when compiled code first calls it; called from Python it stays plain. What is kept must not
outlive a change of *any* of the functions, so its folder is named by a digest of all sources and of the compiler.

What is linked into the loop is called by nobody else. Told so, the compiler knows all calls of each function: it puts
more of them where they are called, and hands arguments and results on in registers. It brought a sixth of all time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any

from archwright.analysis.stress.kernel import loop, memory, tables
from archwright.analysis.stress.kernel.engine import Run
from archwright.analysis.stress.kernel.memory import Memory
from archwright.analysis.stress.kernel.sources import folder as named
from archwright.analysis.stress.kernel.tables import State

numba: Any = import_module("numba")
types: Any = numba.types
codegen: Any = import_module("numba.core.codegen")
WRAPPER = "_ZN7cpython"  # the beginning of the name of what Python calls; the function's own goes on as its does
# Numba asks nobody how it should link: the method that is called when all is linked, and where it is linked to.
LINKED = "_optimize_final_module"
MODULE = "_final_module"
# Nothing here allocates, so nothing is counted; inner functions are never called from Python.
INNER = {"error_model": "numpy", "_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
OUTER = {"error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True}


@cache
def _inner(function: Callable[..., Any]) -> Any:
    return numba.njit(memory.fetch if function is tables.fetch else function, **INNER)


@numba.extending.typeof_impl.register(FunctionType)  # type: ignore[untyped-decorator]
def _typeof(value: Any, _: Any) -> Any:
    """A plain function that compiled code calls is compiled too."""
    return types.Dispatcher(_inner(value))


def _alone(module: Any) -> None:
    """Say of functions that are linked together that nobody calls them but what Python calls among them."""
    inside = [function for function in module.functions if not function.is_declaration]
    wrappers = [function.name for function in inside if function.name.startswith(WRAPPER)]
    called = {*wrappers, *("_ZN" + name.removeprefix(WRAPPER) for name in wrappers)}
    for function in inside if called else ():
        if function.name not in called:
            function.linkage = "internal"


@contextmanager
def _as_a_whole() -> Iterator[None]:
    """What is compiled meanwhile is compiled so, where numba still links as it did (0.65 to 0.68)."""
    library = codegen.JITCodeLibrary
    before = getattr(library, LINKED, None)
    if before is None:
        yield
        return

    def whole(linked: Any) -> None:
        _alone(getattr(linked, MODULE))
        before(linked)

    setattr(library, LINKED, whole)
    try:
        yield
    finally:
        setattr(library, LINKED, before)


def compiled_loop(folder: Path | None = None) -> Run:
    """The loop as it is compiled when it is first called; `folder` keeps what was compiled (None: nothing is kept)."""
    before = numba.config.CACHE_DIR
    if folder is not None:
        # The only place in which numba lets its user say where; it is read when a function is decorated.
        numba.config.CACHE_DIR = str(folder / named(Path(loop.__file__)))
    try:
        compiled = numba.njit(loop.run, cache=folder is not None, **OUTER)
    finally:
        numba.config.CACHE_DIR = before

    def run(state: State, events: int) -> int:
        memory = Memory(state)
        with _as_a_whole():
            return int(compiled(memory, events))

    return run
