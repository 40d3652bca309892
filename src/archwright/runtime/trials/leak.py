"""Many requests through a gateway, and its memory meanwhile: whole answers, streams, refusals, kept ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from archwright.plan.model import encode
from archwright.runtime import children
from archwright.runtime.gateway.setup import Setup, Upstream
from archwright.runtime.trials.crowd import Crowd, Got
from archwright.runtime.trials.small import plan
from archwright.runtime.trials.steady import Steady
from archwright.runtime.trials.taken import resident_mb

CLIENTS: Final = 32
LOOKS: Final = 20
WARM: Final = 0.25  # share of the requests after which caches are full and pools have their size


@dataclass(frozen=True, slots=True)
class Lasted:
    """What was asked, by status of the answer, and the gateway's memory in MB after each twentieth of it."""

    statuses: dict[int, int]
    memory: tuple[float, ...]


def growth_mb(memory: Sequence[float]) -> float:
    """How much more memory the last quarter of the looks had at least than the first ones that were warm; at least 0.

    The least of each is compared, because what a look finds swings with what is under way just then.
    """
    warm = memory[int(len(memory) * WARM) :]
    part = max(1, len(warm) // 3)
    return max(0.0, min(warm[-part:]) - min(warm[:part]))


def asked() -> list[bytes]:
    """What is asked, one after the other and again: whole answers, streams, kept ones, refusals, a long question."""
    bodies = [_body("alone", n % 2 == 0, f"question {n}") for n in range(64)]
    bodies += [_body("stale", False, f"question {n}") for n in range(256)]  # more than its cache holds
    return [*bodies, _body("unknown", False, "?"), b"{", _body("alone", False, "\u00e9" * 20_000)]


async def last(folder: Path, requests: int, progress: Callable[[int], None]) -> Lasted:
    """Ask so much of a gateway.

    Raises:
        ProviderUnavailable: a process did not start.
    """
    design = plan(first_s=0.0)
    bodies = asked()
    statuses: dict[int, int] = {}
    memory: list[float] = []

    def done(got: Got) -> None:
        statuses[got.status] = statuses.get(got.status, 0) + 1

    supplier = await children.start("supplier", "archwright.runtime.trials.steady", Steady(0.0))
    try:
        upstreams = tuple(Upstream("emulated", supplier.url) for _ in design.targets)
        setup = Setup(encode(design), upstreams, str(folder / "leak.jsonl"))
        gateway = await children.start("gateway", "archwright.runtime.gateway", setup)
        try:
            crowd = Crowd(f"{gateway.url}/v1/chat/completions", {}, lambda number: bodies[number % len(bodies)])
            for look in range(LOOKS):
                await crowd.queue(CLIENTS, requests // LOOKS, done)
                memory.append(resident_mb(gateway.process.pid))
                progress((look + 1) * (requests // LOOKS))
            crowd.close()
        finally:
            await gateway.stop()
    finally:
        await supplier.stop()
    return Lasted(statuses, tuple(memory))


def _body(route: str, stream: bool, text: str) -> bytes:
    asked = {"model": route, "messages": [{"role": "user", "content": text}], "max_tokens": 20, "stream": stream}
    return msgspec.json.encode(asked)
