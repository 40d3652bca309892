"""One page for the people who pay, and one for each decision: cost, risk, outcome, and what is asked of them.

It computes nothing: what other questions found comes in as plain values and figures, and is said in a few lines.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from archwright.base.text import plural
from archwright.report.document import Block, Cell, Document, Section, Table, Text, Tiles, Tone
from archwright.report.figures import Book
from archwright.spec.decisions import Decision
from archwright.spec.model import System

GRAVEST = 3  # risks that a page for payers shows
LONGEST = 8  # rows of a checklist that a page shows; the rest is counted


@dataclass(frozen=True, slots=True)
class Settled:
    """What was worked out of a decision: the best option, where the choice turns, what it assumes.

    `assumptions` are (what, whether it holds: None where nobody knows, what is foreseen).
    """

    name: str
    winner: str
    turns: tuple[str, ...]
    assumptions: tuple[tuple[str, bool | None, str], ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """How many promises a scenario keeps, as figures of the book."""

    scenario: str
    kept: str
    of: str


@dataclass(frozen=True, slots=True)
class Duty:
    """One line of obligations or of a checklist: what, how it stands, since when, what comes next."""

    what: str
    status: str
    since: str
    step: str
    pressing: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What the other questions found. `book` holds every figure that is named here.

    `breaks` is the load at which the first promise breaks: label, note, figure.
    """

    system: System
    as_of: dt.date
    book: Book
    decisions: tuple[Settled, ...]
    promises: tuple[Promise, ...]
    breaks: tuple[str, str, str] | None
    tier: str
    duties: tuple[Duty, ...]
    checklist: tuple[Duty, ...]
    errors: str
    steps: tuple[str, ...]


def brief_document(found: Found) -> Document:
    """The page for the people who pay."""
    sections = (
        _short(found), *filter(None, (_decided(found),)), _cost(found), _outcomes(found), _risk(found), _asked(found),
    )  # fmt: skip
    facts = (("as of", found.as_of.isoformat()), ("owner", str(found.system.owner) or "nobody"))
    return Document(f"{found.system.system}: brief", sections, str(found.system.summary), facts)


def decision_document(found: Found, name: str) -> Document:
    """The one-page record of a decision: answer, risk, checklist, metrics."""
    decision = found.system.decisions[name]
    settled = next((item for item in found.decisions if item.name == name), None)
    facts = (
        ("status", str(decision.status)), ("date", str(decision.date)),
        ("decided by", str(decision.owner or found.system.owner)), ("as of", found.as_of.isoformat()),
    )  # fmt: skip
    sections = (
        Section("adr-answer", "Decision", _answer(decision, settled), _line(decision.question)),
        _assumed(settled),
        _risks(found, len(found.system.risks)),
        _checklist(found),
        _outcomes(found),
    )
    return Document(str(decision.title), tuple(filter(None, sections)), _line(found.system.summary), facts)


def _cell(book: Book, key: str, tone: Tone = "plain") -> Cell:
    return Cell(book[key].shown, tone, key) if key in book else Cell("–", "muted")


def _line(words: str) -> str:
    return " ".join(words.split())


def _short(found: Found) -> Section:
    book = found.book
    tiles = (
        ("Costs a month", "price.month", "what runs, and people"),
        ("Brings a month", "value.benefit.promised", "at its targets"),
        ("Return", "value.return.promised", "promised, on running cost"),
        ("Return", "value.return.measured", "measured, on running cost"),
        ("Paid back after", "value.payback.promised", "if the targets are reached"),
    )
    shown = [(label, book[key].shown, note, key) for label, key, note in tiles if key in book]
    return Section("brief-short", "In short", (Tiles((*shown, ("Risk tier", found.tier, "EU AI Act", ""))),))


def _decided(found: Found) -> Section | None:
    blocks: list[Block] = []
    for settled in found.decisions:
        decision = found.system.decisions[settled.name]
        blocks += _answer(decision, settled)
        broken = [what for what, holds, _ in settled.assumptions if holds is False]
        unknown = [what for what, holds, _ in settled.assumptions if holds is None]
        if broken:
            blocks.append(Text(f"Assumed, and not so as far as can be foreseen: {'; '.join(broken)}.", "bad"))
        elif settled.assumptions:
            rest = f"; {plural(len(unknown), 'other')} cannot be foreseen" if unknown else ""
            held = len(settled.assumptions) - len(unknown)
            blocks.append(Text(f"It rests on {plural(held, 'assumption')} that hold as foreseen{rest}."))
    return Section("brief-decision", "Decision", tuple(blocks)) if blocks else None


def _answer(decision: Decision, settled: Settled | None) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if decision.chosen:
        said = f"{decision.title}: {decision.titled(decision.chosen)} ({decision.status}, {decision.date})."
        blocks.append(Text(f"{said} {_sentence(decision.because)}"))
    else:
        blocks.append(Text(f"{decision.title}: not decided yet ({decision.status}, {decision.date}).", "bad"))
    if settled is not None:
        if settled.winner and settled.winner != decision.chosen:
            blocks.append(Text(f"By its own criteria, {decision.titled(settled.winner)} is ahead.", "bad"))
        blocks += [Text(words) for words in settled.turns]
    return tuple(blocks)


def _sentence(words: str) -> str:
    line = _line(words).rstrip(".")
    return f"{line[:1].upper()}{line[1:]}." if line else ""


def _assumed(settled: Settled | None) -> Section | None:
    if settled is None or not settled.assumptions:
        return None
    words: dict[bool | None, Cell] = {
        True: Cell("holds", "good"), False: Cell("broken", "bad"), None: Cell("not known", "muted")
    }  # fmt: skip
    rows = tuple((what, shown, words[holds]) for what, holds, shown in settled.assumptions)
    return Section(
        "adr-assumptions", "What must stay true", (Table(("Assumption", "Foreseen", ""), rows),),
        "Tested on what ran by `archwright measure`; a broken one reopens the decision.",
    )  # fmt: skip


def _cost(found: Found) -> Section:
    book = found.book
    parts = [
        (key.split(".")[2], key)
        for key in book
        if key.startswith("price.component.") and key.endswith(".month") and book[key].value > 0
    ]
    rows = tuple(
        (str(found.system.components[name].title or name), _cell(book, key))
        for name, key in sorted(parts, key=lambda part: -book[part[1]].value)
    )
    if "price.engineering.month" in book and book["price.engineering.month"].value > 0:
        rows += (("Engineers who keep it running", _cell(book, "price.engineering.month")),)
    table = Table(("", "A month"), (*rows, ("All of it", _cell(book, "price.month"))), numeric=frozenset({1}))
    lead = "Means at the stated volume."
    guesses = [leaf.key for leaf, _ in book.deciding("price.month")] if "price.month" in book else []
    blocks: tuple[Block, ...] = (table,)
    if guesses:
        blocks = (table, Text(f"The guesses that move it most: {'; '.join(guesses)}."))
    return Section("brief-cost", "What it costs", blocks, lead)


def _outcomes(found: Found) -> Section:
    book, rows = found.book, []
    for name, metric in found.system.metrics.items():
        base = f"value.{name}"
        last = metric.last(found.as_of)
        seen = Cell(str(last.value), figure=f"{base}.reading") if last else Cell("not measured yet", "muted")
        before, target = (Cell(str(item), figure=f"{base}.{key}") for key, item in
                          (("baseline", metric.baseline), ("target", metric.target)))  # fmt: skip
        rows.append((str(metric.title or name), before, target, seen, _cell(book, f"{base}.benefit")))
    if not rows:
        words = "No outcome is stated, so nobody can say later whether it was worth it."
        return Section("brief-outcomes", "What it brings", (Text(words, "bad"),))
    headings = ("Outcome", "Before", "Target", "Measured", "Brings a month")
    return Section("brief-outcomes", "What it brings", (Table(headings, tuple(rows), numeric=frozenset({1, 2, 3, 4})),))


def _risk(found: Found) -> Section:
    book = found.book
    rows = tuple(
        (item.scenario, Cell(f"{book[item.kept].shown} of {book[item.of].shown}", _all(book, item), item.kept))
        for item in found.promises
    )
    tiles = [("Design errors", book[found.errors].shown, "findings of `archwright check`", found.errors)]
    if found.breaks is not None:
        label, note, key = found.breaks
        tiles.insert(0, (label, book[key].shown, note, key))
    blocks: list[Block] = [Tiles(tuple(tiles))]
    if rows:
        blocks.append(Table(("Scenario", "Promises kept"), rows, numeric=frozenset({1})))
    register = _risks(found, GRAVEST)
    return Section("brief-risk", "What may go wrong", (*blocks, *(register.blocks if register else ())))


def _all(book: Book, item: Promise) -> Tone:
    return "good" if book[item.kept].value == book[item.of].value else "bad"


def _risks(found: Found, most: int) -> Section | None:
    risks = sorted(found.system.risks.items(), key=lambda pair: (*(-step for step in pair[1].grade), pair[0]))
    if not risks:
        return Section("brief-risks", "Risks", (Text("No risk is registered.", "bad"),))
    rows = tuple(
        (_line(risk.statement), f"{risk.impact}, {risk.likelihood}", f"{risk.treatment}: {risk.measure}".rstrip(": "),
         str(risk.owner), str(risk.review))
        for _, risk in risks[:most]
    )  # fmt: skip
    return Section(
        "brief-risks", "Risks", (Table(("Risk", "Impact, likelihood", "Treatment", "Owner", "Review"), rows),)
    )


def _checklist(found: Found) -> Section:
    shown = sorted(found.checklist, key=lambda duty: not duty.pressing)[:LONGEST]
    rows = tuple((duty.what, Cell(duty.status, "bad" if duty.pressing else "plain"), duty.step) for duty in shown)
    more = len(found.checklist) - len(shown)
    blocks: tuple[Block, ...] = (Table(("Control", "Status", "Next"), rows),) if rows else ()
    if more > 0:
        blocks = (*blocks, Text(f"And {more} more: archwright govern.", "muted"))
    return Section("adr-checklist", "Checklist", blocks, f"Risk tier: {found.tier}. What presses stands first.")


def _asked(found: Found) -> Section:
    open_ = [
        f"Decide: {item.title} (proposed on {item.date})."
        for item in found.system.decisions.values()
        if item.status == "proposed"
    ]
    pressing = [f"{duty.what}, {duty.since}: {duty.step}." for duty in found.duties if duty.pressing]
    rows = tuple((words,) for words in (*open_, *pressing, *found.steps))
    blocks: tuple[Block, ...] = (Table(("",), rows),) if rows else (Text("Nothing.", "good"),)
    return Section("brief-asked", "What is asked of you", blocks)
