"""`archwright decide`: options held against criteria, with what would change the answer, and a record of it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from archwright.analysis.decide.candidate import Candidate
from archwright.analysis.decide.matrix import option_key
from archwright.analysis.decide.record import record
from archwright.analysis.decide.report import decide_document
from archwright.analysis.decide.result import Result, decide
from archwright.analysis.decide.switching import Change, switches
from archwright.analysis.decide.terms import terms_of
from archwright.analysis.decide.uses import with_uses
from archwright.base.errors import InputError, Problem, UsageError
from archwright.base.money import PICO
from archwright.base.text import nearest
from archwright.facts.technologies import entries
from archwright.plan.expect import FUNCTIONS
from archwright.plan.model import plan_hash
from archwright.render.madr import madr
from archwright.report.document import Finding
from archwright.report.figures import Book
from archwright.spec.decisions import Decision
from archwright.spec.given import Word
from archwright.verbs import figures
from archwright.verbs.answer import Answer
from archwright.verbs.catalogue import plain, stale
from archwright.verbs.options import Seen, changed, computed, failed, is_stated, renamed, seen, stated
from archwright.verbs.prices import old_prices
from archwright.verbs.project import Project
from archwright.verbs.records import keep_record
from archwright.verbs.stress import SEED

FOLDER = "decisions"


def decide_project(project: Project, out: Path, names: tuple[str, ...] = (), seed: int = SEED) -> Answer:
    """Work out the named decisions (all if none are named); write their records into `out`.

    Raises:
        InputError: an overlay cannot be read, with every problem of every overlay.
        UsageError: there is no such decision.
    """
    decisions = _chosen(project, names)
    work = _Work(project, seed)
    work.open(list(decisions.values()))
    book = Book(functions=FUNCTIONS)
    results: list[Result] = []
    for name, decision in decisions.items():
        candidates = []
        for option in decision.options:
            candidate, own = work.candidate(name, decision, option)
            candidate = with_uses(name, decision, candidate, own)
            book.join(own)
            candidates.append(candidate)
        result = decide(name, decision, candidates, book, seed)
        upkeep = project.system.operation.upkeep
        moves = switches(name, decision, work.moves(decision, result.settled), book, upkeep.hourly if upkeep else None)
        results.append(replace(result, switches=moves))
    plan = work.shared.plan if work.shared is not None else None
    facts: tuple[tuple[str, str], ...] = (("seed", str(seed)), ("as of", project.as_of.isoformat()))
    if plan is not None:
        facts = (("configuration", plan_hash(plan)), *facts, ("prices", plan.facts))
    document = decide_document(results, book, facts)
    written, notes = _records(project, results, book, out) if results else ((), [])
    notes += [
        f"decision `{result.matrix.name}` was to be looked at again on {day}"
        for result in results
        if (day := result.matrix.decision.revisit) is not None and day.date <= project.as_of
    ]
    old = [*_stale(results, project), *old_prices(project)]
    notes += [f"{finding.message}; {finding.mend}" for finding in old]
    hashed = plan_hash(plan) if plan is not None else ""
    if written:
        written = (*written, figures.keep(out, hashed, book))
    return Answer(
        "decide", (document,), book, (*_findings(results, book), *old), written,
        {"decisions": [_data(result, book) for result in results], "notes": notes, "seed": seed},
        work.sources, hashed,
    )  # fmt: skip


def _chosen(project: Project, names: tuple[str, ...]) -> dict[str, Decision]:
    known = project.system.decisions
    for name in names:
        if name not in known:
            hint = nearest(name, known)
            mend = f"did you mean `{hint}`?" if hint else f"known: {', '.join(known) or 'none'}"
            raise UsageError(f"there is no decision called `{name}`; {mend}")
    return {name: decision for name, decision in known.items() if not names or name in names}


class _Work:
    """The system as designed and with each overlay, looked at once each."""

    def __init__(self, project: Project, seed: int) -> None:
        self.project = project
        self.seed = seed
        self.opened: dict[str, Project] = {"": project}
        self.seen: dict[str, Seen | InputError] = {}
        self.sources = dict(project.loaded.sources)

    def open(self, decisions: list[Decision]) -> None:
        """Read every overlay.

        Raises:
            InputError: with the problems of all of them.
        """
        problems: dict[str, Problem] = {}
        for overlay in {option.overlay: option for item in decisions for option in item.options.values()}:
            if overlay in self.opened:
                continue
            try:
                self.opened[overlay] = self.project.overlaid(Word.at(overlay, overlay.where))
                self.sources |= self.opened[overlay].loaded.sources
            except InputError as error:
                for problem in error.problems:
                    # Told at the file below, what the overlay broke would read as that file's own mistake.
                    told = replace(problem, message=f"with `{overlay}` laid over it: {problem.message}")
                    mine = problem.where.file.endswith(str(overlay))
                    problems[str(problem)] = problem if mine else told
        if problems:
            raise InputError(list(problems.values()))

    def look(self, overlay: str) -> Seen | InputError:
        """The system with an overlay, or why it cannot be computed."""
        if overlay not in self.seen:
            try:
                self.seen[overlay] = seen(self.opened[overlay], self.seed)
            except InputError as error:
                self.seen[overlay] = error
        return self.seen[overlay]

    @property
    def shared(self) -> Seen | None:
        """The system as designed, if it can be computed."""
        found = self.look("")
        return None if isinstance(found, InputError) else found

    def candidate(self, name: str, decision: Decision, option: str) -> tuple[Candidate, Book]:
        """An option and its figures; those of the system as designed keep their names."""
        item = decision.options[option]
        if is_stated(item):
            book, growth = Book(), ""
            shared = self.shared
            if shared is not None:
                shown = computed(decision, option, shared)
                book, growth = shown[1], shown[0].growth
            return stated(name, decision, option, book, growth), book
        found = self.look(item.overlay)
        if isinstance(found, InputError):
            return failed(decision, option, found), Book()
        shared = self.shared
        objectives = self.opened[item.overlay].system.objectives
        quality = tuple(title for title, objective in objectives.items() if objective.measure == "quality")
        candidate, book = computed(decision, option, found, quality, name)
        moved = changed(self.project.system, self.opened[item.overlay].system)
        if moved.size:
            words = f"to move there from the system as designed, {', '.join(moved.parts)} change in the file"
            candidate = replace(candidate, remarks=(*candidate.remarks, words))
        designed = computed(decision, option, shared)[1] if shared is not None else Book()
        candidate, book = renamed(candidate, f"{option_key(name, option)}.", designed, book)
        return replace(candidate, terms=terms_of(self.opened[item.overlay].system)), book

    def moves(self, decision: Decision, settled: str) -> dict[tuple[str, str], Change]:
        """What changes in the file where the settled option is left for another one that is a design too."""
        options = {name: item for name, item in decision.options.items() if not is_stated(item)}
        if settled not in options:
            return {}
        mine = self.opened[options[settled].overlay].system
        return {
            (settled, name): changed(mine, self.opened[item.overlay].system)
            for name, item in options.items()
            if name != settled
        }


def _records(project: Project, results: list[Result], book: Book, out: Path) -> tuple[tuple[Path, ...], list[str]]:
    """Write the record of each decision; what could not be written without losing a line is said."""
    written, notes = [], []
    for result in results:
        page = record(project.system, result, book)
        file, note = keep_record(out, page.number, page.name, page.title, madr(page))
        if file is not None:
            written.append(file)
        if note:
            notes.append(note)
    return tuple(written), notes


def _sizes(result: Result, book: Book) -> list[Finding]:
    """Hardware of the settled option that is far more than the busiest hour needs, or too little for it."""
    found = []
    name, options = result.matrix.name, result.matrix.decision.options
    for part in result.matrix.candidate(result.settled).hardware if result.settled else ():
        if not part.needed:
            continue
        where = options[result.settled].where
        have, need = book[part.replicas], book[part.needed]
        message = f"{part.title} has {have.shown} replica{'' if have.value == 1 else 's'}, and needs {need.shown}"
        if need.value > have.value:
            why, mend = (
                "In the busiest hour work piles up, whatever the matrix says.",
                "add replicas, or ask less of them",
            )
            found.append(Finding("DEC08", "warning", message, where, why, mend, name))
        # One more than is needed is there for when one fails.
        if have.value > math.ceil(need.value) + 1:
            why, mend = "What stands idle is paid for, used or not.", "take fewer, or say which growth they are for"
            found.append(Finding("DEC06", "note", message, where, why, mend, name))
    return found


def _findings(results: list[Result], book: Book) -> list[Finding]:
    """A choice that its own matrix speaks against, and hardware that is far too much."""
    sizes = [finding for result in results for finding in _sizes(result, book)]
    return sizes + [
        Finding(
            "DEC05", "warning", result.against, result.matrix.decision.chosen.where,
            "Whoever reads the record later finds a choice that its numbers do not carry.",
            "choose again, or correct weights, scores or requirements", result.matrix.name,
        )
        for result in results
        if result.against
    ]  # fmt: skip


def _stale(results: list[Result], project: Project) -> list[Finding]:
    """Technologies of options of which nobody looked up the facts for long; each is told at its first option."""
    first: dict[str, Word] = {}
    for result in results:
        for option in result.matrix.decision.options.values():
            for word in option.uses:
                first.setdefault(str(word), word)
    return [finding for word in first.values() for finding in stale(entries([word]), project.as_of, word.where)]


def _data(result: Result, book: Book) -> dict[str, object]:
    found = result.matrix
    return {
        "name": found.name,
        "title": str(found.decision.title),
        "status": str(found.decision.status),
        "winner": result.ranking.winner,
        "ahead": found.candidate(result.ranking.winner).title if result.ranking.winner else "",
        "score": found.scores.get(result.ranking.winner, ""),
        "tied": list(result.ranking.tied),
        "chosen": str(found.decision.chosen),
        "win_share": book[result.sure.wins[result.ranking.winner]].value if result.ranking.winner else 0.0,
        "options": [
            {
                "name": item.name,
                "standing": item.standing,
                "score": book[found.scores[item.name]].value,
                "cells": {title: book[found.cells[item.name, title].score].value for title in found.decision.criteria},
                "broken": [check.label for check in item.broken],
                "unproven": [check.label for check in item.unproven],
                "why": item.why,
                "uses": [plain(entry) for entry in entries(found.decision.options[item.name].uses)],
                "tco": _dollars(book, result.sure.costs[item.name][-1]) if item.name in result.sure.costs else None,
                "tco_years": [_dollars(book, key) for key in result.sure.costs.get(item.name, ())],
                "band": [_dollars(book, key) for key in result.sure.bands.get(item.name, ())[::2]],
                "win_share": book[result.sure.wins[item.name]].value if item.name in result.sure.wins else 0.0,
                "dominated_by": result.sure.dominated.get(item.name, ""),
            }
            for item in found.candidates
        ],
        "break_even": [
            {
                "low": even.low,
                "high": even.high,
                "journeys_a_month": book[even.at].value if even.at else None,
                "more_replicas": book[even.more].value if even.more else 0,
                "with_more_replicas": book[even.grown].value if even.grown else None,
                "words": even.words,
                "utilisation": book[f"{even.at}.use"].value if f"{even.at}.use" in book else None,
                **_crossing(result, even.at, book),
            }
            for even in result.break_evens
        ],
        "flips": [
            {"criterion": flip.criterion, "weight": book[flip.at].value if flip.at else None, "winner": flip.winner}
            for flip in result.flips
        ]
        + [
            {
                "assumption": turn.key,
                "value": book[turn.key].value,
                "at": book[turn.at].value,
                "shown": book[turn.at].shown,
                "winner": turn.winner,
            }
            for turn in result.sure.turns
        ],
        "switching": [
            {
                "from": item.leave,
                "to": item.take,
                "parts": list(item.parts),
                "hours": book[item.hours].value / 3600 if item.hours else None,
                "cost": _dollars(book, item.cost) if item.cost else None,
            }
            for item in result.switches
        ],
        "assumptions": [
            {"assumption": check.label, "holds": check.met, "foreseen": check.shown}
            for check in (found.candidate(result.settled).assumed if result.settled else ())
        ],
    }


def _dollars(book: Book, key: str) -> float:
    return round(book[key].value / PICO, 2)


def _crossing(result: Result, at: str, book: Book) -> dict[str, object]:
    """The band of a break-even, and how often there is none."""
    if at not in result.sure.even_bands:
        return {"band": [], "never": None}
    low, high, never = result.sure.even_bands[at]
    return {"band": [book[low].value, book[high].value] if low else [], "never": book[never].value}
