"""What somebody must act on: a tier declared too low, a claim that is barred, a prohibited practice."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.govern.assess import Assessment, by_reference
from archwright.analysis.govern.reason import Reason, said
from archwright.analysis.govern.tier import PROHIBITED, Tiering
from archwright.base.text import nearest
from archwright.report.document import Finding
from archwright.spec.context import TIERS, UNKNOWN

_DECIDE = "have a lawyer decide; what is prohibited is not mended by a control"


def findings(found: Assessment) -> tuple[Finding, ...]:
    """Everything, in the order of the file."""
    every = [*_catalogues(found), *_attestations(found)]
    if found.tier is not None:
        every += [*_declared(found, found.tier), *_claim(found, found.tier), *_prohibited(found, found.tier)]
    return tuple(sorted(every, key=lambda finding: (finding.where, finding.code, finding.message)))


def _declared(found: Assessment, tier: Tiering) -> Iterator[Finding]:
    context = found.system.context
    declared = context.declared_tier
    if declared != UNKNOWN and TIERS.index(declared) < TIERS.index(tier.lowest):
        yield Finding(
            "GOV07", "error", f"the file declares `{declared}`, and its own facts say {tier.lowest} at least",
            context.place("declared_tier"), "Obligations that hold for the real tier would be missed.",
            f"declare `{tier.lowest}`, or correct the fact: {said(tier.conclusions[tier.lowest])}", str(declared),
        )  # fmt: skip


def _claim(found: Assessment, tier: Tiering) -> Iterator[Finding]:
    claim = found.system.context.derogation
    if claim is None:
        return
    if tier.barred.holds:
        yield Finding(
            "GOV08", "error", f"Art. 6(3) is claimed, and it is barred: {said(tier.barred)}", claim.where,
            "A listed system that profiles natural persons is always high-risk; the claim contradicts the file.",
            "withdraw the claim, or correct what is said about profiling", "derogation",
        )  # fmt: skip
    if not claim.assessment.strip():
        yield Finding(
            "GOV07", "error", "Art. 6(3) is claimed without an assessment that is written down", claim.where,
            "The claim counts only with its assessment, made before the system is on the market (Art. 6(4)).",
            "write the assessment and name it under `assessment:`; until then it counts as high-risk", "derogation",
        )  # fmt: skip


def _prohibited(found: Assessment, tier: Tiering) -> Iterator[Finding]:
    for case in tier.conclusions[PROHIBITED].parts:
        if case.holds:
            yield _practice(case, "error", "matches a prohibited practice")
    for later, reason in tier.later:
        if reason.holds:
            yield _practice(reason, "warning", f"will match a prohibited practice from {later} on")


def _practice(case: Reason, severity: str, verb: str) -> Finding:
    leaf = next((part for part in case.deciding() if part.where.file), case)
    return Finding(
        "GOV09", "error" if severity == "error" else "warning", f"what the file says {verb}: {case.text}", leaf.where,
        f"It rests on {said(case)}. Whether all conditions of the article are met is a legal judgement.",
        f"{_DECIDE}; a listed exception is declared under `exceptions:` with its assessment", leaf.fact,
    )  # fmt: skip


def _catalogues(found: Assessment) -> Iterator[Finding]:
    for pack in found.packs.all:
        if not pack.is_valid(found.as_of):
            yield Finding(
                "CAT01", "warning",
                f"the catalogue of {pack.title} speaks of {pack.valid_from} to {pack.valid_to}, not of {found.as_of}",
                why="Laws and frameworks change; what was read for another time is not applied.",
                mend="update the catalogue, or ask for a day inside with --as-of", subject=pack.title,
            )  # fmt: skip


def _attestations(found: Assessment) -> Iterator[Finding]:
    known = by_reference(found)
    prefixes = {pack.prefix for pack in found.packs.all}
    for name, item in found.system.attestations.items():
        if name in found.broken:
            yield Finding(
                "ATT02", "warning", f"the evidence of attestation `{name}` {found.broken[name]}", item.evidence.where,
                "What somebody vouched for is not what lies there now.",
                "have its owner look again, and write the new day and digest", name,
            )  # fmt: skip
        if item.stated.date > found.as_of:
            yield Finding(
                "ATT03", "warning", f"attestation `{name}` is stated on {item.stated}, after {found.as_of}",
                item.stated.where, "What nobody has stated yet is evidence for nothing, so it is left out.",
                "correct the day", name,
            )  # fmt: skip
        for control in item.controls:
            if control.partition(":")[0] in prefixes and control not in known:
                hint = nearest(control, known)
                mend = f"did you mean `{hint}`?" if hint else "write the id as this report shows it"
                yield Finding(
                    "ATT01", "warning", f"attestation `{name}` speaks to `{control}`, which no catalogue knows",
                    control.where, "A statement about no control is evidence for nothing.", mend, name,
                )  # fmt: skip
