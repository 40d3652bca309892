"""The status of one control: whether it applies, from when, and what speaks for or against it on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from archwright.analysis.govern.reason import Reason, every, judge, said, said_shortly
from archwright.analysis.govern.situation import Fact, Facts
from archwright.facts.frameworks import Control, Pack
from archwright.report.document import Finding
from archwright.spec.attestations import Attestation

VIOLATED: Final = "violated"
EVIDENCE: Final = "evidence"
PART: Final = "evidence in part"
ATTESTED: Final = "attested"
STALE: Final = "stale"
OPEN: Final = "open"
UNSETTLED: Final = "may apply"
UNASSESSED: Final = "not assessed"
NOT_APPLICABLE: Final = "not applicable"
STATUSES: Final = (VIOLATED, STALE, OPEN, UNSETTLED, UNASSESSED, PART, ATTESTED, EVIDENCE, NOT_APPLICABLE)
DONE: Final = frozenset({EVIDENCE, ATTESTED})

IN_FORCE: Final = "in force"
COMING: Final = "coming"
RANGE: Final = "unsettled"


class Ruled(NamedTuple):
    """What a design rule said: its code, the controls that it names, and its findings (none: it ran clean)."""

    code: str
    references: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Timing:
    """From when a control holds, seen from a day. `days` are left until it (or until the earlier day of a range)."""

    kind: str
    earliest: dt.date
    latest: dt.date
    days: int

    @property
    def shown(self) -> str:
        """The day in words."""
        if self.kind == IN_FORCE:
            return f"since {self.earliest}"
        if self.kind == COMING:
            return f"{self.earliest}, in {self.days:,} d"
        left = f", in {self.days:,} d at the earliest" if self.days > 0 else ""
        return f"between {self.earliest} and {self.latest}{left}"


@dataclass(frozen=True, slots=True)
class World:
    """What a status is made from: the day, the conclusions, what rules said, what is attested, for which plan.

    `careful` says that an attestation counts only with an approver who is not its owner; `broken` names attestations
    whose evidence is not what was attested, with the reason.
    """

    as_of: dt.date
    terms: Mapping[str, Reason]
    ruled: Sequence[Ruled] = ()
    attestations: Mapping[str, Attestation] = field(default_factory=dict)
    plan: str = ""
    careful: bool = False
    broken: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Duty:
    """A control of a pack with its status, and the one line that says why."""

    pack: Pack
    control: Control
    applies: Reason
    evidence: Reason | None
    timing: Timing
    status: str
    because: str

    @property
    def name(self) -> str:
        """Framework and id as people write them."""
        return f"{self.pack.title} {self.pack.shown(self.control.id)}"

    @property
    def reference(self) -> str:
        """What rules and attestations call it."""
        return f"{self.pack.prefix}:{self.control.id}"

    @property
    def now(self) -> bool:
        """Whether it applies and is in force."""
        return self.applies.holds is True and self.timing.kind == IN_FORCE

    @property
    def pressing(self) -> bool:
        """Whether something is left to do."""
        return self.applies.holds is not False and self.status not in (*DONE, UNASSESSED)


def duties(pack: Pack, facts: Facts, world: World) -> tuple[Duty, ...]:
    """Every control of a pack, in its order. `facts` are those of the pack's market."""
    return tuple(_duty(pack, control, facts, world) for control in pack.controls)


def _duty(pack: Pack, control: Control, facts: Facts, world: World) -> Duty:
    applies = _applies(pack, control, facts, world)
    evidence = judge(control.evidence, facts, world.terms) if control.evidence else None
    timing = when(control, pack, facts["since"], world.as_of)
    status, because = _status(pack, control, applies, evidence, timing, world)
    return Duty(pack, control, applies, evidence, timing, status, because)


def _applies(pack: Pack, control: Control, facts: Facts, world: World) -> Reason:
    parts = []
    if pack.market:
        parts.append(judge({"markets": pack.market}, facts, world.terms))
    if control.who:
        parts.append(judge({"roles": control.who}, facts, world.terms))
    if control.when:
        parts.append(judge(control.when, facts, world.terms))
    return every(f"{pack.shown(control.id)} applies", parts)


def when(control: Control, pack: Pack, since: Fact, as_of: dt.date) -> Timing:
    """From when a control holds: a day, or a range where it is not settled or the day on the market is unknown."""
    begin = control.from_ or pack.valid_from
    earliest, latest = (begin[0], begin[1]) if isinstance(begin, list) else (begin, begin)
    if control.transition is not None:
        began = next((dt.date.fromisoformat(word) for word in since.words), None)
        if began is None:
            latest = max(latest, control.transition.until)
        elif began < control.transition.before:
            earliest = latest = control.transition.until
    kind = IN_FORCE if as_of >= latest else (COMING if earliest == latest else RANGE)
    return Timing(kind, latest if kind == IN_FORCE else earliest, latest, (earliest - as_of).days)


def _status(
    pack: Pack, control: Control, applies: Reason, evidence: Reason | None, timing: Timing, world: World
) -> tuple[str, str]:
    if not pack.is_valid(world.as_of):
        return UNASSESSED, f"the catalogue speaks of {pack.valid_from} to {pack.valid_to}"
    if applies.holds is False:
        return NOT_APPLICABLE, said_shortly(applies)
    if applies.holds is None:
        return UNSETTLED, said(applies)
    reference = f"{pack.prefix}:{control.id}"
    hits = [(rule.code, len(rule.findings)) for rule in world.ruled if reference in rule.references and rule.findings]
    if hits:
        words = "found by " + ", ".join(code if count == 1 else f"{code} ({count} times)" for code, count in hits)
        return (VIOLATED if timing.kind == IN_FORCE else OPEN), words
    if evidence is not None and evidence.holds is False:
        denied = control.how == "derived" and timing.kind == IN_FORCE
        return (VIOLATED if denied else OPEN), said(evidence)
    return _supported(reference, control, evidence, world)


def _supported(reference: str, control: Control, evidence: Reason | None, world: World) -> tuple[str, str]:
    clean = [rule.code for rule in world.ruled if reference in rule.references]
    stated = {name: item for name, item in world.attestations.items() if reference in item.controls}
    current = [name for name, item in stated.items() if counts(name, item, world)]
    words = []
    if evidence is not None and evidence.holds:
        words.append(said(evidence))
    if clean:
        words.append(f"no finding of {', '.join(clean)}")
    if evidence is not None and evidence.holds and control.how == "derived":
        return EVIDENCE, "; ".join(words)
    if current:
        ends = ", ".join(f"`{name}` until {stated[name].until}" for name in current)
        return ATTESTED, "; ".join([f"attested by {ends}", *words])
    if stated:
        return STALE, "; ".join(_lapsed(name, item, world) for name, item in stated.items())
    if words:
        return PART, "; ".join(words)
    return OPEN, said(evidence) if evidence is not None else "nothing speaks to it yet"


def counts(name: str, item: Attestation, world: World) -> bool:
    """Whether an attestation is current, its evidence sound, and where the tier demands it a second person approved."""
    held = item.holds(world.as_of, world.plan) and name not in world.broken
    return held and (not world.careful or _second(item))


def _second(item: Attestation) -> bool:
    return bool(item.approver.strip()) and item.approver != item.owner


def _lapsed(name: str, item: Attestation, world: World) -> str:
    if name in world.broken:
        return f"the evidence of `{name}` {world.broken[name]}"
    if item.stated.date > world.as_of:
        return f"`{name}` is dated {item.stated}, which is yet to come"
    if item.until < world.as_of:
        return f"`{name}` ended on {item.until}"
    if not item.holds(world.as_of, world.plan):
        return f"`{name}` was made for another configuration"
    return f"`{name}` has no approver other than its owner"


def settles(name: str, all_duties: Sequence[Duty]) -> tuple[Duty, ...]:
    """Duties that wait for a fact: to know whether they apply, or for their evidence."""
    return tuple(
        duty
        for duty in all_duties
        if name in duty.applies.unknown()
        or (duty.applies.holds and duty.evidence is not None and name in duty.evidence.unknown() and duty.pressing)
    )
