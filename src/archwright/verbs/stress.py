"""`archwright stress`: what happens under load and faults, and what breaks first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archwright.analysis.stress.report import stress as analyse
from archwright.analysis.stress.report import stress_document
from archwright.base.errors import UsageError
from archwright.base.text import nearest
from archwright.plan.model import Plan, plan_hash
from archwright.verbs.answer import Answer
from archwright.verbs.project import Project

SEED = 1


def stress_project(
    project: Project, scenarios: Sequence[str] = (), seed: int = SEED, load: float = 1.0, trace: Path | None = None
) -> Answer:
    """Simulate scenarios of an opened system (all of the file's if none are named); look for what breaks first.

    Raises:
        InputError: the file or the trace cannot be read.
        UsageError: there is no such scenario.
    """
    plan = project.compiled.plan
    for name in scenarios:
        known_scenario(plan, name)
    result = analyse(plan, scenarios=scenarios, seed=seed, load=load, trace=project.trace(trace))
    document, book = stress_document(result, plan)
    return Answer("stress", (document,), book, plan=plan_hash(plan), data={"seed": seed, "load": load})


def known_scenario(plan: Plan, name: str) -> None:
    """Refuse a scenario that the file does not have.

    Raises:
        UsageError: with the nearest name.
    """
    if name not in plan.scenario_names:
        hint = nearest(name, plan.scenario_names)
        mend = f"did you mean `{hint}`?" if hint else f"known: {', '.join(plan.scenario_names) or 'none'}"
        raise UsageError(f"there is no scenario called `{name}`; {mend}")
