"""What answers by meaning save, foreseen and rehearsed: how far the two are apart.

    make bench NAME=meaning
    benchmarks/meaning.py desk         the support desk of the examples, as `make bench NAME=cache` rehearses it

Past requests of a support desk are replayed through the cache; the curve that this measures goes into the design, and
the simulator says what it saves of another day. That day is then rehearsed: the real gateway, real sockets, an emulated
supplier that answers by the meaning of a question. Vectors are made by MiniLM where it is installed and otherwise by
the emulated embedder, which knows nothing of meaning; the result says which. The last line is one JSON object.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.base.errors import DependencyMissing, InputError
from archwright.facts.corpus import corpus
from archwright.ledger.rows import Request, Row, decode
from archwright.ledger.tally import tally
from archwright.measure.sides import of_tally
from archwright.plan.model import Plan
from archwright.plan.workload import Visit, Work, path, visits
from archwright.runtime.embedder import Source
from archwright.runtime.embedders import open_embedder
from archwright.runtime.emulator.hashing import vector
from archwright.runtime.emulator.meaning import meant
from archwright.runtime.gateway.meaning.subject import evened
from archwright.runtime.replay.prompts import body, by_meaning, question
from archwright.spec.setting import settings
from archwright.verbs.meaning import replay_past
from archwright.verbs.project import open_project
from archwright.verbs.rehearse import rehearse

ROOT = Path(__file__).resolve().parents[1]
PAST, DAY = 1, 2  # seeds of the past and of the day that is rehearsed
DAYS = range(2, 7)  # seeds of days that are simulated: which questions are seen through is a matter of luck
APART = 0.10
EMULATED, LOCAL = "emulated", "all-MiniLM-L6-v2"


class Case(NamedTuple):
    """A design, what is set in it, its cache and the scenario that is its day, and how fast that is rehearsed."""

    design: Path
    given: tuple[str, ...]
    cache: str
    scenario: str
    scale: float


QUESTIONS = Case(ROOT / "benchmarks" / "designs" / "meaning.yaml", (), "kept", "day", 15.0)
# The example is a desk whose customers click suggested questions, so that little is left to what means the same: its
# customers are made to write, and its hour is made two.
DESK = Case(
    ROOT / "examples" / "support-desk" / "system.yaml",
    (
        "components.answer-cache.semantic.mode=on",
        "components.answer-cache.semantic.compare=answer-id",
        r"components.answer-cache.semantic.answer_id='\[A\d+-\d+\]'",
        "components.answer-cache.semantic.wait=5 s",
        "workload.journeys.question.repetition.answers=60",
        "workload.journeys.question.repetition.wordings=48",
        "scenarios.baseline.lasts=2 h",
    ),
    "answer-cache",
    "baseline",
    60.0,
)


class EndToEnd(NamedTuple):
    """Shares of what models cost with an exact cache: foreseen and rehearsed, vectors included."""

    embedder: str
    requests: int
    predicted: float
    realised: float
    served: int

    @property
    def apart(self) -> float:
        """How far they are apart, as a share of what was foreseen."""
        return abs(self.realised - self.predicted) / self.predicted if self.predicted else 1.0

    @property
    def holds(self) -> bool:
        """Whether they are within a tenth of each other."""
        return self.apart <= APART


def end_to_end(case: Case = QUESTIONS, embedder: str = "") -> EndToEnd:
    """Foresee a day from the past one, and rehearse it; `embedder`: LOCAL or EMULATED, else whichever is installed."""
    project, semantic = open_project(case.design).changed(settings(case.given)), f"components.{case.cache}.semantic"
    used = embedder or (LOCAL if installed() else EMULATED)
    if used == LOCAL:
        project = project.changed(settings([f"{semantic}.embedder=null"]))
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "past.jsonl"
        log.write_text("".join(f"{line}\n" for line in past(project.compiled.plan, case.scenario, used)), "utf-8")
        data = replay_past(project, str(log), (), lambda _words: None, PAST).data
        curve, looked = data["curve"], data["asked"]["requests"] - data["asked"]["exact"]
        measured = ", ".join(f"{{wrong: {item['wrong']}, saved: {item['saved']}}}" for item in curve)
        plan = project.changed(settings([f"{semantic}.curve=[{measured}]"])).compiled.plan
        without = project.changed(settings([f"{semantic}.mode=off"])).compiled.plan
        done = rehearse(plan, case.scenario, seed=DAY, scale=case.scale, out=Path(folder))
        rows: list[Row] = []
        for file in (done.ledger, done.journeys):
            with file.open("rb") as lines:
                rows += decode(lines, file.name)
    day = case.scenario
    cost, exact = of_tally(tally(rows))["cost"], simulated(without, day)
    saved = fmean(1.0 - simulated(plan, day, seed) / simulated(without, day, seed) for seed in DAYS)
    asked = [row for row in rows if isinstance(row, Request)]
    served = [row for row in asked if row.cache == "semantic"]
    predicted = saved - looked * vector_cost(plan, day) / exact
    return EndToEnd(used, len(asked), predicted, 1.0 - cost / exact, len(served))


def past(plan: Plan, day: str, embedder: str) -> Iterator[str]:
    """The requests of a day as a log has them; vectors of the emulated embedder stand in it."""
    for visit, work in looked_up(plan, day):
        asked = json.loads(body(plan, visit, work, corpus()))
        text = evened(asked["messages"][-1]["content"])
        line: dict[str, object] = {"asked": asked, "id": meant(text) or text, "at": visit.at}
        yield json.dumps({**line, "vector": vector(text)} if embedder == EMULATED else line)


def looked_up(plan: Plan, day: str) -> Iterator[tuple[Visit, Work]]:
    """The past requests of the routes that answer by meaning, in the order in which their journeys began."""
    for visit in visits(plan, plan.scenario(day), PAST):
        steps = plan.journeys[visit.journey].steps
        for branch in chain.from_iterable(path(plan, visit, PAST)):
            yield from ((visit, work) for work in branch if by_meaning(plan, steps[work.step]))


def simulated(plan: Plan, day: str, seed: int = DAY) -> float:
    """What a day costs that begins with empty caches, as a rehearsed one does, in pico-dollars."""
    return float(simulate(plan, replace(plan.scenario(day), cold=True), seed=seed).cost)


def vector_cost(plan: Plan, day: str) -> float:
    """What the vector of a question costs in the mean, in pico-dollars; nothing where it is made here."""
    place = next((cache.semantic.embedder for cache in plan.caches if cache.semantic is not None), -1)
    if place < 0:
        return 0.0
    asked = [question(corpus(), visit.answer, visit.wording) for visit, _ in looked_up(plan, day)]
    return sum(len(text.split()) for text in asked) / len(asked) * plan.targets[place].price.input


def installed() -> bool:
    """Whether the local model is here."""
    try:
        open_embedder("minilm", Source())
    except (DependencyMissing, InputError):
        return False
    return True


def main() -> None:
    """Run it and print it; `desk` as the first word: for the example itself."""
    found = end_to_end(DESK if sys.argv[1:] == ["desk"] else QUESTIONS)
    label = " (an emulated embedder, which knows nothing of meaning)" if found.embedder == EMULATED else ""
    print(
        f"foreseen {found.predicted:.1%}, rehearsed {found.realised:.1%}, with {found.embedder}{label}", file=sys.stderr
    )
    print(json.dumps({**found._asdict(), "apart": round(found.apart, 4), "holds": found.holds}))


if __name__ == "__main__":
    main()
