"""Agents that answer clients: one conversation a thread, accepted in the ledger before it begins, kept in SQLite."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote
from weakref import WeakValueDictionary

import msgspec
from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from archwright.base.errors import InputError, Location, Problem
from archwright.ledger.rows import Conversation, Standing
from archwright.plan.agents import served
from archwright.plan.faults import faults_of
from archwright.plan.model import Plan
from archwright.runtime.agents import state as s
from archwright.runtime.agents.doing import Doing, Turn
from archwright.runtime.agents.graph import Graph, build
from archwright.runtime.agents.store import Store, Waiting, is_ours
from archwright.runtime.agents.words import Message
from archwright.runtime.gateway.answers import Answer, error, spoken
from archwright.runtime.gateway.crew import CONVERSATIONS
from archwright.runtime.gateway.exchange import Exchange
from archwright.runtime.gateway.house import House, wall
from archwright.runtime.gateway.setup import Setup
from archwright.runtime.http1.request import Header
from archwright.runtime.neutral import Usage
from archwright.runtime.serving import Service

MOST_STEPS: Final = 10_000  # of the graph in one turn; an agent's own bounds end it long before
MOST_BYTES: Final = 1024 * 1024
_MESSAGES: Final = msgspec.json.Decoder(list[dict[str, Any]])
_ROLES: Final = ("user", "assistant")


class _Told(msgspec.Struct):
    answer: str


class Crew:
    """The agents of a plan (in the time in which it runs), at work behind a gateway."""

    def __init__(self, plan: Plan, doing: Doing, house: House, file: Path) -> None:
        self.models: Mapping[str, str] = served(plan.system, plan.agents)
        self.plan = plan
        self.doing = doing
        self.house = house
        self.store = Store(file)
        self.locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.graph: Graph | None = None

    async def start(self) -> None:
        """Open what is kept of conversations, and the ways to tools."""
        self.graph = build(self.plan, self.doing, await self.store.open())
        await self.doing.start()

    async def stop(self) -> None:
        """Close both."""
        await self.doing.stop()
        await self.store.close()

    async def answer(self, x: Exchange) -> Answer:
        """Answer a chat request: a new turn, one that was broken off, or one that was answered already."""
        x.served = True
        if x.ask is None:
            return error(x, 400, "invalid_request", "there is no request")
        try:
            given = _MESSAGES.decode(x.ask.parts["messages"])
        except (KeyError, ValueError, RecursionError):
            return error(x, 400, "invalid_request", "messages are objects with a role and content", param="messages")
        messages = [item for item in given if item.get("role") in _ROLES]
        if not any(item["role"] == "user" for item in messages):
            return error(x, 400, "invalid_request", "an agent needs a message of the user", param="messages")
        name = _session(x) or x.id
        thread = f"{x.tenant}/{name}"
        lock = self.locks.setdefault(thread, asyncio.Lock())
        async with lock:
            state = await self._turn(x, thread, name, messages)
        return self._answered(x, name, state)

    async def people(self, x: Exchange, method: str, path: str) -> Answer:
        """`GET` lists the conversations that wait for a person, `POST …/{conversation}` takes a person's answer."""
        x.served = True
        name = unquote(path.removeprefix(CONVERSATIONS).strip("/"))
        if method == "GET" and not name:
            waiting = [item for item in await self.store.waiting() if item.tenant == x.tenant]
            return Answer(200, msgspec.json.encode({"object": "list", "data": waiting}))
        if method != "POST" or not name:
            message = f"there is only GET {CONVERSATIONS} and POST {CONVERSATIONS}/{{conversation}}"
            return error(x, 404, "not_found", message)
        try:
            told = msgspec.json.decode(await x.request.body(MOST_BYTES) or b"", type=_Told).answer.strip()
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            told = ""
        if not told:
            return error(x, 400, "invalid_request", 'send {"answer": "…"}', param="answer")
        thread = f"{x.tenant}/{name}"
        lock = self.locks.setdefault(thread, asyncio.Lock())
        async with lock:
            if not await self._rests(thread):
                return error(x, 404, "not_found", f"no conversation called `{name[:100]}` waits for a person")
            state = await self._resumed(x, thread, name, told)
        return self._answered(x, name, state)

    # ------------------------------------------------------------------------------------------------- turns

    async def _turn(self, x: Exchange, thread: str, name: str, messages: list[Message]) -> s.State:
        graph = self._graph()
        kept = await graph.aget_state(_config(thread))
        values: s.State = kept.values  # type: ignore[assignment] # what is kept is what the graph wrote
        if kept.interrupts:
            return values  # a person has it: what came since is for that person to read
        same = values.get("digest") == s.digest(messages)
        if same and not kept.next and values["outcome"] != s.FAILED:
            return values
        resumed = same and bool(kept.next)
        agent = self.models[x.ask.model] if x.ask else ""
        await self._note(x, name, "resumed" if resumed else "accepted", s.begin(agent, messages))
        return await self._run(x, thread, name, None if resumed else s.begin(agent, messages))

    async def _resumed(self, x: Exchange, thread: str, name: str, told: str) -> s.State:
        state = await self._run(x, thread, name, Command(resume=told))
        await self.store.settled(thread)
        return state

    async def _run(self, x: Exchange, thread: str, name: str, given: s.State | Command[str] | None) -> s.State:
        graph = self._graph()
        digest = given["digest"] if isinstance(given, dict) else ""
        turn = Turn(name, digest or await self._digest(thread), x.id, x.luck, x.headers)
        began = time.monotonic()
        await graph.ainvoke(given, _config(thread), context=turn, durability="sync")
        kept = await graph.aget_state(_config(thread))
        state: s.State = kept.values  # type: ignore[assignment]
        if kept.interrupts:
            question, why = s.question(state), state["why"]
            await self.store.wait(Waiting(thread, x.tenant, name, state["to"], question, why, wall()))
        # A conversation that the client gave no name can never be asked for again, unless a person is to answer.
        await self.store.forget(thread, keep_last=bool(kept.interrupts) or name != x.id)
        await self._note(x, name, state["outcome"], state, time.monotonic() - began)
        return state

    async def _digest(self, thread: str) -> str:
        kept = await self._graph().aget_state(_config(thread))
        return str(kept.values.get("digest", ""))

    async def _rests(self, thread: str) -> bool:
        return bool((await self._graph().aget_state(_config(thread))).interrupts)

    def _graph(self) -> Graph:
        if self.graph is None:
            raise RuntimeError("the crew has not been started")
        return self.graph

    async def _note(self, x: Exchange, name: str, standing: str, state: s.State, total_s: float = 0.0) -> None:
        """Write how a turn stands, at once: a turn that was accepted is never lost without a trace."""
        self.house.journal.add(
            Conversation(
                request=x.id,
                conversation=name,
                plan=self.house.hash,
                tenant=x.tenant,
                agent=self.models[x.ask.model] if x.ask else "",
                standing=msgspec.convert(standing, Standing),
                at=wall(),
                worked=tuple(state["worked"]),
                skipped=tuple(state["skipped"]),
                why=state["why"],
                calls=state["calls"],
                cost=state["cost"],
                total_s=total_s,
            )
        )
        await self.house.journal.written()

    # ----------------------------------------------------------------------------------------------- answers

    def _answered(self, x: Exchange, name: str, state: s.State) -> Answer:
        headers = self._headers(name, state)
        if state["outcome"] == s.FAILED:
            answer = error(x, 502, "agent_failed", f"no answer: {state['why']}")
            return Answer(answer.status, answer.body, (*answer.headers, *headers))
        usage = Usage(state["tokens_in"], 0, state["tokens_out"])
        answer = spoken(x, state["answer"], usage, int(time.time()), x.id)
        return Answer(answer.status, answer.body, (*answer.headers, *headers))

    def _headers(self, name: str, state: s.State) -> list[Header]:
        agents = {agent.name for agent in self.plan.agents}
        begun = (item["agent"] for item in state["frames"] if item["calls"] or item["asked"])
        began = dict.fromkeys((*begun, *reversed(state["worked"])))
        shown = {
            "conversation": name,
            "agents": ",".join(who for who in began if who in agents),
            "tools": ",".join(who for who in state["worked"] if who not in agents),
            "degraded": "prepared-words" if state["outcome"] == s.PREPARED else ",".join(state["skipped"]),
            "handed-over": state["to"] if state["outcome"] == s.HANDED_OVER else "",
        }
        return [(f"x-archwright-{key}".encode(), value.encode()) for key, value in shown.items() if value]


def crew(plan: Plan, setup: Setup, house: House, app: Service) -> Crew:
    """The agents that a setup describes.

    Raises:
        InputError: the file of conversations is there and is none.
    """
    file = Path(setup.agents)
    if not is_ours(file):
        problem = Problem("not-conversations", "this is no file of conversations", Location(str(file)), "move it away")
        raise InputError([problem])
    known = setup.mode == "rehearse" and setup.scenario in plan.scenario_names
    scenario = plan.scenario(setup.scenario) if known else None
    faults = (
        {change.component: faults_of(scenario, change.component) for change in scenario.changes} if scenario else {}
    )
    emulated = all(upstream.provider == "emulated" for upstream in setup.upstreams)
    return Crew(plan, Doing(plan, app, faults, emulated, setup.seed), house, file)


def _config(thread: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread}, "recursion_limit": MOST_STEPS}


def _session(x: Exchange) -> str:
    given = x.headers.get(b"x-archwright-session", b"")[:100]
    return "".join(sign for sign in given.decode("ascii", "replace") if sign.isprintable() and sign.isascii()).strip()
