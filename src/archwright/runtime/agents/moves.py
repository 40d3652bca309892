"""What an agent does next, and what follows when somebody does not answer: decided from plan and state alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

from archwright.plan.agents import Agent, Delegate
from archwright.runtime.agents.state import ANSWERED, FAILED, HANDED_OVER, PREPARED, Frame, State, frame
from archwright.runtime.agents.words import Note, Option

END: Final = ""  # nobody works next: the turn is over
PEOPLE: Final = "people"  # a person takes over
CHOICE: Final = "its choice"  # stands among those asked once an agent has chosen nobody

Team = Mapping[str, Agent]


class Move(NamedTuple):
    """What an agent does next: ask somebody, choose among `options`, write its answer, or stop at a bound."""

    kind: Literal["ask", "choose", "write", "stop"]
    who: str = ""
    options: tuple[Option, ...] = ()
    why: str = ""


class Turn(NamedTuple):
    """What changes in the state, and who works next: a component, PEOPLE or END."""

    update: State
    goto: str


def next_move(agent: Agent, at: Frame) -> Move:
    """What the agent of a frame does next."""
    must = next((item for item in agent.delegates if item.always and item.name not in at["asked"]), None)
    if must is not None:
        return Move("ask", must.name)
    if agent.max_steps and at["calls"] >= agent.max_steps:
        return Move("stop", why=f"{agent.name} reached its bound of {agent.max_steps} steps")
    if agent.max_cost and at["cost"] >= agent.max_cost:
        return Move("stop", why=f"{agent.name} reached its bound of cost")
    options = tuple(_options(agent, at))
    return Move("choose", options=options) if options and CHOICE not in at["asked"] else Move("write")


def _options(agent: Agent, at: Frame) -> Iterable[Option]:
    for item in agent.delegates:
        if not item.always and item.name not in at["asked"]:
            yield Option(item.name, item.when, item.cues)
    if agent.hand_over is not None and agent.hand_over.when:
        yield Option(agent.hand_over.to, agent.hand_over.when, agent.hand_over.cues)


def asks(team: Team, state: State, who: str) -> Turn:
    """The agent at work asks `who`; an agent that is asked begins afresh."""
    frames = [*state["frames"]]
    at = frames[-1]
    frames[-1] = {**at, "asked": {**at["asked"], who: at["asked"].get(who, 0) + 1}}
    if who in team:
        item = team[at["agent"]].delegate(who)
        frames.append(frame(who, item.timeout_s or -1.0))
    return Turn(State(frames=frames), who)


def chose_nobody(state: State) -> Turn:
    """The agent at work needs nobody more: it writes its answer next."""
    frames = [*state["frames"]]
    frames[-1] = {**frames[-1], "asked": {**frames[-1]["asked"], CHOICE: 1}}
    return Turn(State(frames=frames), frames[-1]["agent"])


def found(state: State, who: str, text: str) -> Turn:
    """`who` answered the agent at work."""
    frames = [*state["frames"]]
    frames[-1] = _noted(frames[-1], Note(who=who, text=text))
    return Turn(State(frames=frames, worked=[*state["worked"], who]), frames[-1]["agent"])


def wrote(state: State, text: str) -> Turn:
    """The agent at work has its answer: for the customer, or for the agent that asked it."""
    who = state["frames"][-1]["agent"]
    below: State = {**state, "frames": state["frames"][:-1]}
    if below["frames"]:
        return found(below, who, text)
    worked = [*state["worked"], who]
    return Turn(State(frames=[], worked=worked, outcome=ANSWERED, answer=text), END)


def stopped(team: Team, state: State, why: str) -> Turn:
    """The agent at work cannot go on: people take over where it has some, and otherwise it failed."""
    frames = state["frames"]
    agent = team[frames[-1]["agent"]]
    if agent.hand_over is not None:
        update = State(outcome=HANDED_OVER, to=agent.hand_over.to, answer=agent.hand_over.say, why=why)
        return Turn(update, PEOPLE)
    if len(frames) == 1:
        return Turn(State(outcome=FAILED, answer="", why=why), END)
    return fell(team, {**state, "frames": frames[:-1]}, agent.name, why)


def broke(team: Team, state: State, why: str) -> Turn:
    """The agent at work failed: the one that asked it goes on as the file says, or people take over from the first."""
    frames = state["frames"]
    if len(frames) == 1:
        return stopped(team, state, why)
    return fell(team, {**state, "frames": frames[:-1]}, frames[-1]["agent"], why)


def fell(team: Team, state: State, who: str, why: str) -> Turn:
    """`who`, asked by the agent at work, did not answer: what the file says follows."""
    at = state["frames"][-1]
    item = team[at["agent"]].delegate(who)
    if who in team and at["asked"].get(who, 0) < item.attempts:
        return asks(team, state, who)
    return _followed(team, state, item, f"{who}: {why}")


def _followed(team: Team, state: State, item: Delegate, why: str) -> Turn:
    frames = [*state["frames"]]
    if item.if_fails == "skip":
        frames[-1] = _noted(frames[-1], Note(who=item.name, text=""))
        update = State(frames=frames, skipped=[*state["skipped"], item.name], why=why)
        return Turn(update, frames[-1]["agent"])
    if item.if_fails == "answer":
        return Turn(State(outcome=PREPARED, answer=item.words, why=why), END)
    if item.if_fails == "hand-over":
        return stopped(team, state, why)
    return broke(team, state, why)


def tightest(frames: list[Frame]) -> tuple[int, float]:
    """The frame that has the least time left, and how much; (-1, -1.0) where none has an end."""
    bounded = [(item["left_s"], index) for index, item in enumerate(frames) if item["left_s"] >= 0]
    left_s, index = min(bounded, default=(-1.0, -1))
    return index, left_s


def spent(state: State, seconds: float) -> State:
    """The state after so much time: every frame that has an end is nearer to it."""
    frames: list[Frame] = [
        {**item, "left_s": max(0.0, item["left_s"] - seconds)} if item["left_s"] >= 0 else item
        for item in state["frames"]
    ]
    return {**state, "frames": frames}


def _noted(at: Frame, note: Note) -> Frame:
    return {**at, "notes": [*at["notes"], note]}
