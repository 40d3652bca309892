"""A decision that was worked out, as the record that is kept of it."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.decide.candidate import Candidate
from archwright.analysis.decide.report import (
    EVEN_HEADINGS,
    SCORED,
    assumption_rows,
    demand_rows,
    even_rows,
    even_words,
    flip_rows,
    judged_rows,
    matrix_rows,
    measure_of,
    said_of,
    verdict,
)
from archwright.analysis.decide.result import Result
from archwright.analysis.decide.switching import switch_rows
from archwright.analysis.decide.technologies import HEADINGS, technology_rows, technology_words
from archwright.analysis.decide.terms import HEADINGS as TERMS
from archwright.analysis.decide.terms import terms_rows
from archwright.analysis.decide.years import YEAR_HEADINGS, year_rows
from archwright.facts.technologies import entries
from archwright.report.document import Table, Text
from archwright.report.figures import Book
from archwright.report.record import Alternative, Note, Record
from archwright.spec.decisions import Decision, Option, numbered
from archwright.spec.model import System


def record(system: System, result: Result, book: Book) -> Record:
    """The record of one decision of a system."""
    found = result.matrix
    decision = found.decision
    return Record(
        name=found.name,
        number=numbered(system.decisions)[found.name],
        title=str(decision.title),
        status=_status(system, found.name, decision),
        date=str(decision.date),
        makers=str(decision.owner or system.owner),
        consulted=", ".join(decision.consulted),
        informed=", ".join(decision.informed),
        context=(str(decision.question), *_amended(system, found.name, decision)),
        drivers=tuple(_drivers(result, book)),
        alternatives=tuple(_alternative(item, decision.options[item.name]) for item in found.candidates),
        outcome=tuple(_outcome(result)),
        consequences=tuple(_consequences(result)),
        confirmation=tuple(_confirmation(result)),
        more=tuple(_more(result, book)),
    )


def _status(system: System, name: str, decision: Decision) -> str:
    numbers = numbered(system.decisions)
    later = [numbers[other] for other, item in system.decisions.items() if name in item.supersedes]
    return f"superseded by ADR-{later[-1]:04d}" if decision.status == "superseded" and later else str(decision.status)


def _amended(system: System, name: str, decision: Decision) -> Iterator[str]:
    """What the record changes in part of earlier ones, and what later ones change of it."""
    numbers = numbered(system.decisions)
    for earlier in decision.amends:
        yield f"It amends ADR-{numbers[earlier]:04d}, {system.decisions[earlier].title}."
    for other, item in system.decisions.items():
        if name in item.amends:
            yield f"It is amended by ADR-{numbers[other]:04d}, {item.title}."


def _drivers(result: Result, book: Book) -> Iterator[str]:
    decision = result.matrix.decision
    yield from (str(demand) for demand in decision.requirements)
    for name, criterion in decision.criteria.items():
        weight = book[result.matrix.weight(name)].shown
        yield f"{criterion.title or name}: {weight} of the score, {measure_of(result, name)}"


def _alternative(item: Candidate, option: Option) -> Alternative:
    points: list[tuple[Note, str]] = [("Good", str(words)) for words in option.good]
    points += [("Neutral", f"lock-in: {option.lock_in}")] if option.lock_in else []
    points += [("Neutral", f"it rests on {entry.title}") for entry in entries(option.uses)]
    points += [("Bad", str(words)) for words in option.bad]
    points += [("Bad", words) for words in said_of(item)]
    how = f"The system with `{option.overlay}`." if option.overlay else ""
    if not how:
        how = f"Not computed; its cost is stated: {option.cost}." if option.cost is not None else "As designed."
    return Alternative(item.title, " ".join(filter(None, (str(option.summary), how))), tuple(points))


def _outcome(result: Result) -> Iterator[str]:
    decision = result.matrix.decision
    if decision.chosen:
        because = " ".join(decision.because.split()).rstrip(".")
        yield f'Chosen option: "{decision.titled(decision.chosen)}", because {because}.'
    else:
        yield "No option is chosen yet."
    yield verdict(result)
    if result.against:
        yield f"{result.against}."


def _consequences(result: Result) -> Iterator[tuple[Note, str]]:
    if not result.settled:
        return
    option = result.matrix.decision.options[result.settled]
    yield from (("Good", str(words)) for words in option.good)
    yield from (("Neutral", f"to leave it again: {option.lock_in}"),) if option.lock_in else ()
    yield from (("Bad", str(words)) for words in option.bad)


def _confirmation(result: Result) -> Iterator[Text | Table]:
    decision = result.matrix.decision
    rows = assumption_rows(result)
    if rows:
        yield Text("The decision rests on these assumptions. `archwright measure` tests each on what ran, and reopens "
                   "the decision when one is broken.")  # fmt: skip
        yield Table(("Assumption", "Foreseen today", ""), tuple(rows), numeric=frozenset({1}))
    else:
        yield Text("No assumption is stated, so nothing that runs can reopen it.")
    if decision.revisit is not None:
        yield Text(f"It is looked at again on {decision.revisit}, whatever happens.")


def _more(result: Result, book: Book) -> Iterator[Text | Table]:
    found = result.matrix
    titles = tuple(item.title for item in found.candidates)
    demands = demand_rows(result)
    if demands:
        yield Table(("Requirement", *titles), tuple(demands), "what is asked of every option")
    if found.decision.criteria:
        headings = ("Criterion", "Measure", "Weight", *titles)
        caption = "value: score from 0 to 1"
        yield Table(headings, tuple(matrix_rows(result, book)), caption, frozenset(range(2, len(headings))))
        yield Text(SCORED)
    judged = judged_rows(result)
    if judged:
        yield Table(("Option", "Criterion", "Judged by, when, why"), tuple(judged), "what was judged")
    evens = even_rows(result, book)
    if evens:
        yield Table(EVEN_HEADINGS, tuple(evens), "break-even", frozenset(range(1, 6)))
        yield from even_words(result)
    costs = year_rows(result, book)
    if costs:
        yield Table(YEAR_HEADINGS, tuple(costs), "what options cost, and how often each is ahead",
                    frozenset(range(1, 6)))  # fmt: skip
    agreed = terms_rows(found)
    if agreed:
        yield Table(TERMS, tuple(agreed), "on whose terms the options run, as the file states it")
    technologies = technology_rows(found.name, found.decision, book)
    if technologies:
        yield Table(HEADINGS, tuple(technologies), "what the options rest on")
        yield Text(technology_words(found.decision))
    moves = switch_rows(result.switches, found.decision, book)
    if moves:
        headings = ("From", "To", "What changes", "Time", "Cost")
        yield Table(headings, tuple(moves), "what it takes to switch", frozenset({3, 4}))
    turning = flip_rows(result, book)
    if turning and len(result.ranking.order) > 1:
        yield Table(("Criterion", "Weight", "Flips", "Then"), tuple(turning), "which weight changes the winner",
                    frozenset({1, 2}))  # fmt: skip
