"""The kernel in machine code: its functions and those of the policies, compiled together and kept on disk.

A function is compiled when compiled code first calls it; called from Python it stays plain. What is kept must not
outlive a change of *any* of the functions, so its folder is named by a digest of all sources and of the compiler.
"""

from __future__ import annotations

from collections.abc import Callable
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
        return int(compiled(memory, events))

    return run
