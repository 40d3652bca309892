"""What answers by meaning save, foreseen and rehearsed: how far the two are apart.

    make bench NAME=meaning

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
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from archwright.analysis.stress.engine import simulate
from archwright.base.errors import DependencyMissing, InputError
from archwright.facts.corpus import corpus
from archwright.ledger.rows import Request, Row, decode
from archwright.ledger.tally import tally
from archwright.measure.sides import of_tally
from archwright.plan.model import Plan
from archwright.plan.workload import visits
from archwright.runtime.embedder import Source
from archwright.runtime.embedders import open_embedder
from archwright.runtime.emulator.hashing import vector
from archwright.runtime.emulator.meaning import meant
from archwright.runtime.replay.prompts import question
from archwright.spec.setting import settings
from archwright.verbs.meaning import replay_past
from archwright.verbs.project import open_project
from archwright.verbs.rehearse import rehearse

ROOT = Path(__file__).resolve().parents[1]
DESIGN = ROOT / "benchmarks" / "designs" / "meaning.yaml"
CACHE = "components.kept.semantic"
SCENARIO = "day"
PAST, DAY = 1, 2  # seeds of the past and of the day that is rehearsed
DAYS = range(2, 7)  # seeds of days that are simulated: which questions are seen through is a matter of luck
SCALE = 15.0
APART = 0.10
EMULATED, LOCAL = "emulated", "all-MiniLM-L6-v2"


class EndToEnd(NamedTuple):
    """Shares of the cost that an exact cache leaves to be paid: foreseen and rehearsed, vectors included."""

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


def end_to_end(scale: float = SCALE, embedder: str = "") -> EndToEnd:
    """Foresee a day from the past one, and rehearse it; `embedder`: LOCAL or EMULATED, else whichever is installed."""
    project = open_project(DESIGN)
    used = embedder or (LOCAL if installed() else EMULATED)
    if used == LOCAL:
        project = project.changed(settings([f"{CACHE}.embedder=null"]))
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "past.jsonl"
        log.write_text("".join(f"{line}\n" for line in past(project.compiled.plan, used)), "utf-8")
        data = replay_past(project, str(log), (), lambda _words: None, PAST).data
        curve, looked = data["curve"], data["asked"]["requests"] - data["asked"]["exact"]
        measured = ", ".join(f"{{wrong: {item['wrong']}, saved: {item['saved']}}}" for item in curve)
        plan = project.changed(settings([f"{CACHE}.curve=[{measured}]"])).compiled.plan
        without = project.changed(settings([f"{CACHE}.mode=off"])).compiled.plan
        done = rehearse(plan, SCENARIO, seed=DAY, scale=scale, out=Path(folder))
        rows: list[Row] = []
        for file in (done.ledger, done.journeys):
            with file.open("rb") as lines:
                rows += decode(lines, file.name)
    cost, exact = of_tally(tally(rows))["cost"], simulated(without)
    saved = fmean(1.0 - simulated(plan, seed) / simulated(without, seed) for seed in DAYS)
    asked = [row for row in rows if isinstance(row, Request)]
    served = [row for row in asked if row.cache == "semantic"]
    predicted = saved - looked * vector_cost(plan) / exact
    return EndToEnd(used, len(asked), predicted, 1.0 - cost / exact, len(served))


def past(plan: Plan, embedder: str) -> Iterator[str]:
    """The requests of a day as a log has them; vectors of the emulated embedder stand in it."""
    known = corpus()
    for visit in visits(plan, plan.scenario(SCENARIO), PAST):
        text = question(known, visit.answer, visit.wording)
        line: dict[str, object] = {"asked": text, "id": meant(text), "at": visit.at}
        yield json.dumps({**line, "vector": vector(text)} if embedder == EMULATED else line)


def simulated(plan: Plan, seed: int = DAY) -> float:
    """What a day costs, in pico-dollars."""
    return float(simulate(plan, plan.scenario(SCENARIO), seed=seed).cost)


def vector_cost(plan: Plan) -> float:
    """What the vector of a question costs in the mean, in pico-dollars; nothing where it is made here."""
    place = next((cache.semantic.embedder for cache in plan.caches if cache.semantic is not None), -1)
    if place < 0:
        return 0.0
    asked = [question(corpus(), visit.answer, visit.wording) for visit in visits(plan, plan.scenario(SCENARIO), PAST)]
    return sum(len(text.split()) for text in asked) / len(asked) * plan.targets[place].price.input


def installed() -> bool:
    """Whether the local model is here."""
    try:
        open_embedder("minilm", Source())
    except (DependencyMissing, InputError):
        return False
    return True


def main() -> None:
    """Run it and print it."""
    found = end_to_end()
    label = " (an emulated embedder, which knows nothing of meaning)" if found.embedder == EMULATED else ""
    print(
        f"foreseen {found.predicted:.1%}, rehearsed {found.realised:.1%}, with {found.embedder}{label}", file=sys.stderr
    )
    print(json.dumps({**found._asdict(), "apart": round(found.apart, 4), "holds": found.holds}))


if __name__ == "__main__":
    main()
