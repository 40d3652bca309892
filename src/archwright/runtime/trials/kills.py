"""A gateway is killed at random moments with streams in flight; what clients have received says what must be there.

A client notes when it has the last byte of an answer. Then the process gets SIGKILL, which nothing can catch. A row of
an answered request may be missing only if the answer came within the promised window before the kill, on a machine that
gives the gateway a processor meanwhile: a thread that waits for one cannot write.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from archwright.ledger.chain import verify
from archwright.ledger.rows import Attempt, Request, decode
from archwright.plan.model import Plan, encode
from archwright.runtime import children
from archwright.runtime.emulator.setup import Setup as EmulatorSetup
from archwright.runtime.gateway.setup import Setup, Upstream
from archwright.runtime.gateway.writer import WINDOW_S
from archwright.runtime.providers import stand_in
from archwright.runtime.stores import store_for
from archwright.runtime.trials.small import plan

CLIENTS = 8
LONGEST_S = 0.4  # a kill comes at most so long after the first answer is asked for


@dataclass
class Kills:
    """What came of some kills. `lost_late_s` are the ages at the kill of answers whose rows are missing."""

    kills: int = 0
    answered: int = 0
    in_flight: int = 0
    lost_s: list[float] = field(default_factory=list)
    window_s: float = 0.0
    intact: bool = True

    @property
    def beyond(self) -> int:
        """Rows that are missing and should not be."""
        return sum(age > self.window_s for age in self.lost_s)


@dataclass
class _Seen:
    """What the clients of one life of a gateway saw: when each answer was there, and what was still coming."""

    answered: dict[str, float] = field(default_factory=dict)
    open: int = 0
    number: int = 0


async def kills(place: str, times: int, sync: bool, seed: int, progress: Callable[[int], None]) -> Kills:
    """Kill a gateway so many times; its ledger at `place` goes on from life to life.

    Raises:
        ProviderUnavailable: a process did not start.
    """
    chance = random.Random(seed)
    design = plan()
    found = Kills(window_s=0.0 if sync else WINDOW_S)
    supplier = await children.start("emulated provider", "archwright.runtime.emulator", EmulatorSetup(encode(design)))
    try:
        rows = 0
        for life in range(times):
            seen, killed = await _life(_setup(design, supplier.url, place, sync), f"{seed}-{life}", chance)
            rows = _compare(place, rows, seen, killed, found)
            progress(life + 1)
        lines, head = store_for(place).read(place)
        found.intact = not verify(lines, head).broken
    finally:
        await supplier.stop()
    return found


def _setup(design: Plan, supplier: str, place: str, sync: bool) -> Setup:
    upstreams = tuple(Upstream(stand_in(target.provider), supplier) for target in design.targets)
    return Setup(encode(design), upstreams, place, sync=sync)


async def _life(setup: Setup, name: str, chance: random.Random) -> tuple[_Seen, float]:
    """One life of a gateway: what its clients saw, and when it was killed."""
    seen = _Seen()
    gateway = await children.start("gateway", "archwright.runtime.gateway", setup)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        asking = [
            asyncio.ensure_future(_ask(session, gateway.url, f"{name}-{client}", seen, random.Random(chance.random())))
            for client in range(CLIENTS)
        ]
        await asyncio.sleep(chance.uniform(0.02, LONGEST_S))
        killed = time.monotonic()
        gateway.process.kill()
        await asyncio.gather(*asking)
    await gateway.stop()
    return seen, killed


async def _ask(session: aiohttp.ClientSession, url: str, name: str, seen: _Seen, chance: random.Random) -> None:
    """Ask one thing after the other, streamed or whole, until nobody answers."""
    while True:
        seen.number += 1
        identity = f"{name}-{seen.number}"
        body = {
            "model": "fallback",
            "messages": [{"role": "user", "content": "where is my parcel " * chance.randint(1, 20)}],
            "max_tokens": chance.randint(1, 60),
            "stream": chance.random() < 0.6,
        }
        seen.open += 1
        try:
            async with session.post(
                f"{url}/v1/chat/completions", json=body, headers={"x-request-id": identity}
            ) as response:
                whole = await response.read()
        except (aiohttp.ClientError, OSError):
            return
        if response.status == 200 and (not body["stream"] or whole.endswith(b"data: [DONE]\n\n")):
            seen.answered[identity] = time.monotonic()
            seen.open -= 1


def _compare(place: str, before: int, seen: _Seen, killed: float, found: Kills) -> int:
    """Hold the rows of one life against what its clients saw; how many rows there are now."""
    lines, _ = store_for(place).read(place)
    with contextlib.closing(lines):  # type: ignore[type-var]
        rows = list(decode(lines, place))
    ended = {row.request for row in rows[before:] if isinstance(row, Request) and row.how == "answered"}
    tried = {row.request for row in rows[before:] if isinstance(row, Attempt) and row.outcome == "ok"}
    found.kills += 1
    found.answered += len(seen.answered)
    found.in_flight += seen.open
    missing = [identity for identity in seen.answered if identity not in ended or identity not in tried]
    found.lost_s += [max(0.0, killed - seen.answered[identity]) for identity in missing]
    return len(rows)


async def kill_everywhere(
    folder: Path, times: int, seed: int, progress: Callable[[str], None], database: str = ""
) -> dict[str, Kills]:
    """Kills in each way of writing, soon and sync, `times` in all, most of them with files.

    Args:
        folder: for files and SQLite.
        times: kills in all.
        seed: of all luck.
        progress: told what is going on.
        database: the address of a PostgreSQL server; empty: it is left out.
    """
    places = {"files": (str(folder / "{}.jsonl"), 0.3), "sqlite": (str(folder / "{}.sqlite"), 0.1)}
    if database:
        places["postgres"] = (f"{database}#{{}}", 0.1)
    most = sum(2.0 * share for _, share in places.values())
    found = {}
    for number, (name, sync) in enumerate((name, sync) for name in places for sync in (False, True)):
        place, share = places[name]
        count = max(1, round(times * share / most))
        how = f"{name}, {'sync' if sync else 'soon'}"

        def told(done: int, how: str = how, count: int = count) -> None:
            progress(f"{how}: {done} of {count} kills")

        found[how] = await kills(place.format("sync" if sync else "soon"), count, sync, seed + number, told)
    return found
