"""What decisions say that cannot be: options that are not there, weights that do not add up, choices without a reason.

Each judge sees one decision; what several decisions say together comes last.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Final

from archwright.base.errors import Problem
from archwright.base.text import nearest
from archwright.base.units import mend_for
from archwright.spec.decisions import (
    COMPUTED,
    JUDGED,
    MORE_IS_BETTER,
    OF_A_JOURNEY,
    Criterion,
    Decision,
    Option,
    numbered,
)
from archwright.spec.given import Given, Word
from archwright.spec.paths import leads_outside
from archwright.spec.predicate import Predicate

if TYPE_CHECKING:
    from archwright.spec.model import System

DECIDED: Final = ("accepted", "superseded", "deprecated")


def judge_decisions(system: System) -> Iterator[Problem]:
    """Every problem of the decisions, in file order, then those between decisions."""
    for name, decision in system.decisions.items():
        for one in _JUDGES:
            yield from one(f"decision `{name}`", decision)
        yield from _journeys(f"decision `{name}`", decision, system.workload.journeys)
    yield from _together(system)


def _options(title: str, decision: Decision) -> Iterator[Problem]:
    if not decision.options:
        yield Problem("no-options", f"{title} has no options", decision.where, "write at least two")
    elif len(decision.options) == 1:
        message = f"{title} has one option, so nothing is decided"
        yield Problem(
            "one-option", message, decision.place("options"), "add another, such as leaving it (`do_not_build: true`)"
        )
    designed = [name for name, option in decision.options.items() if not option.overlay and option.cost is None
                and not option.do_not_build and not option.amounts]  # fmt: skip
    for name in designed[1:]:
        message = f"{title}: `{name}` and `{designed[0]}` are both the system as designed"
        yield Problem("same-option", message, decision.options[name].where, "say `with` what file they differ")
    for name, option in decision.options.items():
        yield from _option(f"{title}: option `{name}`", option)


def _option(title: str, option: Option) -> Iterator[Problem]:
    if option.overlay and option.cost is not None:
        message = f"{title} is computed from `{option.overlay}` and has a stated cost too"
        yield Problem("two-costs", message, option.cost.where, "keep `with` or `cost`")
    if option.do_not_build and option.overlay:
        message = f"{title} is not built, but differs `with` a file"
        yield Problem("two-costs", message, option.overlay.where, "keep `with` or `do_not_build`")
    if option.do_not_build and option.cost is None:
        mend = "add `cost: {value: $18k/month, guess: …}`; 0 if leaving it costs nothing"
        yield Problem("no-cost", f"{title} does not say what leaving it costs", option.where, mend)
    if leads_outside(option.overlay):
        message = f"`{option.overlay}` lies outside the project"
        yield Problem("path-outside", message, option.overlay.where, "name a file in this folder or below")


def _criteria(title: str, decision: Decision) -> Iterator[Problem]:
    weights = [criterion.weight.value for criterion in decision.criteria.values()]
    if weights and abs(sum(weights) - 1) > 1e-6:
        message = f"{title}: the weights sum to {sum(weights) * 100:.4g} %, not 100 %"
        yield Problem("shares", message, decision.place("criteria"), "change one so that they do")
    for name, criterion in decision.criteria.items():
        yield from _criterion(f"{title}: criterion `{name}`", criterion)


def _criterion(title: str, criterion: Criterion) -> Iterator[Problem]:
    measure, best, worst = criterion.measure, criterion.best, criterion.worst
    if criterion.journey is not None and measure not in OF_A_JOURNEY:
        message = f"{title}: {measure} is the whole system's and has no journey"
        yield Problem("half-a-measure", message, criterion.journey.where, "remove `journey`, or take another `measure`")
    for key, bound in (("best", best), ("worst", worst)):
        yield from _bound(f"{title}: `{key}`", measure, bound)
    if (best is None) != (worst is None):
        there = best or worst
        mend = "give `best` and `worst`, or neither"
        yield Problem("one-bound", f"{title} has one bound", there.where if there else criterion.where, mend)
    elif best is not None and worst is not None and best.dimension == worst.dimension:
        rises = best.value > worst.value
        if best.value == worst.value or (measure in COMPUTED and rises != (measure in MORE_IS_BETTER)):
            better = "more" if measure in MORE_IS_BETTER else "less"
            message = f"{title}: from {worst} to {best} is the wrong way, {better} is better"
            yield Problem("wrong-way", message, best.where, "change `best` and `worst`")


def _bound(title: str, measure: str, bound: Given | None) -> Iterator[Problem]:
    if bound is None:
        return
    if measure == JUDGED:
        yield Problem("half-a-measure", f"{title} is of no use: it is judged from 1 to 5", bound.where, "remove it")
    elif bound.dimension != COMPUTED[measure]:
        message = f"{title}: '{bound}' is no bound for {measure}"
        yield Problem("wrong-unit", message, bound.where, mend_for(bound.text, COMPUTED[measure]))


def _scores(title: str, decision: Decision) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for score in decision.scores:
        yield from _known(f"{title}: a score", score.option, "option", decision.options)
        yield from _known(f"{title}: a score", score.criterion, "criterion", decision.criteria)
        cell = (str(score.option), str(score.criterion))
        if cell in seen:
            message = f"{title}: `{score.option}` is scored twice by `{score.criterion}`"
            yield Problem("scored-twice", message, score.where, "keep one")
        seen.add(cell)
        option, criterion = decision.options.get(cell[0]), decision.criteria.get(cell[1])
        if option is not None and criterion is not None and _is_computed(option, criterion):
            message = f"{title}: `{score.option}` by `{score.criterion}` is computed, not judged"
            yield Problem("scored-twice", message, score.where, "remove the score")


def _is_computed(option: Option, criterion: Criterion) -> bool:
    """Whether a cell comes from an analysis or a stated cost, so that nobody may judge it."""
    if option.cost is not None:
        return criterion.measure == "cost"
    return criterion.measure != JUDGED


def _choice(title: str, decision: Decision) -> Iterator[Problem]:
    yield from _known(title, decision.chosen, "option", decision.options) if decision.chosen else ()
    if decision.chosen and not decision.because:
        message = f"{title} chooses `{decision.chosen}` and does not say why"
        yield Problem("no-reason", message, decision.chosen.where, "add `because: …`")
    if decision.status in DECIDED and not decision.chosen:
        message = f"{title} is {decision.status}, but nothing is chosen"
        yield Problem("nothing-chosen", message, decision.place("status"), "add `chosen: …`, or say `status: proposed`")


def _known(title: str, word: Word, what: str, known: Collection[str]) -> Iterator[Problem]:
    if word not in known:
        hint = nearest(word, known)
        mend = f"did you mean `{hint}`?" if hint else f"known: {', '.join(known) or 'none'}"
        yield Problem("unknown-name", f"{title}: there is no {what} called `{word}`", word.where, mend)


def _journeys(title: str, decision: Decision, known: Collection[str]) -> Iterator[Problem]:
    for demand in (*decision.assumptions, *decision.requirements):
        if isinstance(demand, Predicate) and demand.journey and demand.journey not in known:
            hint = nearest(demand.journey, known)
            mend = f"did you mean `{hint}`?" if hint else f"known journeys: {', '.join(known) or 'none'}"
            message = f"{title}: `{demand}` is about a journey that is not there, `{demand.journey}`"
            yield Problem("unknown-name", message, demand.where, mend)


def _together(system: System) -> Iterator[Problem]:
    taken: dict[int, str] = {}
    for name, number in numbered(system.decisions).items():
        if number in taken:
            message = f"decisions `{taken[number]}` and `{name}` both have the number {number}"
            yield Problem("duplicate-number", message, system.decisions[name].where, "give one another `number`")
        taken.setdefault(number, name)
    replaced = {str(earlier) for decision in system.decisions.values() for earlier in decision.supersedes}
    for name, decision in system.decisions.items():
        for word, earlier in _earlier(decision):
            if earlier == name:
                message = f"decision `{name}` {word} itself"
                yield Problem("supersedes-itself", message, earlier.where, "name an earlier one")
        if decision.status == "superseded" and name not in replaced:
            message = f"decision `{name}` is superseded, and nobody knows by what"
            yield Problem("superseded-by-none", message, decision.place("status"),
                          f"add `supersedes: [{name}]` to the later one")  # fmt: skip


def _earlier(decision: Decision) -> Iterator[tuple[str, Word]]:
    """The decisions that one names as earlier ones, and what it does to them."""
    yield from (("supersedes", earlier) for earlier in decision.supersedes)
    yield from (("amends", earlier) for earlier in decision.amends)


_JUDGES: tuple[Callable[[str, Decision], Iterator[Problem]], ...] = (_options, _criteria, _scores, _choice)
