"""A plan's gateway under more and more load, before a supplier that answers at once: how far, and at what cost.

The clients are closed: each asks again as soon as it has its answer. Client, gateway and supplier are three processes
of one machine, so what a request takes of a processor says more of the gateway than the requests of a second do.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from archwright.base.numbers import percentile
from archwright.plan.model import Plan, encode
from archwright.runtime import children
from archwright.runtime.gateway.setup import ClientKey, Setup, Upstream
from archwright.runtime.providers import PROVIDERS, stand_in
from archwright.runtime.trials.crowd import Crowd, Got
from archwright.runtime.trials.steady import Steady
from archwright.runtime.trials.taken import cpu_s, resident_mb

CLIENTS: Final = (1, 2, 4, 8, 16, 32, 64, 128)
ALONE: Final = 0.3  # share of the time in which one is asked after the other
WARM: Final = 200
LEAST: Final = 50  # requests of a step
MORE: Final = 1.05  # a step that carries less than so many times the best one before it carries no more
FULL: Final = 0.9  # of a processor: from there on the gateway itself is what has no more to give


@dataclass(frozen=True, slots=True)
class Try:
    """What is tried, and for how long in all. `asked` makes the body of a request from its number."""

    folder: Path
    plan: Plan
    asked: Callable[[int], bytes]
    seconds: float
    indexes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """So many clients at once.

    Attributes:
        clients: who each ask again as soon as they are answered.
        requests: that were asked.
        per_s: answered in a second.
        p50_s: until an answer was there.
        p99_s: likewise.
        cpu_s: processor seconds of the gateway for a request.
        busy: processors that the gateway kept busy.
        refused: requests that got another answer than 200.
    """

    clients: int
    requests: int
    per_s: float
    p50_s: float
    p99_s: float
    cpu_s: float
    busy: float
    refused: int


@dataclass(slots=True)
class Carried:
    """What came of it: seconds of calls straight to the supplier and through the gateway, one by one, and the steps."""

    direct_s: list[float] = field(default_factory=list)
    through_s: list[float] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    memory_mb: float = 0.0

    def added_s(self, share: float) -> float:
        """What the gateway adds at a percentile: the difference of the two, at least 0."""
        return max(0.0, percentile(sorted(self.through_s), share) - percentile(sorted(self.direct_s), share))

    @property
    def best(self) -> Step:
        """The step with the most answers in a second."""
        return max(self.steps, key=lambda step: step.per_s)

    @property
    def bends(self) -> int:
        """The clients from which on more of them get no more answers; 0: that was not reached."""
        best = 0.0
        for step, after in zip(self.steps, self.steps[1:], strict=False):
            best = max(best, step.per_s)
            if after.per_s < MORE * best:
                return step.clients
        return 0


async def carried(wish: Try, progress: Callable[[str], None]) -> Carried:
    """Try it.

    Raises:
        ProviderUnavailable: a process did not start.
    """
    supplier = await children.start("supplier", "archwright.runtime.trials.steady", Steady(0.0))
    try:
        setup, headers = _setup(wish, supplier.url)
        gateway = await children.start("gateway", "archwright.runtime.gateway", setup)
        try:
            return await _steps(wish, supplier, gateway, headers, progress)
        finally:
            await gateway.stop()
    finally:
        await supplier.stop()


def _setup(wish: Try, supplier: str) -> tuple[Setup, dict[str, str]]:
    """The gateway's setup, with a key for its first tenant, and the header with the key."""
    upstreams = tuple(Upstream(stand_in(target.provider), supplier) for target in wish.plan.targets)
    key = secrets.token_hex(16)
    digest = hashlib.sha256(key.encode()).hexdigest()
    keys = tuple(ClientKey(tenant.name, digest) for tenant in wish.plan.tenants[:1])
    ledger = str(wish.folder / "bench.jsonl")
    setup = Setup(encode(wish.plan), upstreams, ledger, keys=keys, indexes=wish.indexes)
    return setup, {"Authorization": f"Bearer {key}"} if keys else {}


async def _steps(
    wish: Try,
    supplier: children.Child,
    gateway: children.Child,
    headers: dict[str, str],
    progress: Callable[[str], None],
) -> Carried:
    found = Carried()
    target = wish.plan.targets[wish.plan.routes[0].hops[0].target]
    url = PROVIDERS.get(stand_in(target.provider)).url(supplier.url, target.name)
    crowd = Crowd(f"{gateway.url}/v1/chat/completions", headers, wish.asked)
    straight = Crowd(url, {}, wish.asked)
    for each in (crowd, straight):
        await each.queue(4, WARM, lambda _: None)
    await _alone(found, crowd, straight, wish.seconds * ALONE)
    lasts_s = wish.seconds * (1.0 - ALONE) / len(CLIENTS)
    rate = 1.0 / max(percentile(sorted(found.through_s), 0.5), 1e-6)
    for clients in CLIENTS:
        progress(f"{clients} at once")
        step = await _step(crowd, clients, max(LEAST, clients, int(rate * lasts_s)), gateway.process.pid)
        found.steps.append(step)
        rate = max(step.per_s, 1.0)
    found.memory_mb = resident_mb(gateway.process.pid)
    crowd.close()
    straight.close()
    return found


async def _alone(found: Carried, crowd: Crowd, straight: Crowd, seconds: float) -> None:
    """One request after the other, in turns straight to the supplier and through the gateway."""
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(found.through_s) < LEAST:
        for each, took in ((straight, found.direct_s), (crowd, found.through_s)):
            took.append((await each.one()).took_s)


async def _step(crowd: Crowd, clients: int, requests: int, pid: int) -> Step:
    took: list[float] = []
    refused = 0

    def done(got: Got) -> None:
        nonlocal refused
        took.append(got.took_s)
        refused += got.status != 200

    before, began = cpu_s(pid), time.monotonic()
    await crowd.queue(clients, requests, done)
    lasted, spent = time.monotonic() - began, cpu_s(pid) - before
    in_order: Sequence[float] = sorted(took)
    return Step(
        clients,
        requests,
        (requests - refused) / lasted,
        percentile(in_order, 0.5),
        percentile(in_order, 0.99),
        spent / requests,
        spent / lasted,
        refused,
    )
