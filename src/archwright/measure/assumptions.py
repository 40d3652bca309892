"""The assumptions of accepted decisions, tested on what ran: which hold, which are broken, which nobody can know.

A broken assumption reopens its decision; it does not edit it. A rehearsal of a fault is harder than an ordinary day:
what holds in it holds, and what breaks in it is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypedDict

from archwright.measure.evidence import Evidence, Seen
from archwright.measure.foreseen import Foresight
from archwright.report.document import Block, Cell, Finding, Findings, Section, Table, Text, Tone
from archwright.report.figures import Figure
from archwright.spec.decisions import Decision
from archwright.spec.predicate import Predicate

CODE: Final = "DEC01"
Verdict = Literal["holds", "broken", "cannot be known"]
_TONES: Final[dict[Verdict, Tone]] = {"holds": "good", "broken": "bad", "cannot be known": "muted"}


class Broken(TypedDict):
    """An assumption that did not hold, in base units and as people read it."""

    assumption: str
    foreseen: float | None
    ran: float
    dimension: str
    shown: str
    basis: str


class Reopened(TypedDict):
    """A decision that has to be looked at again, and why."""

    decision: str
    title: str
    broken: list[Broken]


@dataclass(frozen=True, slots=True)
class Held:
    """One assumption: what was foreseen, what ran, and whether it holds. `words` say from what, or why not."""

    decision: str
    title: str
    assumption: Predicate
    foreseen: Figure | None
    seen: Figure | None
    verdict: Verdict
    words: str


def assumptions(
    decisions: Mapping[str, Decision], sight: Foresight, ran: Evidence, fault: str = ""
) -> tuple[Held, ...]:
    """Test every assumption of the accepted ones. `fault` names the scenario that ran, if something broke in it."""
    return tuple(
        _tested(name, decision, demand, sight.of(demand), ran.of(demand), fault)
        for name, decision in decisions.items()
        if decision.status == "accepted"
        for demand in decision.assumptions
    )


def _tested(name: str, decision: Decision, demand: Predicate, foreseen: Figure | None, seen: Seen, fault: str) -> Held:
    verdict: Verdict = "cannot be known"
    words = seen.words
    if seen.figure is not None and seen.firm:
        verdict = "holds" if demand.holds(seen.figure.value) else "broken"
    if verdict == "broken" and fault:
        verdict = "cannot be known"
        words = f"broken while {fault} was rehearsed, which is no ordinary day"
    return Held(name, str(decision.title), demand, foreseen, seen.figure, verdict, words)


def findings(tested: tuple[Held, ...]) -> tuple[Finding, ...]:
    """A warning for each broken assumption, at its place in the file."""
    return tuple(
        Finding(
            CODE, "warning",
            f"decision `{item.decision}` rests on `{item.assumption}`, but it was {_shown(item.seen)}",
            item.assumption.where,
            "The options were compared under this assumption; with what ran, another one may be better.",
            f"decide again: `archwright decide FILE {item.decision}`, with the number that ran in the file",
            item.decision,
        )
        for item in tested
        if item.verdict == "broken"
    )  # fmt: skip


def reopened(tested: tuple[Held, ...]) -> list[Reopened]:
    """The decisions to reopen, in file order, each with its broken assumptions."""
    found: dict[str, Reopened] = {}
    for item in tested:
        if item.verdict != "broken" or item.seen is None:
            continue
        entry = found.setdefault(item.decision, {"decision": item.decision, "title": item.title, "broken": []})
        entry["broken"].append(
            {
                "assumption": str(item.assumption),
                "foreseen": item.foreseen.value if item.foreseen else None,
                "ran": item.seen.value,
                "dimension": item.assumption.dimension,
                "shown": item.seen.shown,
                "basis": item.words,
            }
        )
    return list(found.values())


def reopened_text(entries: list[Reopened]) -> str:
    """The same as a page of Markdown."""
    lines = ["# Decisions to reopen", ""]
    if not entries:
        lines += ["None: no assumption of an accepted decision was broken.", ""]
    for entry in entries:
        lines += [f"## {entry['title']} (`{entry['decision']}`)", ""]
        lines += [
            f"- assumed `{item['assumption']}`, but it was {item['shown']} ({item['basis']})"
            for item in entry["broken"]
        ]
        lines.append("")
    return "\n".join(lines)


def section(tested: tuple[Held, ...], word: str) -> Section:
    """The table of all assumptions, what is broken under it."""
    rows = tuple(
        (
            item.decision, str(item.assumption), _cell(item.foreseen), _cell(item.seen),
            Cell(item.verdict, _TONES[item.verdict]), item.words,
        )
        for item in tested
    )  # fmt: skip
    headings = ("Decision", "Assumed", "Foreseen", word.capitalize(), "", "From")
    blocks: list[Block] = [Table(headings, rows, numeric=frozenset({2, 3}))]
    broken = findings(tested)
    blocks.append(Findings(broken) if broken else Text("No assumption is broken; no decision is reopened.", "good"))
    lead = "What accepted decisions rest on. A broken assumption reopens its decision."
    return Section("measure-assumptions", "Assumptions", tuple(blocks), lead)


def _cell(figure: Figure | None) -> Cell:
    return Cell("–", "muted") if figure is None else Cell(figure.shown, figure=figure.key)


def _shown(figure: Figure | None) -> str:
    return figure.shown if figure is not None else "unknown"
