"""The graph of a plan's agents: a node for each agent and each tool, one for people; every node says who is next.

Each step is written to SQLite before the next one begins: what has finished is not done again after a crash.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command, interrupt

from archwright.plan.agents import Agent
from archwright.plan.model import Plan
from archwright.runtime.agents import moves
from archwright.runtime.agents.doing import Doing, Failed, Reply, Turn
from archwright.runtime.agents.state import BY_PERSON, PREPARED, State, question
from archwright.runtime.agents.words import choosing, chosen, writing

Graph = CompiledStateGraph[State, Turn, State, State]
_NODE: Final = "at-"  # in front of a component's name, so that it is no name of a key of the state


class Step(Protocol):
    """A node: from where the turn stands to what changes and who is next."""

    def __call__(self, state: State, *, runtime: Runtime[Turn]) -> Awaitable[Command[str]]:
        """Do one step."""


class Nodes:
    """The nodes: what they share is the plan and the ways out."""

    def __init__(self, plan: Plan, doing: Doing) -> None:
        self.team = {agent.name: agent for agent in plan.agents}
        self.doing = doing

    def agent(self, name: str) -> Step:
        """The node of an agent: one step of its loop."""
        agent = self.team[name]

        async def step(state: State, *, runtime: Runtime[Turn]) -> Command[str]:
            move = moves.next_move(agent, state["frames"][-1])
            match move.kind:
                case "ask":
                    fault = self.doing.fault(name)
                    return _command(
                        moves.broke(self.team, state, fault) if fault else moves.asks(self.team, state, move.who)
                    )
                case "stop":
                    return _command(moves.stopped(self.team, state, move.why))
            return await self._bounded(state, lambda: self._speak(agent, move, state, runtime.context))

        return step

    def tool(self, name: str) -> Step:
        """The node of a tool: asked as often as the file allows."""

        async def step(state: State, *, runtime: Runtime[Turn]) -> Command[str]:
            return await self._bounded(state, lambda: self._ask(name, state, runtime.context))

        return step

    def people(self) -> Step:
        """The node of people: the turn rests here until one of them has answered."""

        async def step(state: State, *, runtime: Runtime[Turn]) -> Command[str]:
            text = interrupt({"to": state["to"], "question": question(state), "why": state["why"]})
            update = State(outcome=BY_PERSON, answer=str(text))
            return Command(goto=END, update=update)

        return step

    async def _bounded(self, state: State, work: Callable[[], Awaitable[moves.Turn]]) -> Command[str]:
        """Work within what time is left to the agents that wait for it; the time is taken from theirs."""
        index, left_s = moves.tightest(state["frames"])
        began = time.monotonic()
        limit = asyncio.timeout(left_s if index >= 0 else None)
        try:
            async with limit:
                turn = await work()
        except TimeoutError:
            if not limit.expired():
                raise
            # The agent of frame `index` took too long, whoever of those above it did.
            turn = moves.broke(self.team, {**state, "frames": state["frames"][: index + 1]}, "timeout")
        taken = time.monotonic() - began
        return _command(moves.Turn({**turn.update, **_later(state, turn, taken)}, turn.goto))

    async def _speak(self, agent: Agent, move: moves.Move, state: State, turn: Turn) -> moves.Turn:
        """One model call of an agent: a choice, or its answer."""
        notes = state["frames"][-1]["notes"]
        try:
            await self.doing.own_time(turn, agent)
            if move.kind == "choose":
                messages = choosing(agent, move.options, notes, question(state))
                reply = await self.doing.model(turn, agent, agent.choice_route, messages)
            else:
                messages = writing(agent, notes, state["messages"])
                reply = await self.doing.model(turn, agent, agent.route, messages)
        except Failed as fault:
            return moves.broke(self.team, state, str(fault))
        except TimeoutError:
            return moves.broke(self.team, state, "the model took too long")
        paid = _paid(state, reply)
        if move.kind == "choose":
            return _with(paid, self._chose(agent, move, paid, reply))
        return _with(paid, self._wrote(paid, reply))

    def _chose(self, agent: Agent, move: moves.Move, state: State, reply: Reply) -> moves.Turn:
        who = chosen(reply.text, move.options)
        if agent.hand_over is not None and who == agent.hand_over.to:
            return moves.stopped(self.team, state, f"{agent.name} chose a person")
        known = any(item.name == who for item in agent.delegates)
        return moves.asks(self.team, state, who) if known else moves.chose_nobody(state)

    def _wrote(self, state: State, reply: Reply) -> moves.Turn:
        """An answer; words that the route has prepared are none, but the customer gets them for want of better."""
        if not reply.prepared:
            return moves.wrote(state, reply.text)
        if len(state["frames"]) > 1:
            return moves.broke(self.team, state, "no model answered")
        return moves.Turn(State(outcome=PREPARED, answer=reply.text, why="no model answered"), moves.END)

    async def _ask(self, name: str, state: State, turn: Turn) -> moves.Turn:
        agent = state["frames"][-1]["agent"]
        item = self.team[agent].delegate(name)
        why = ""
        for attempt in range(1, item.attempts + 1):
            try:
                async with asyncio.timeout(item.timeout_s or None):
                    return moves.found(state, name, await self.doing.tool(turn, agent, name, question(state)))
            except Failed as fault:
                why = str(fault)
            except TimeoutError:
                why = "timeout"
            if attempt < item.attempts:
                await asyncio.sleep(item.backoff_s * 2 ** (attempt - 1))
        return moves.fell(self.team, state, name, why)


def build(plan: Plan, doing: Doing, saver: BaseCheckpointSaver[str]) -> Graph:
    """The graph, ready to be invoked with a `Turn` as its context."""
    nodes = Nodes(plan, doing)
    graph = StateGraph(State, context_schema=Turn)
    for agent in plan.agents:
        graph.add_node(_NODE + agent.name, nodes.agent(agent.name))
    for tool in plan.tools:
        graph.add_node(_NODE + tool.name, nodes.tool(tool.name))
    graph.add_node(moves.PEOPLE, nodes.people())
    graph.add_conditional_edges(START, lambda state: _NODE + state["frames"][-1]["agent"])
    return graph.compile(checkpointer=saver)


def _command(turn: moves.Turn) -> Command[str]:
    goto = {moves.END: END, moves.PEOPLE: moves.PEOPLE}.get(turn.goto, _NODE + turn.goto)
    return Command(goto=goto, update=turn.update)


def _later(state: State, turn: moves.Turn, taken: float) -> State:
    """The frames after so much time. One that was put there just now has all of its time left."""
    frames = turn.update.get("frames", state["frames"])
    old = len(frames) - (len(frames) > len(state["frames"]))
    passed = moves.spent(State(frames=frames[:old]), taken)["frames"]
    return State(frames=[*passed, *frames[old:]])


def _paid(state: State, reply: Reply) -> State:
    """The state after a model call: counted and paid for by every agent that waits for it."""
    frames: list[Any] = [{**item, "cost": item["cost"] + reply.cost} for item in state["frames"]]
    frames[-1]["calls"] += 1
    return {
        **state,
        "frames": frames,
        "calls": state["calls"] + 1,
        "cost": state["cost"] + reply.cost,
        "tokens_in": state["tokens_in"] + reply.usage.input,
        "tokens_out": state["tokens_out"] + reply.usage.output,
    }


def _with(paid: State, turn: moves.Turn) -> moves.Turn:
    """A turn that keeps what was counted."""
    counted = State(
        frames=paid["frames"],
        calls=paid["calls"],
        cost=paid["cost"],
        tokens_in=paid["tokens_in"],
        tokens_out=paid["tokens_out"],
    )
    return moves.Turn({**counted, **turn.update}, turn.goto)
