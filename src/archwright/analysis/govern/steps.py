"""What to do next: the facts and the evidence that would change most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archwright.analysis.govern.assess import Assessment, by_reference
from archwright.analysis.govern.duties import OPEN, STALE, UNASSESSED, VIOLATED, Duty, settles
from archwright.base.errors import NOWHERE, Location
from archwright.base.text import plural

MOST_STEPS = 5


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do next, what it would change, where, and how much that weighs."""

    what: str
    why: str
    where: Location
    weight: float


def steps(found: Assessment, most: int = MOST_STEPS) -> tuple[Step, ...]:
    """The facts and the evidence that would change most, the weightiest first.

    A fact weighs ten for each tier by which it can narrow the interval, and one for each control that waits for it; a
    statement weighs one for each control that it would renew or support. Half, where the control is not in force yet.
    """
    everything = tuple(duty for duty in by_reference(found).values() if duty.status != UNASSESSED)
    ahead = [*_of_facts(found, everything), *_stale(found, everything), *_statements(everything)]
    return tuple(sorted(ahead, key=lambda step: (-step.weight, step.what))[:most])


def _of_facts(found: Assessment, everything: Sequence[Duty]) -> list[Step]:
    best = _best(found)
    names = {name for duty in everything for name in duty.applies.unknown()} | best.keys()
    names |= {name for duty in everything if duty.evidence and duty.pressing for name in duty.evidence.unknown()}
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        groups.setdefault(_group(name), []).append(name)
    return [_fact_step(found, group, inside, best, everything) for group, inside in groups.items()]


def _best(found: Assessment) -> dict[str, int]:
    """For each fact that the tier waits for, by how many steps an answer could narrow the interval."""
    if found.tier is None:
        return {}
    best = {name: 0 for reason in found.tier.conclusions.values() for name in reason.unknown()}
    for item in found.narrowing:
        best[item.fact] = max(best[item.fact], found.tier.width - item.width)
    return best


def _fact_step(
    found: Assessment, group: str, names: Sequence[str], best: Mapping[str, int], everything: Sequence[Duty]
) -> Step:
    waiting = {duty.reference: duty for name in names for duty in settles(name, everything)}
    narrows = max(best.get(name, 0) for name in names)
    why = [f"narrows the tier by up to {plural(narrows, 'step')}"] if narrows else []
    if waiting:
        first = next(iter(waiting.values())).name
        why.append(f"{first} waits for it" if len(waiting) == 1 else f"{len(waiting)} controls wait for it")
    asked = f" with {', '.join(name.rpartition('.')[2] for name in names)}" if names != [group] else ""
    weight = 10 * narrows + sum(map(_weight, waiting.values()))
    why = why or ["the tier rests on it"]
    return Step(f"write `{written(group)}`{asked}", ", ".join(why), found.facts[names[0]].where, weight)


def _group(name: str) -> str:
    """What is written at one place is one step: the facts of one record of the operation."""
    return name.rpartition(".")[0] if name.startswith("operation.") and name.count(".") > 1 else name


def written(name: str) -> str:
    """A fact as one finds it in the file."""
    if name == "suppliers.agreement":
        return "supplier: agreement"
    own = name.startswith(("operation.", "data", "parts"))
    return ": ".join((name if own else f"context.{name}").split("."))


def _stale(found: Assessment, everything: Sequence[Duty]) -> list[Step]:
    made = []
    for name, item in found.system.attestations.items():
        waiting = [duty for duty in everything if duty.status == STALE and duty.reference in item.controls]
        if waiting:
            named = ", ".join(duty.name for duty in waiting[:3])
            weight = sum(map(_weight, waiting))
            made.append(Step(f"renew attestation `{name}`", f"it speaks to {named}", item.where, weight))
    return made


def _statements(everything: Sequence[Duty]) -> list[Step]:
    """What only a person can say, for obligations that are in force."""
    return [
        Step(duty.control.next, f"{duty.name} is {duty.status}", NOWHERE, _weight(duty))
        for duty in everything
        if duty.pack.market and duty.now and duty.status in (OPEN, VIOLATED) and duty.control.next
        and not (duty.evidence and duty.evidence.unknown())
    ]  # fmt: skip


def _weight(duty: Duty) -> float:
    return 1.0 if duty.timing.days <= 0 else 0.5
