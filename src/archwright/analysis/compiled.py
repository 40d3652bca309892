"""The policies compiled to machine code: the same functions, the same results, some hundred times as fast.

Where plain Python works on lists of small objects, compiled code works on arrays of records; `tables` makes them.

A compiled function that calls another one keeps the code that it was compiled with, so a cache on disk must not outlive
a change of *any* policy module. Its folder is therefore named by a digest of all their sources and of the compiler.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any, get_type_hints

from archwright.base.errors import DependencyMissing
from archwright.policy import (
    admission,
    batching,
    breaker,
    bucket,
    budget,
    chance,
    choose,
    copies,
    decide,
    ending,
    health,
    lanes,
    outbox,
    provider,
    replica,
    retry,
    route,
    router,
    scale,
    sequences,
    service,
    trying,
)

LEAVES: tuple[ModuleType, ...] = (
    batching, breaker, bucket, budget, chance, choose, health, provider, replica, retry, route, scale, sequences,
    service,
)  # fmt: skip
# The machine of a gateway: `decide.take`, `decide.arrive` and so on work on a `policy.state.State` made with `tables`.
MACHINE: tuple[ModuleType, ...] = (*LEAVES, outbox, copies, lanes, router, ending, admission, trying, decide)

_NUMBERS = {int: "i8", float: "f8"}


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
                # Nothing in the dialect allocates, so nothing is counted; and a call that is put in place of its name
                # does not hand over every table: together a machine is some fifteen times as fast.
                compiled[leaf] = numba.njit(own, cache=cache is not None, _nrt=False, forceinline=True)
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


def tables(kind: type[Any], values: Sequence[Any]) -> Any:
    """A table for compiled code: an array of numbers, or of records with the fields of `kind`. See `policy.law.Make`.

    Raises:
        DependencyMissing: numpy is not installed.
    """
    numpy = _numpy()
    if kind in _NUMBERS:
        return numpy.array(values, dtype=_NUMBERS[kind])
    fields = get_type_hints(kind)
    rows = [tuple(getattr(value, field) for field in fields) for value in values]
    return numpy.array(rows, dtype=record(kind))


def record(kind: type[Any]) -> Any:
    """The type of a record with the fields of a NamedTuple or a data class of numbers.

    Raises:
        DependencyMissing: numpy is not installed.
    """
    return _numpy().dtype([(name, _NUMBERS[number]) for name, number in get_type_hints(kind).items()], align=True)


def digest(modules: Sequence[ModuleType], version: str) -> str:
    """16 hexadecimal digits that change with any source beside the modules and with the compiler's version.

    The modules' neighbours count too: constants that come from there are part of the compiled code.
    """
    total = hashlib.blake2b(version.encode(), digest_size=8)
    for folder in sorted({Path(str(module.__file__)).parent for module in modules}):
        for file in sorted(folder.glob("*.py")):
            total.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def _leaves(module: ModuleType) -> Iterator[FunctionType]:
    """The functions that a module defines, not those that it imports."""
    return (
        value
        for value in vars(module).values()
        if isinstance(value, FunctionType) and value.__module__ == module.__name__
    )


def _numba() -> Any:
    return _needed("numba")


def _numpy() -> Any:
    return _needed("numpy")


def _needed(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise DependencyMissing(f"compiled policies need {name}: install `archwright[fast]`") from error
