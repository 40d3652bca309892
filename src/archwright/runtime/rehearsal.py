"""A rehearsal: the emulated supplier and the gateway as processes of their own, the workload replayed against them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import msgspec

from archwright.base.errors import ProviderUnavailable
from archwright.facts.corpus import Corpus, corpus
from archwright.ledger.journal import Journal
from archwright.ledger.rows import Run
from archwright.plan.model import Plan, Scenario, encode, plan_hash
from archwright.plan.passages import decode
from archwright.plan.users import Users
from archwright.plan.workload import Visit
from archwright.runtime import children
from archwright.runtime.children import Child
from archwright.runtime.emulator.setup import Setup as EmulatorSetup
from archwright.runtime.gateway.setup import ClientKey, Setup, Upstream
from archwright.runtime.providers import stand_in
from archwright.runtime.replay.client import LEAD_S, Client, Play, Replayed
from archwright.runtime.replay.prompts import about

NOTICE_S = 5.0  # within which a process that broke its connections is seen to have ended

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything a rehearsal needs.

    `started` is the time of day for the ledgers; `indexes` are the files of the plan's retrievers, in their order.
    `users` are those who come back after each visit.
    """

    plan: Plan
    scenario: Scenario
    scale: float
    seed: int
    ledger: Path
    journeys: Path
    record: Path
    started: str
    indexes: tuple[Path, ...] = ()
    users: Mapping[int, Users] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of it: what the client saw, and the supplier's own bill."""

    replayed: Replayed
    bill: dict[str, Any]


async def perform(stage: Stage, visits: Iterable[Visit], progress: Callable[[int], None]) -> Ran:
    """Start both processes, replay, stop them.

    Raises:
        ProviderUnavailable: a process did not start or ended before its time; the text has its last words.
    """
    plan = encode(stage.plan)
    keys = [secrets.token_hex(16) for _ in stage.plan.tenants]
    async with child("emulated provider", "archwright.runtime.emulator", EmulatorSetup(plan, stage.scale)) as supplier:
        setup = Setup(
            plan=plan,
            upstreams=tuple(Upstream(stand_in(target.provider), supplier.url) for target in stage.plan.targets),
            ledger=str(stage.ledger),
            keys=tuple(
                ClientKey(tenant.name, hashlib.sha256(key.encode()).hexdigest())
                for tenant, key in zip(stage.plan.tenants, keys, strict=True)
            ),
            record=str(stage.record),
            mode="rehearse",
            scale=stage.scale,
            scenario=stage.scenario.name,
            seed=stage.seed,
            indexes=tuple(str(file) for file in stage.indexes),
        )
        async with child("gateway", "archwright.runtime.gateway", setup) as gateway, session() as client:
            play = Play(
                stage.plan, stage.scenario, stage.scale, stage.seed, gateway.url, keys, _asks(stage), stage.users
            )
            with _journeys(stage) as journal:
                replay = Client(play, journal, client)
                start = msgspec.json.encode({"scenario": stage.scenario.name, "seed": stage.seed, "after_s": LEAD_S})
                replayed = await guarded(_replay(replay, supplier, client, start, visits, progress), gateway, supplier)
            async with client.get(f"{supplier.url}/_emulator/bill") as answer:
                bill = msgspec.json.decode(await answer.read())
    return Ran(replayed, bill)


def _asks(stage: Stage) -> dict[int, Corpus]:
    """What is asked of each retriever."""
    return {place: about(decode(file.read_bytes(), str(file)), corpus()) for place, file in enumerate(stage.indexes)}


async def _replay(
    client: Client,
    supplier: Child,
    session: aiohttp.ClientSession,
    start: bytes,
    visits: Iterable[Visit],
    progress: Callable[[int], None],
) -> Replayed:
    async with session.post(f"{supplier.url}/_emulator/start", data=start) as answer:
        await answer.read()
    return await client.run(visits, progress)


async def guarded(work: Coroutine[Any, Any, T], *watched: Child) -> T:
    """Do the work, unless a process that it needs ends before.

    Raises:
        ProviderUnavailable: one did; the text has its last words.
    """
    doing = asyncio.ensure_future(work)
    ends = {asyncio.ensure_future(child.process.wait()): child for child in watched}
    try:
        await asyncio.wait((doing, *ends), return_when=asyncio.FIRST_COMPLETED)
        for end, child in ends.items():
            if end.done():
                raise await child.gone()
        try:
            result = await doing
        except ProviderUnavailable:
            # A connection can be seen to break before its process is seen to have ended.
            await asyncio.wait(ends, timeout=NOTICE_S, return_when=asyncio.FIRST_COMPLETED)
            for end, child in ends.items():
                if end.done():
                    raise await child.gone() from None
            raise
        return result
    finally:
        for task in (doing, *ends):
            task.cancel()
        await asyncio.gather(doing, *ends, return_exceptions=True)


@contextlib.asynccontextmanager
async def child(name: str, module: str, setup: msgspec.Struct) -> AsyncIterator[Child]:
    """A process of `python -m module` that has ended when the block is left.

    Raises:
        ProviderUnavailable: it did not start.
    """
    started = await children.start(name, module, setup)
    try:
        yield started
    finally:
        await started.stop()


def session() -> aiohttp.ClientSession:
    """A client without bounds of its own: the gateway decides how long it waits."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30.0),
        timeout=aiohttp.ClientTimeout(total=None),
        cookie_jar=aiohttp.DummyCookieJar(),
        read_bufsize=2**18,
    )


@contextlib.contextmanager
def _journeys(stage: Stage) -> Any:
    """The client's ledger, written as it goes."""
    with stage.journeys.open("wb") as sink:
        journal = Journal(sink)
        journal.add(
            Run(
                plan=plan_hash(stage.plan),
                system=stage.plan.system,
                facts=stage.plan.facts,
                mode="rehearse",
                started=stage.started,
                scale=stage.scale,
                scenario=stage.scenario.name,
                seed=stage.seed,
            )
        )
        try:
            yield journal
        finally:
            journal.flush()
