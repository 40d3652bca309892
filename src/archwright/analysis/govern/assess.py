"""All that can be said about a system on a day: tier, obligations, controls by function, checklist."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archwright.analysis.govern.duties import (
    ATTESTED,
    EVIDENCE,
    NOT_APPLICABLE,
    OPEN,
    PART,
    STALE,
    UNASSESSED,
    UNSETTLED,
    VIOLATED,
    Duty,
    Ruled,
    World,
    duties,
)  # fmt: skip
from archwright.analysis.govern.situation import Facts, situation
from archwright.analysis.govern.tier import HIGH, Narrowing, Tiering, narrowings, tiering
from archwright.facts.frameworks import Pack
from archwright.spec.context import TIERS
from archwright.spec.model import System

FUNCTIONS = ("GOVERN", "MAP", "MEASURE", "MANAGE")
SUPPORTED = "supported"
# How a control of a framework is counted, and in which order: a law's `open` is a framework's `not assessed`.
COUNTED = {
    VIOLATED: VIOLATED, PART: SUPPORTED, EVIDENCE: SUPPORTED, STALE: STALE, ATTESTED: ATTESTED,
    OPEN: UNASSESSED, UNSETTLED: UNASSESSED, UNASSESSED: UNASSESSED, NOT_APPLICABLE: NOT_APPLICABLE,
}  # fmt: skip
COLUMNS = (VIOLATED, STALE, UNASSESSED, ATTESTED, SUPPORTED, NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Packs:
    """The frameworks of an assessment: the law that gives the tier, the framework of controls, the industry's."""

    law: Pack
    framework: Pack
    industry: str
    checklist: tuple[Pack, ...]

    @property
    def all(self) -> tuple[Pack, ...]:
        """Each pack once."""
        found = {pack.prefix: pack for pack in (self.law, self.framework, *self.checklist)}
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Assessment:
    """The result. `tier` is None where the law's pack does not speak of the day."""

    system: System
    as_of: dt.date
    packs: Packs
    facts: Facts
    tier: Tiering | None
    narrowing: tuple[Narrowing, ...]
    obligations: tuple[Duty, ...]
    controls: tuple[Duty, ...]
    checklist: tuple[Duty, ...]
    broken: Mapping[str, str]

    def counts(self, function: str) -> Counter[str]:
        """Controls of a function of the framework by counted status."""
        return Counter(COUNTED[duty.status] for duty in self.controls if duty.control.id.startswith(f"{function} "))

    def derivable(self, ruled: Sequence[Ruled]) -> int:
        """How many controls of the framework anything here looks at: a rule, or facts of the file."""
        named = {reference for rule in ruled for reference in rule.references}
        return sum(1 for duty in self.controls if duty.control.evidence or duty.reference in named)


def assess(
    system: System,
    packs: Packs,
    as_of: dt.date,
    ruled: Sequence[Ruled] = (),
    plan: str = "",
    broken: Mapping[str, str] | None = None,
) -> Assessment:
    """Assess a system on a day.

    `ruled` is what the design rules said; `plan` the configuration's hash, if known; `broken` names attestations whose
    evidence is not what was attested, with the reason.
    """
    if packs.law.tiers is None:
        raise ValueError(f"{packs.law.title} has no tiers")
    facts = situation(system, packs.law.market)
    exceptions = system.context.exceptions
    tier = tiering(packs.law.tiers, facts, exceptions, as_of)
    careful = TIERS.index(tier.highest) >= TIERS.index(HIGH)
    world = World(as_of, tier.terms, ruled, system.attestations, plan, careful, broken or {})
    known = packs.law.is_valid(as_of)
    narrow = narrowings(packs.law.tiers, facts, exceptions, as_of) if known else ()
    by_pack = {pack.prefix: duties(pack, situation(system, pack.market), world) for pack in packs.all}
    checklist = tuple(duty for pack in packs.checklist for duty in by_pack[pack.prefix])
    return Assessment(
        system, as_of, packs, facts, tier if known else None, narrow,
        by_pack[packs.law.prefix], by_pack[packs.framework.prefix], checklist, broken or {},
    )  # fmt: skip


def by_reference(found: Assessment) -> Mapping[str, Duty]:
    """Every control of the assessment by what attestations call it."""
    return {duty.reference: duty for duty in (*found.obligations, *found.controls, *found.checklist)}
