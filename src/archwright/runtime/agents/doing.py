"""What agents do outside themselves: ask a model through the gateway's own route, ask a tool, meet a fault."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, NamedTuple

import aiohttp
import msgspec

from archwright.plan.agents import Agent, Tool
from archwright.plan.cost import call_cost
from archwright.plan.faults import CALM, Faults, Weather
from archwright.plan.model import Plan
from archwright.plan.rules import price_of
from archwright.policy.chance import ERROR, WORK, log_normal, uniform
from archwright.policy.lanes import BATCH, REALTIME
from archwright.runtime.agents.words import Message
from archwright.runtime.http1.request import Inner
from archwright.runtime.neutral import Usage
from archwright.runtime.openai.events import usage_of
from archwright.runtime.serving import Service

MOST_RESULT: Final = 64 * 1024  # bytes of a tool's answer
# headers that calls inherit
_KEPT: Final = (b"authorization", b"host", b"traceparent", b"x-archwright-journey", b"x-archwright-lane")
DOWN: Final = "down"
_CHAT: Final = "/v1/chat/completions"


class Failed(Exception):
    """A component did not do its work; the text says why."""


class Reply(NamedTuple):
    """What a model said. `prepared`: the words are the route's own, because no model answered. Pico-dollars."""

    text: str
    cost: int
    usage: Usage
    prepared: bool


@dataclass(slots=True)
class Turn:
    """What belongs to one request of a client: its headers, its number, and how many calls it has made so far."""

    conversation: str
    digest: str
    request: str
    luck: int
    headers: Mapping[bytes, bytes]
    calls: count[int] = field(default_factory=lambda: count(1))


class Doing:
    """The ways to models and tools.

    Args:
        plan: in the time in which it runs.
        app: the gateway itself: a model call is a request to it like any other, with its row in the ledger.
        faults: what goes wrong on purpose, by component; empty where nothing does.
        emulated: tools answer with their examples and take their time from the plan.
        seed: of the luck of components.
    """

    def __init__(self, plan: Plan, app: Service, faults: Mapping[str, Faults], emulated: bool, seed: int) -> None:
        self.plan = plan
        self.app = app
        self.faults = faults
        self.emulated = emulated
        self.seed = seed
        self.zero = time.monotonic()
        names = [*(agent.name for agent in plan.agents), *(tool.name for tool in plan.tools)]
        self.places = {name: index for index, name in enumerate(names)}
        self.tools = {tool.name: tool for tool in plan.tools}
        self.targets = {target.name: target for target in plan.targets}
        self.session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the way to tools."""
        self.session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=10.0), cookie_jar=aiohttp.DummyCookieJar()
        )

    async def stop(self) -> None:
        """Close it."""
        if self.session is not None:
            await self.session.close()

    async def model(self, turn: Turn, agent: Agent, route: int, messages: list[Message]) -> Reply:
        """Ask a model by a route of the gateway.

        Raises:
            Failed: the gateway did not answer with words.
            TimeoutError: the file's bound for the call is over.
        """
        body = msgspec.json.encode({"model": self.plan.routes[route].name, "messages": messages})
        async with asyncio.timeout(agent.call_timeout_s or None):
            status, headers, answer = await self._call(turn, agent, body)
        if status != 200:
            raise Failed(_code(answer) or f"status {status}")
        return self._reply(headers, answer)

    async def tool(self, turn: Turn, agent: str, name: str, question: str) -> str:
        """Ask a tool.

        Raises:
            Failed: it did not answer with anything.
        """
        tool = self.tools[name]
        if self.emulated:
            await self.own_time(turn, tool)
            return tool.example or "nothing was found"
        # A turn that is resumed or asked again has the same key, so that a tool can do its work once.
        headers = {"Idempotency-Key": f"{turn.conversation}/{turn.digest}/{agent}/{name}"}
        asked = {"question": question, "conversation": turn.conversation, "agent": agent}
        try:
            return await self._posted(tool, asked, headers)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Failed(type(error).__name__) from error

    async def own_time(self, turn: Turn, item: Agent | Tool) -> None:
        """Take the time of an emulated component, and fail as its rate and the weather have it.

        Raises:
            Failed: it fails.
        """
        if not self.emulated:
            return
        number = turn.luck * 64 + self.places[item.name] % 64
        weather = self._weather(item.name)
        if weather.down:
            raise Failed(DOWN)
        luck = uniform(self.seed, number, 0, WORK)
        await asyncio.sleep(weather.slow * log_normal(item.median_s, item.spread, luck))
        working = (1.0 - item.error_rate) * (1.0 - weather.errors)
        if uniform(self.seed, number, 0, ERROR) >= working:
            raise Failed("error")

    def fault(self, name: str) -> str:
        """Why a component cannot work now; empty where it can."""
        return DOWN if self._weather(name).down else ""

    def _weather(self, name: str) -> Weather:
        faults = self.faults.get(name)
        return faults.at(time.monotonic() - self.zero) if faults else CALM

    async def _call(self, turn: Turn, agent: Agent, body: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
        number = next(turn.calls)
        headers = {name: value for name, value in turn.headers.items() if name in _KEPT} | {
            b"content-type": b"application/json",
            b"content-length": str(len(body)).encode(),
            b"x-request-id": f"{turn.request[:110]}-{number}".encode(),
            b"x-archwright-step": agent.name.encode(),
            b"x-archwright-session": turn.conversation.encode("ascii", "replace")[:100],
        }
        request = Inner("POST", _CHAT, headers, body)
        await self.app.handle(request)
        return request.status, request.got, b"".join(request.said)

    def _reply(self, headers: dict[bytes, bytes], answer: bytes) -> Reply:
        try:
            whole = msgspec.json.decode(answer, type=_Whole)
            usage = usage_of(answer) or Usage(0, 0, 0)
        except (msgspec.DecodeError, RecursionError) as error:
            raise Failed("no answer that can be read") from error
        text = next((choice.message.content or "" for choice in whole.choices), "")
        if not text.strip():
            raise Failed("an empty answer")
        target = self.targets.get(headers.get(b"x-archwright-target", b"").decode())
        lane = BATCH if headers.get(b"x-archwright-lane") == b"batch" else REALTIME
        cost = 0
        if target is not None:
            cost = call_cost(usage.input, usage.cached, usage.output, price_of(target, lane), usage.kinds)
        return Reply(text, cost, usage, b"rung=canned" in headers.get(b"x-archwright-level", b""))

    async def _posted(self, tool: Tool, question: Mapping[str, str], headers: Mapping[str, str]) -> str:
        if self.session is None:
            raise Failed("not started")
        async with self.session.post(tool.endpoint, json=question, headers=headers, allow_redirects=False) as answer:
            body = await answer.content.read(MOST_RESULT + 1)
            while len(body) <= MOST_RESULT and (piece := await answer.content.readany()):
                body += piece
            if answer.status != 200:
                raise Failed(f"status {answer.status}")
        if len(body) > MOST_RESULT:
            raise Failed("a longer answer than a model is told")
        result: Any = msgspec.json.decode(body)
        told = result.get("answer") if isinstance(result, dict) else None
        return told if isinstance(told, str) else msgspec.json.encode(result).decode()


class _Said(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Said


class _Whole(msgspec.Struct):
    choices: list[_Choice]


class _Fault(msgspec.Struct):
    code: str | None = None


class _Error(msgspec.Struct):
    error: _Fault


def _code(answer: bytes) -> str:
    try:
        return msgspec.json.decode(answer, type=_Error).error.code or ""
    except (msgspec.DecodeError, RecursionError):
        return ""
