"""What overlays of the picture need to know besides the file, computed only if one of them asks for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from archwright.analysis.draw.overlay import Break, Evidence, Need, Use
from archwright.base.units import show
from archwright.report.figures import Book
from archwright.verbs.engines import missing
from archwright.verbs.project import Project

if TYPE_CHECKING:
    from archwright.analysis.stress.breaking import Edge

SEED: Final = 1


def gather(project: Project, needs: Collection[Need], scenario: str = "", seed: int = SEED) -> Evidence:
    """What `needs` names, for an opened system. `scenario` is the one to simulate, the busiest if none is named.

    Raises:
        InputError: it cannot be compiled: a price is unknown, there is no gateway; or a recording cannot be read.
        KeyError: the file has no scenario of that name.
    """
    found = Evidence()
    for need in _ORDER:
        if need in needs:
            found = _GATHER[need](project, found, scenario, seed)
    return found


def _price(project: Project, found: Evidence, _scenario: str, _seed: int) -> Evidence:
    from archwright.analysis.price import price

    compiled = project.compiled
    return replace(found, book=_with(found.book, price(compiled.plan, compiled.book).book))


def _load(project: Project, found: Evidence, scenario: str, seed: int) -> Evidence:
    # Loads the compiler of the simulation; the other overlays do without.
    from archwright.analysis.stress.engine import simulate
    from archwright.analysis.stress.figures import enter_loads
    from archwright.analysis.stress.report import BASELINE
    from archwright.analysis.stress.traffic import busiest, enter_rates

    plan = project.compiled.plan
    chosen = plan.scenario(scenario) if scenario else busiest(plan) or BASELINE
    outcome = simulate(plan, chosen, seed=seed, trace=project.trace())
    book = _with(found.book)
    uses = tuple(
        Use(load.component, load.what, load.used, load.utilisation, load.deepest)
        for load in enter_loads(book, plan, outcome)
    )
    rates = enter_rates(book, plan, outcome)
    words = f"scenario {chosen.name}{f' ({chosen.summary})' if chosen.summary else ''}, simulated"
    return replace(found, book=book, scenario=words, uses=uses, rates=rates)


def _breaking(project: Project, found: Evidence, _scenario: str, seed: int) -> Evidence:
    from archwright.analysis.stress.answer import promise
    from archwright.analysis.stress.breaking import breaking
    from archwright.analysis.stress.figures import enter_breaking

    plan, trace = project.compiled.plan, project.trace()
    if not plan.journeys:
        return found
    result = breaking(plan, seed, trace, quick=missing(plan, trace))  # as `stress` does: there is one edge in a run
    book = _with(found.book)
    enter_breaking(book, result)
    if result.edge is not None and result.verdict is not None:
        first = _break(result.edge, "stress.breaks.load", promise(result.verdict))
    elif result.degrading is not None:
        words = "more than 1 % of the journeys get a canned answer, and every objective is kept"
        first = replace(_break(result.degrading, "stress.degrades.load", words), holds=True)
    else:
        first = None
    return replace(found, book=book, tried="stress.tried", breaks=first)


def _break(edge: Edge, load: str, words: str) -> Break:
    """The edge in neutral words, with what became of the journeys at that load."""
    whole = max(1, edge.broke.arrivals)
    canned, failed = show(edge.broke.degraded / whole, "share"), show(edge.broke.failed / whole, "share")
    became = f"At that load {canned} of the journeys get a canned answer and {failed} fail."
    return Break(edge.cause.component, edge.cause.mechanism, load, words, (*edge.cause.chain, became))


def _with(*books: Book) -> Book:
    joined = Book()
    for book in books:
        joined.join(book)
    return joined


_GATHER: Final[dict[Need, Callable[[Project, Evidence, str, int], Evidence]]] = {
    "price": _price,
    "load": _load,
    "breaking": _breaking,
}
_ORDER: Final[Iterable[Need]] = tuple(_GATHER)
