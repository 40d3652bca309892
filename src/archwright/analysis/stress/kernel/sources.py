"""What is part of the compiled kernel, so that what was compiled is known by it."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterable
from importlib.metadata import version
from types import ModuleType

from archwright.analysis.stress import station, tally
from archwright.analysis.stress.kernel import (
    arrivals,
    counts,
    crews,
    gateway,
    heap,
    kept,
    loop,
    luck,
    rooms,
    suppliers,
    tables,
    trips,
    weather,
)
from archwright.base import histogram
from archwright.plan import rules, servers, workload
from archwright.policy import (
    breaker,
    bucket,
    budget,
    chance,
    choose,
    decide,
    lanes,
    law,
    outbox,
    provider,
    retry,
    route,
    router,
    scale,
    service,
    state,
)

# Every module whose functions, numbers or types are compiled.
SOURCES: tuple[ModuleType, ...] = (
    arrivals, breaker, bucket, budget, chance, choose, counts, crews, decide, gateway, heap, histogram, kept, lanes,
    law, loop, luck, outbox, provider, retry, rooms, route, router, rules, scale, servers, service, state, station,
    suppliers, tables, tally, trips, weather, workload,
)  # fmt: skip
COMPILERS = ("numba", "llvmlite", "numpy")


def digest(modules: Iterable[ModuleType] = SOURCES) -> str:
    """16 hexadecimal digits that change with any of the sources and with the compiler's version.

    Raises:
        PackageNotFoundError: the compiler is not installed.
    """
    total = hashlib.blake2b(" ".join(version(name) for name in COMPILERS).encode(), digest_size=8)
    for module in modules:
        total.update(module.__name__.encode() + b"\0" + inspect.getsource(module).encode() + b"\0")
    return total.hexdigest()
