"""What a plan says that customers get when a component fails, and whether they got it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from archwright.ledger.talks import NOTHING, PERSON, PREPARED, Talk
from archwright.plan.agents import Agent, Delegate, entries
from archwright.plan.model import Plan, Route
from archwright.report.document import Finding


class Effect(NamedTuple):
    """What a customer notices. `name`: the component that is missing, the person, or the prepared words."""

    kind: Literal["nothing", "skip", "answer", "hand-over", "fail"]
    name: str = ""


NOTHING_SEEN: Final = Effect("nothing")
_WORDS: Final = {
    "nothing": "answered as ever",
    "skip": "answered without it",
    "answer": "prepared words",
    "hand-over": "handed over",
    "fail": "no answer",
}


@dataclass(frozen=True, slots=True)
class Promise:
    """What the file says follows when a component fails: in its own words, and as customers notice it.

    `by_all`: every conversation needs it, as it is with models.
    """

    component: str
    declared: str
    effects: frozenset[Effect]
    by_all: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a promise was kept: how many conversations needed the component, and what was seen in how many of them.

    `others` are conversations that did not need it and came out differently all the same.
    """

    promise: Promise
    reached: int
    kept: int
    seen: tuple[tuple[str, int], ...]
    others: int

    @property
    def well(self) -> bool:
        """Whether everything was as declared, and something was seen at all."""
        return self.reached > 0 and self.kept == self.reached and not self.others


def run(plan: Plan) -> tuple[str, ...]:
    """Components that run when customers talk to the first agent of a plan: it, whom it asks, and the models."""
    agents = {agent.name: agent for agent in plan.agents}
    found: dict[str, None] = {}
    waiting = [entries(plan.agents)[0].name] if plan.agents else []
    while waiting:
        name = waiting.pop(0)
        found[name] = None
        waiting += [item.name for item in agents[name].delegates] if name in agents else []
    routes = (plan.routes[place] for name in found if name in agents for place in _routes(agents[name]))
    models = dict.fromkeys(plan.targets[hop.target].name for route in routes for hop in route.hops)
    return (*found, *models)


def promise(plan: Plan, component: str) -> Promise:
    """What follows, by the plan, when a component of `run` fails."""
    model = component in {target.name for target in plan.targets}
    if model:
        said = list(dict.fromkeys(_of_model(plan, component)))
    else:
        asked = list(_asked(plan, component))
        said = [_chain(plan, agent, item) for agent, item in asked] or [_of_entry(plan, component)]
    words = "; ".join(dict.fromkeys(words for words, _ in said))
    return Promise(component, words, frozenset(effect for _, effect in said), model)


def judge(made: Promise, struck: Sequence[str], well: Sequence[Talk], ill: Sequence[Talk], slow: bool) -> Verdict:
    """Hold what customers got against a promise.

    Args:
        made: the promise.
        struck: the components that failed.
        well: the talks when nothing failed, in order.
        ill: the same talks when `struck` failed.
        slow: the components were slow and did not fail, so that customers may notice nothing.
    """
    allowed = made.effects | {NOTHING_SEEN} if slow else made.effects
    reached = kept = others = 0
    seen: dict[str, int] = {}
    for before, after in zip(well, ill, strict=True):
        if not _needed(struck, before, made.by_all):
            others += before.got != after.got
            continue
        reached += 1
        effect = next((e for e in sorted(allowed) if _is(e, before, after)), None)
        kept += effect is not None
        words = _WORDS[effect.kind] if effect else f"{after.got}, against the file"
        seen[words] = seen.get(words, 0) + 1
    return Verdict(made, reached, kept, tuple(seen.items()), others)


def findings(verdicts: Iterable[Verdict], well: Sequence[Talk]) -> Iterator[Finding]:
    """What of a drill somebody should act on."""
    lost = sum(talk.got == NOTHING for talk in well)
    if lost:
        message = f"{lost} of {len(well)} conversations failed although nothing was made to fail"
        yield Finding("drill-unwell", "error", message, mend="its ledger is `drill-well.jsonl`")
    for item in verdicts:
        name, declared = item.promise.component, item.promise.declared
        if not item.reached:
            message = f"no conversation needed `{name}`: nothing was shown"
            yield Finding("drill-unreached", "warning", message, mend="give its delegate `cues`", subject=name)
        if item.kept < item.reached:
            seen = ", ".join(f"{count} {words}" for words, count in item.seen)
            message = f"when `{name}` fails the file says: {declared}; seen: {seen}"
            why = "What a design says of failure is a promise; customers met something else."
            yield Finding("drill-broken-promise", "error", message, why=why, subject=name)
        if item.others:
            message = f"{item.others} conversations that did not need `{name}` came out differently when it failed"
            yield Finding("drill-spread", "error", message, subject=name)


def _needed(struck: Sequence[str], before: Talk, models: bool) -> bool:
    """Whether a conversation used one of the components that were struck."""
    return models or not set(before.worked).isdisjoint(struck)


def _is(effect: Effect, before: Talk, after: Talk) -> bool:
    match effect.kind:
        case "nothing":
            return after.got == before.got and after.got != NOTHING
        case "skip":
            return after.got != NOTHING and effect.name in after.missing
        case "answer":
            return after.got == PREPARED and after.text == effect.name
        case "hand-over":
            return after.got == PERSON and after.person == effect.name
    return after.got == NOTHING


def _routes(agent: Agent) -> tuple[int, int]:
    return agent.choice_route, agent.route


def _asked(plan: Plan, name: str) -> Iterator[tuple[Agent, Delegate]]:
    """Who asks a component, and on which terms; only agents that run."""
    running = run(plan)
    for agent in plan.agents:
        if agent.name in running:
            yield from ((agent, item) for item in agent.delegates if item.name == name)


def _chain(plan: Plan, agent: Agent, item: Delegate) -> tuple[str, Effect]:
    """What follows when an agent's delegate fails, up to the customer."""
    person = agent.hand_over
    if item.if_fails == "skip":
        return "skip", Effect("skip", item.name)
    if item.if_fails == "answer":
        return "answer", Effect("answer", item.words)
    if item.if_fails == "hand-over" and person is not None:
        return "hand-over", Effect("hand-over", person.to)
    above = next(_asked(plan, agent.name), None)
    words, effect = _chain(plan, *above) if above is not None else _of_entry(plan, agent.name)
    return f"fail; then {agent.name} fails: {words}", effect


def _of_entry(plan: Plan, name: str) -> tuple[str, Effect]:
    agent = next(item for item in plan.agents if item.name == name)
    if agent.hand_over is not None:
        return "hand-over", Effect("hand-over", agent.hand_over.to)
    return "fail", Effect("fail")


def _of_model(plan: Plan, model: str) -> Iterator[tuple[str, Effect]]:
    """What follows when a model fails, for each agent that calls it."""
    running = run(plan)
    for agent in plan.agents:
        if agent.name not in running:
            continue
        for place in dict.fromkeys(_routes(agent)):
            route = plan.routes[place]
            names = [plan.targets[hop.target].name for hop in route.hops]
            if model in names:
                others = [name for name in names if name != model]
                yield (f"{others[0]} answers", NOTHING_SEEN) if others else _alone(plan, agent, route, place)


def _alone(plan: Plan, agent: Agent, route: Route, place: int) -> tuple[str, Effect]:
    """What follows when the only model of an agent's route fails."""
    first = agent.name == entries(plan.agents)[0].name
    if route.degraded and place != agent.route:
        return "it chooses nobody", NOTHING_SEEN
    if route.degraded and first:
        return "answer", Effect("answer", route.degraded)
    above = next(_asked(plan, agent.name), None)
    words, effect = _chain(plan, *above) if above is not None else _of_entry(plan, agent.name)
    return f"{agent.name} fails: {words}", effect
