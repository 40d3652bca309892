"""`archwright drill`: the same conversations, everything well and a component failing; what was promised."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Final, NamedTuple

from msgspec.structs import replace

from archwright.base.errors import DependencyMissing, UsageError
from archwright.base.text import nearest
from archwright.facts.corpus import corpus
from archwright.ledger.rows import Request, decode
from archwright.ledger.talks import Talk
from archwright.measure import drilled, promised
from archwright.measure.drilled import WELL, Pass, Told
from archwright.plan.model import Change, Plan, Scenario, plan_hash
from archwright.plan.passages import file_name
from archwright.policy.chance import ANSWER, WORDING, fold
from archwright.runtime.agents.words import calls_for
from archwright.runtime.drill import Drill, perform
from archwright.runtime.gateway.server import INSTALL
from archwright.runtime.replay.prompts import question
from archwright.runtime.timers import fine_loop
from archwright.spec.model import System
from archwright.verbs.answer import Answer
from archwright.verbs.documents import write_indexes
from archwright.verbs.project import Project
from archwright.verbs.rehearsal import alone

HOWS: Final = ("error", "timeout", "slow")
SLOW: Final = 20.0  # times as slow, where a component is made slow
NEVER: Final = 1e6  # times as slow, where it shall not answer in time
LASTS_S: Final = 30 * 86400.0
STEP_S: Final = 0.01  # real seconds that gateway, SQLite and sockets add to a step (measured: 4 to 15 ms, by load)
_SCALES: Final = {"error": 4.0, "timeout": 20.0, "slow": 4.0}


class Wish(NamedTuple):
    """What to drill. No `fail`: every component that runs, one after the other."""

    fail: str = ""
    how: str = "error"
    conversations: int = 24
    seed: int = 1


def drill_project(project: Project, out: Path, wish: Wish, progress: Callable[[str], None]) -> Answer:
    """Drill an opened system; the ledgers of each pass are written into `out`.

    Raises:
        InputError: the file cannot be read or compiled.
        UsageError: it has no agents that can be run, or nothing in it is hurt when `fail` fails.
        DependencyMissing: what runs agents is not installed.
        ProviderUnavailable: a process did not start or ended before its time.
    """
    plan = project.compiled.plan
    if not plan.agents:
        raise UsageError("there is no agent to drill: give one `instructions` and a `route`")
    if importlib.util.find_spec("langgraph") is None:
        raise DependencyMissing(f"agents need LangGraph: `{INSTALL}`")
    struck = (
        {wish.fail: _struck(project.system, plan, wish.fail)} if wish.fail else {n: (n,) for n in promised.run(plan)}
    )
    asked = list(islice(questions(plan, wish.seed), wish.conversations))
    with alone(out):
        write_indexes(project.documents.indexes, out)
        passes = [_pass(plan, name, which, wish, asked, out, progress) for name, which in {WELL: (), **struck}.items()]
    well = passes[0].talks
    verdicts = [
        _verdict(plan, name, which, well, ill.talks, wish.how)
        for (name, which), ill in zip(struck.items(), passes[1:], strict=True)
    ]
    found = tuple(promised.findings(verdicts, well))
    scale = _SCALES[wish.how]
    told = Told(wish.how, wish.seed, scale, STEP_S * scale)
    document, book = drilled.document(passes, verdicts, found, told)
    data = {"seed": wish.seed, "how": wish.how, "struck": wish.fail, "kept": all(item.well for item in verdicts)}
    written = tuple(_ledger(out, item.name) for item in passes)
    return Answer("drill", (document,), book, found, written, data, plan=plan_hash(plan))


def questions(plan: Plan, seed: int) -> Iterator[str]:
    """What customers ask, without end: for each cue of the plan's agents in turn, and anything at all between them."""
    asks = corpus().questions
    cues = [item.cues for agent in plan.agents for item in agent.delegates if item.cues]
    cues += [agent.hand_over.cues for agent in plan.agents if agent.hand_over is not None and agent.hand_over.cues]
    for number, words in enumerate(cycle([*cues, ()]), 1):
        luck, wording = fold(seed, number, 0, ANSWER), fold(seed, number, 0, WORDING)
        every = [(answer, place) for answer, wordings in enumerate(asks) for place in range(len(wordings))]
        fit = [item for item in every if not words or calls_for(words, asks[item[0]][item[1]])]
        if fit:
            answer, place = fit[luck % len(fit)]
            yield question(corpus(), answer + len(asks) * (wording % 200), place)
        else:
            yield f"I have a question about this: {words[luck % len(words)]}. Can you help me?"


def _struck(system: System, plan: Plan, name: str) -> tuple[str, ...]:
    """The components of the drill that fail when `name` does: itself, or those that wait for it.

    Raises:
        UsageError: nobody does, or there is no such component.
    """
    running = promised.run(plan)
    if name not in system.components and name not in running:
        hint = nearest(name, system.components)
        mend = f"did you mean `{hint}`?" if hint else _can(system, running)
        raise UsageError(f"there is no component called `{name}`; {mend}")
    hurt = _hurt(system, running, name)
    if not hurt:
        raise UsageError(f"no agent waits for `{name}`; {_can(system, running)}")
    return hurt


def _hurt(system: System, running: Sequence[str], name: str) -> tuple[str, ...]:
    """The components of the drill that fail when `name` does, in their order."""
    if name in running:
        return (name,)
    hurt: set[str] = set()
    gateways = set(system.with_trait("gateway"))
    seen, around = {name}, {name}
    while around:
        waiting = {str(flow.source) for flow in system.flows if flow.mode == "sync" and flow.target in around} - seen
        hurt |= waiting & set(running)
        seen |= waiting
        around = waiting - set(running) - gateways  # a gateway goes on without what it asks
    return tuple(item for item in running if item in hurt)


def _can(system: System, running: Sequence[str]) -> str:
    able = [*running, *(name for name in system.components if name not in running and _hurt(system, running, name))]
    return f"what can fail here: {', '.join(able)}"


def _pass(  # noqa: PLR0913 - what one pass needs, each by name
    plan: Plan,
    name: str,
    struck: Sequence[str],
    wish: Wish,
    asked: Sequence[str],
    out: Path,
    progress: Callable[[str], None],
) -> Pass:
    scenario = Scenario("drill", name, LASTS_S, tuple(_change(item, wish.how) for item in struck))
    ledger = _ledger(out, name)
    files = ledger, ledger.with_name(f"{ledger.stem}.conversations.sqlite")
    for file in (files[1], *out.glob(f"{files[1].name}-*")):
        file.unlink(missing_ok=True)  # conversations that were had before would not be had again
    indexes = tuple(out / file_name(retriever.name) for retriever in plan.retrievers)
    drill = Drill(replace(plan, scenarios=(scenario,)), scenario, _SCALES[wish.how], wish.seed, *files, indexes)
    progress(f"{len(asked)} conversations, {name} failing")
    with asyncio.Runner(loop_factory=fine_loop) as runner:
        talks = runner.run(perform(drill, asked, lambda _: None))
    with files[0].open("rb") as lines:
        rows = [row for row in decode(lines, str(files[0])) if isinstance(row, Request)]
    return Pass(name, tuple(talks), len(rows), sum(row.cost for row in rows))


def _ledger(out: Path, name: str) -> Path:
    return out / ("drill-well.jsonl" if name == WELL else f"drill-fail-{name}.jsonl")


def _change(component: str, how: str) -> Change:
    if how == "error":
        return Change("down", component, 1.0, 1.0, 0.0, LASTS_S)
    return Change("slow", component, NEVER if how == "timeout" else SLOW, 1.0, 0.0, LASTS_S)


def _verdict(
    plan: Plan, name: str, struck: Sequence[str], well: Sequence[Talk], ill: Sequence[Talk], how: str
) -> promised.Verdict:
    made = [promised.promise(plan, item) for item in struck]
    words = [f"{item.component}: {item.declared}" if item.component != name else item.declared for item in made]
    effects = frozenset(effect for item in made for effect in item.effects)
    joined = promised.Promise(name, "; ".join(words), effects, any(item.by_all for item in made))
    return promised.judge(joined, struck, well, ill, how == "slow")
