"""A drill: customers talk to the agents of a plan, through the real gateway and an emulated supplier, in a scenario."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from archwright.ledger.talks import Talk
from archwright.plan.agents import served
from archwright.plan.model import Plan, Scenario, encode
from archwright.runtime.emulator.setup import Setup as EmulatorSetup
from archwright.runtime.gateway.setup import ClientKey, Setup, Upstream
from archwright.runtime.rehearsal import child, guarded, session

AT_ONCE: Final = 4  # conversations side by side: what two cores carry without making them wait for each other
_FIRST: Final = 1000  # request numbers begin above it


@dataclass(frozen=True, slots=True)
class Drill:
    """Everything that one pass needs. The scenario is one of the plan's.

    `indexes` are the files of the plan's retrievers, in their order.
    """

    plan: Plan
    scenario: Scenario
    scale: float
    seed: int
    ledger: Path
    conversations: Path
    indexes: tuple[Path, ...] = ()


async def perform(drill: Drill, questions: Sequence[str], progress: Callable[[int], None]) -> list[Talk]:
    """Start both processes, ask every question in a conversation of its own, stop them; the talks in their order.

    Raises:
        ProviderUnavailable: a process did not start or ended before its time; the text has its last words.
    """
    plan = encode(drill.plan)
    keys = [secrets.token_hex(16) for _ in drill.plan.tenants]
    made = EmulatorSetup(plan, drill.scale)
    async with child("emulated provider", "archwright.runtime.emulator", made) as supplier:
        setup = Setup(
            plan=plan,
            upstreams=tuple(Upstream("emulated", supplier.url) for _ in drill.plan.targets),
            ledger=str(drill.ledger),
            keys=tuple(
                ClientKey(tenant.name, hashlib.sha256(key.encode()).hexdigest())
                for tenant, key in zip(drill.plan.tenants, keys, strict=True)
            ),
            mode="rehearse",
            scale=drill.scale,
            scenario=drill.scenario.name,
            seed=drill.seed,
            agents=str(drill.conversations),
            indexes=tuple(str(file) for file in drill.indexes),
        )
        async with child("gateway", "archwright.runtime.gateway", setup) as gateway, session() as client:
            start = msgspec.json.encode({"scenario": drill.scenario.name, "seed": drill.seed})
            async with client.post(f"{supplier.url}/_emulator/start", data=start) as answer:
                await answer.read()
            customers = _Customers(drill, client, gateway.url, keys[0] if keys else "", progress)
            return await guarded(customers.ask_all(questions), gateway, supplier)


class _Customers:
    def __init__(
        self, drill: Drill, client: aiohttp.ClientSession, url: str, key: str, progress: Callable[[int], None]
    ) -> None:
        self.drill = drill
        self.client = client
        self.url = f"{url}/v1/chat/completions"
        self.model = next(iter(served(drill.plan.system, drill.plan.agents)))
        self.key = key
        self.progress = progress
        self.places = asyncio.Semaphore(AT_ONCE)
        self.done = 0

    async def ask_all(self, questions: Sequence[str]) -> list[Talk]:
        return list(await asyncio.gather(*(self._ask(number, text) for number, text in enumerate(questions, 1))))

    async def _ask(self, number: int, question: str) -> Talk:
        headers = {"X-Request-Id": str(_FIRST + number), "X-Archwright-Session": f"drill-{number}"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        asked = {"model": self.model, "messages": [{"role": "user", "content": question}]}
        async with self.places:
            began = time.monotonic()
            async with self.client.post(self.url, json=asked, headers=headers) as answer:
                body = await answer.read()
            total_s = (time.monotonic() - began) * self.drill.scale
        self.done += 1
        self.progress(self.done)
        said = answer.headers
        missing = _names(said.get("x-archwright-degraded", ""))
        prepared = said.get("x-archwright-degraded") == "prepared-words"
        return Talk(
            number=number,
            question=question,
            status=answer.status,
            worked=(*_names(said.get("x-archwright-agents", "")), *_names(said.get("x-archwright-tools", ""))),
            missing=() if prepared else missing,
            prepared=prepared,
            person=said.get("x-archwright-handed-over", ""),
            text=_text(body),
            total_s=total_s,
        )


class _Message(msgspec.Struct):
    content: str = ""


class _Choice(msgspec.Struct):
    message: _Message


class _Fault(msgspec.Struct):
    message: str = ""


class _Whole(msgspec.Struct):
    choices: tuple[_Choice, ...] = ()
    error: _Fault | None = None


def _text(body: bytes) -> str:
    whole = msgspec.json.decode(body, type=_Whole)
    return whole.error.message if whole.error else next((choice.message.content for choice in whole.choices), "")


def _names(listed: str) -> tuple[str, ...]:
    return tuple(name for name in listed.split(",") if name)
