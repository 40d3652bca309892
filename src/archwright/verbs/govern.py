"""`archwright govern`: which tier, which obligations from when, what speaks for and against each control."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from archwright.analysis.check import rules
from archwright.analysis.govern.assess import Assessment, Packs, assess
from archwright.analysis.govern.document import checklist_text, govern_document
from archwright.analysis.govern.duties import Duty, Ruled
from archwright.analysis.govern.findings import findings
from archwright.analysis.govern.reason import Reason
from archwright.analysis.govern.steps import steps
from archwright.analysis.govern.vocabulary import slips
from archwright.base.errors import InputError, Location, Problem, UsageError
from archwright.base.text import nearest
from archwright.facts.frameworks import EU_AI_ACT, NIST_AI_RMF, Pack, industries, names, pack, read_pack
from archwright.plan.model import plan_hash
from archwright.render.html import page
from archwright.render.svg import svg
from archwright.spec.context import INDUSTRIES, UNKNOWN
from archwright.spec.source import parse, read_text
from archwright.verbs.answer import Answer
from archwright.verbs.project import Project

FOLDER = "frameworks"  # beside the system's file: packs of one's own
PAGE = "governance.html"
CHECKLIST = "checklist.md"
GENERAL = "general"


def govern_project(project: Project, industry: str = "", out: Path | None = None) -> Answer:
    """Assess an opened system for an industry (the file's if empty); write page and checklist below `out` if given.

    Raises:
        InputError: a pack beside the file cannot be read.
        UsageError: there is no such industry.
    """
    system = project.system
    ruled = tuple(Ruled(rule.code, rule.references, tuple(rule.check(system, project.as_of))) for rule in rules())
    hash_ = _plan(project)
    found = assess(system, _packs(project, industry), project.as_of, ruled, hash_, _broken(project))
    hits = findings(found)
    report, details, book = govern_document(found, hits, ruled)
    written: tuple[Path, ...] = ()
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        explanations = {key: book.explain(key) for key in book}
        text = page(
            (report, details), title=system.system, subtitle=system.summary, drawing=svg, explanations=explanations
        )
        (out / PAGE).write_text(text, encoding="utf-8")
        (out / CHECKLIST).write_text(checklist_text(found), encoding="utf-8")
        written = (out / PAGE, out / CHECKLIST)
    return Answer(
        "govern", (report,), book, hits, written, data=_data(found), sources=project.loaded.sources, plan=hash_
    )


def tier_of(project: Project) -> str:
    """The risk tier under the EU AI Act on the project's day: one tier, or the lowest and the highest possible."""
    tier = assess(project.system, _packs(project, ""), project.as_of).tier
    return tier.shown if tier is not None else "not assessed"


def _packs(project: Project, industry: str) -> Packs:
    wanted = industry or project.system.context.industry
    if wanted not in INDUSTRIES:
        hint = nearest(wanted, INDUSTRIES)
        mend = f"did you mean `{hint}`?" if hint else f"known: {', '.join(INDUSTRIES)}"
        raise UsageError(f"there is no industry called `{wanted}`; {mend}")
    known = industries()
    chosen = known.get(wanted, known[GENERAL])
    title = chosen.title if wanted in (*known, UNKNOWN) else f"{wanted} ({chosen.title})"
    own = _own(project)
    return Packs(pack(EU_AI_ACT), pack(NIST_AI_RMF), title, (*map(pack, chosen.packs), *own))


def _own(project: Project) -> tuple[Pack, ...]:
    """Packs in the folder beside the system's file, in the order of their names.

    Raises:
        InputError: one of them is no pack.
    """
    problems: list[Problem] = []
    read: list[Pack] = []
    taken = {pack(name).prefix for name in names()}
    for file in sorted((project.path.parent / FOLDER).glob("*.yaml")):
        try:
            text = read_text(file)
            parse(text, str(file))  # bounds what a hostile file may cost, and says where its YAML is wrong
            found = read_pack(text, str(file))
        except InputError as error:
            problems += error.problems
            continue
        said = [*slips(found), *([f"the prefix {found.prefix!r} is taken"] if found.prefix in taken else [])]
        problems += [Problem("bad-pack", words, Location(str(file)), "docs/concepts/governance.md") for words in said]
        taken.add(found.prefix)
        read.append(found)
    if problems:
        raise InputError(problems)
    return tuple(read)


def _plan(project: Project) -> str:
    """The configuration's hash, where an attestation names one; empty where the design cannot be compiled."""
    if not any(item.configuration for item in project.system.attestations.values()):
        return ""
    try:
        return plan_hash(project.compiled.plan)
    except InputError:
        return ""


def _broken(project: Project) -> dict[str, str]:
    """Attestations whose evidence beside the file is gone or changed. Links and evidence without a digest stay unread.

    Raises:
        InputError: evidence is named that lies outside the folder of the file.
    """
    broken = {}
    for name, item in project.system.attestations.items():
        if not item.digest or not item.evidence or "://" in item.evidence:
            continue
        file = project.loaded.beside(item.evidence)
        if not file.is_file():
            broken[name] = f"is not there: `{item.evidence}`"
        elif f"sha256:{_digest(file)}" != item.digest:
            broken[name] = f"is not what its digest says: `{item.evidence}`"
    return broken


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _data(found: Assessment) -> dict[str, Any]:
    tier = found.tier
    return {
        "as_of": found.as_of.isoformat(),
        "tier": None if tier is None else {
            "lowest": tier.lowest,
            "highest": tier.highest,
            "why": {name: _tree(reason) for name, reason in tier.conclusions.items()},
            "narrowing": [
                {"fact": item.fact, "answer": item.answer, "lowest": item.lowest, "highest": item.highest}
                for item in found.narrowing
            ],
        },
        "obligations": [_duty(duty) for duty in found.obligations],
        "controls": [_duty(duty) for duty in found.controls],
        "checklist": [_duty(duty) for duty in found.checklist],
        "next": [{"what": step.what, "why": step.why, "where": str(step.where)} for step in steps(found)],
        "catalogues": [
            {"title": item.title, "version": item.version, "checked_on": item.checked_on.isoformat(),
             "valid_to": item.valid_to.isoformat(), "licence": item.licence}
            for item in found.packs.all
        ],
    }  # fmt: skip


def _tree(reason: Reason) -> dict[str, Any]:
    leaf = {"fact": reason.fact, "where": str(reason.where)} if reason.fact else {}
    parts = {"parts": [_tree(part) for part in reason.parts]} if reason.parts else {}
    return {"text": reason.text, "holds": reason.holds, **leaf, **parts}


def _duty(duty: Duty) -> dict[str, Any]:
    return {
        "control": duty.reference,
        "title": duty.control.title,
        "status": duty.status,
        "because": duty.because,
        "pressing": duty.pressing and duty.now,
        "from": duty.timing.earliest.isoformat(),
        "to": duty.timing.latest.isoformat(),
        "in_force": duty.timing.shown,
        "next": duty.control.next,
    }
