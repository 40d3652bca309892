"""The policies compiled to machine code: the same leaves, the same results, some hundred times as fast.

A compiled function that calls another one keeps the code that it was compiled with, so a cache on disk must not outlive
a change of *any* policy module. Its folder is therefore named by a digest of all their sources and of the compiler.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

from archwright.base.errors import DependencyMissing
from archwright.policy import breaker, bucket, budget, chance, choose, provider, retry, route, scale, service

LEAVES: tuple[ModuleType, ...] = (
    breaker, bucket, budget, chance, choose, provider, retry, route, scale, service,
)  # fmt: skip


def compile_policies(cache: Path | None = None, modules: Sequence[ModuleType] = LEAVES) -> SimpleNamespace:
    """A namespace with one namespace for each module, in which every function is compiled when it is first called.

    Args:
        cache: folder in which compiled code is kept between runs; None keeps nothing.
        modules: modules of leaves. Calls between them go to compiled functions; all else in them is taken as constant.

    Raises:
        DependencyMissing: numba is not installed.
    """
    numba = _numba()
    spaces = {module: dict(vars(module)) for module in modules}
    compiled: dict[Callable[..., Any], Any] = {}
    before = numba.config.CACHE_DIR
    if cache is not None:
        # The only place in which numba lets its user say where; it is read when a function is decorated.
        numba.config.CACHE_DIR = str(cache / digest(modules, numba.__version__))
    try:
        for module, space in spaces.items():
            for leaf in _leaves(module):
                own = FunctionType(leaf.__code__, space, leaf.__name__, leaf.__defaults__)
                own.__module__ = module.__name__
                compiled[leaf] = numba.njit(own, cache=cache is not None)
    finally:
        numba.config.CACHE_DIR = before
    for space in spaces.values():
        for name, value in space.items():
            if isinstance(value, FunctionType) and value in compiled:
                space[name] = compiled[value]
    return SimpleNamespace(
        **{
            module.__name__.rpartition(".")[2]: SimpleNamespace(
                **{leaf.__name__: compiled[leaf] for leaf in _leaves(module)}
            )
            for module in modules
        }
    )


def digest(modules: Sequence[ModuleType], version: str) -> str:
    """16 hexadecimal digits that change with any of the modules' sources and with the compiler's version."""
    total = hashlib.blake2b(version.encode(), digest_size=8)
    for module in modules:
        total.update(module.__name__.encode() + b"\0" + inspect.getsource(module).encode() + b"\0")
    return total.hexdigest()


def _leaves(module: ModuleType) -> Iterator[FunctionType]:
    """The functions that a module defines, not those that it imports."""
    return (
        value
        for value in vars(module).values()
        if isinstance(value, FunctionType) and value.__module__ == module.__name__
    )


def _numba() -> Any:
    try:
        return import_module("numba")
    except ModuleNotFoundError as error:
        raise DependencyMissing("compiled policies need numba: install `archwright[fast]`") from error
