"""An option of a decision, computed: the system with its overlay is compiled, priced and simulated like any other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from archwright.analysis.check import check as rules
from archwright.analysis.decide.candidate import Candidate, Check, Hardware
from archwright.analysis.decide.matrix import a_month, option_key
from archwright.analysis.decide.switching import Change
from archwright.analysis.fleet import Fleet
from archwright.analysis.price import Line, price
from archwright.analysis.price.over import of, promised
from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.objectives import DIMENSIONS, verdicts
from archwright.analysis.stress.outcome import Outcome
from archwright.analysis.value import enter as value_entered
from archwright.base.errors import InputError
from archwright.base.text import plural
from archwright.base.units import show
from archwright.measure.foreseen import Foresight, Topic
from archwright.plan.happenings import USUAL
from archwright.plan.model import Plan
from archwright.report.document import Finding
from archwright.report.figures import Book, Figure
from archwright.spec.decisions import OF_A_JOURNEY, Criterion, Decision, Option
from archwright.spec.model import System
from archwright.spec.predicate import Predicate
from archwright.verbs.fleets import carried
from archwright.verbs.project import Project

RESIDENCY = "outside-residency"
STAYS, CARRIES = "data stays where it must", "hardware carries the busiest hour"
PROMISED = "what the file promises its users"
_MONEY = {"cost": "price.month", "model-cost": "price.models.month"}


class Seen(NamedTuple):
    """What was found of a system: its plan, its figures, a simulation of an ordinary busiest hour."""

    plan: Plan
    book: Book
    lines: tuple[Line, ...]
    outcome: Outcome
    sight: Foresight
    fleets: tuple[Fleet, ...]
    outside: tuple[Finding, ...]


def seen(project: Project, seed: int) -> Seen:
    """Compile, price and simulate an opened system.

    Raises:
        InputError: it cannot be compiled.
    """
    plan = project.compiled.plan
    priced = price(plan, project.compiled.book)
    book = priced.book
    usual = next((scenario for scenario in plan.scenarios if not scenario.changes), USUAL)
    outcome = simulate(plan, usual, seed=seed, trace=project.trace())
    outside = rules(project.system, only=(RESIDENCY,))
    return Seen(plan, book, priced.lines, outcome, Foresight(plan, book, outcome), carried(plan, book), outside)


def stated(name: str, decision: Decision, option: str, book: Book, growth: str = "") -> Candidate:
    """An option that is not computed: it has a stated cost, entered in `book`, and nothing else is known of it.

    It grows as the system as designed does: `growth` is the key of that, in `book` too.
    """
    item = decision.options[option]
    cells = {}
    key = ""
    if item.cost is not None:
        key = f"{option_key(name, option)}.cost"
        a_month(book, key, item.cost, f"{decision.titled(option)}, stated")
        cells = {title: key for title, criterion in decision.criteria.items() if criterion.measure == "cost"}
    demands = [demand for demand in decision.requirements if isinstance(demand, Predicate)]
    unknown = () if item.do_not_build else (Check(PROMISED, None), *(Check(str(demand), None) for demand in demands))
    assumed = tuple(Check(str(demand), None) for demand in decision.assumptions)
    return Candidate(
        option, decision.titled(option), "stated", not item.do_not_build, cells=cells, checks=unknown, assumed=assumed,
        stated=key, growth=growth, once=once(decision, name, option, book),
    )  # fmt: skip


def failed(decision: Decision, option: str, error: InputError) -> Candidate:
    """An option that cannot be computed, and why."""
    why = "; ".join(problem.message for problem in error.problems[:3])
    assumed = tuple(Check(str(demand), None) for demand in decision.assumptions)
    return Candidate(option, decision.titled(option), "unknown", why=f"it cannot be computed: {why}", assumed=assumed)


def once(decision: Decision, name: str, option: str, book: Book) -> str:
    """The key of what an option costs once, entered where it is stated; else empty."""
    item = decision.options[option]
    if item.once is None:
        return ""
    return value_entered(book, f"{option_key(name, option)}.once", item.once, "what it costs once").key


def computed(
    decision: Decision, option: str, found: Seen, quality: tuple[str, ...] = (), name: str = ""
) -> tuple[Candidate, Book]:
    """An option whose system was looked at, and its figures. `quality` names objectives that nothing here can test."""
    book = Book(found.book)
    sight = Foresight(found.plan, book, found.outcome)
    found = found._replace(book=book, sight=sight)
    cells = {}
    for title, criterion in decision.criteria.items():
        figure = _cell(found, criterion)
        if figure is not None:
            cells[title] = figure.key
    each, volume = _each(found)
    item = Candidate(
        option,
        decision.titled(option),
        "computed",
        cells=cells,
        checks=tuple(_checks(found, decision)),
        assumed=tuple(_foreseen(found, demand) for demand in decision.assumptions),
        remarks=tuple(_remarks(found, quality)),
        each=each,
        volume=volume,
        hardware=tuple(_hardware(found)),
        fixed=_fixed(found),
        growth=_growth(found),
        grows=tuple(_grows(found)) if each else (),
        once=once(decision, name, option, book),
    )
    return item, book


def _cell(found: Seen, criterion: Criterion) -> Figure | None:
    """The value of a computed criterion, or None where it is judged or cannot be known."""
    measure, journey = str(criterion.measure), str(criterion.journey or "")
    if measure in _MONEY:
        return found.book[_MONEY[measure]]
    if measure in OF_A_JOURNEY:
        return found.sight.about(Topic(measure.replace("-", " "), journey))
    if measure == "residency":
        note = f"rule {RESIDENCY} on this design: {len(found.outside)} findings"
        return found.book.leaf(
            "rules.residency", float(not found.outside), "share", label="all data stays", origin="computed", note=note
        )
    return None


def _each(found: Seen) -> tuple[str, str]:
    """Keys of what one journey costs besides what is the same in every month, and of the journeys a month."""
    book, plan = found.book, found.plan
    if not plan.journeys:
        return "", ""
    hours = [item.key for item in book.values() if item.key.endswith(".hours") and item.key.startswith("price.comp")]
    hardware = book.total("price.hardware.month", [book[key] for key in hours], "money", "hardware, a month")
    other = [book[key] for key in _fixed(found)]
    fixed = (
        book.total("price.hardware.fixed", [hardware, *other], "money", "the same at any volume") if other else hardware
    )
    volume = found.sight.about(Topic("monthly journeys"))
    if volume is None or volume.value <= 0:
        return "", ""
    label = "one journey, without what is the same at any volume" if other else "one journey, without hardware"
    each = book.derive(
        "price.each", "(all - hardware) / journeys", "money", label, all="price.month", hardware=fixed, journeys=volume
    )
    return each.key, volume.key


def _fixed(found: Seen) -> tuple[str, ...]:
    """Lines of the bill that no journey makes, besides hardware."""
    return tuple(line.key for line in found.lines if not line.journey and not line.key.endswith(".hours"))


def _grows(found: Seen) -> Iterator[tuple[str, str]]:
    """Keys of what each journey costs a month, and of its growth: a dear one may grow while a cheap one does not."""
    for journey in found.plan.journeys:
        own = [found.book[line.key] for line in found.lines if line.journey == journey.name]
        if own:
            label = f"{journey.name}, a month"
            month = found.book.total(f"price.each.{journey.name}", own, "money", label)
            yield month.key, f"journeys.{journey.name}.growth"


def _growth(found: Seen) -> str:
    """The growth of all journeys a month, by their volumes; empty where there are none."""
    names = [journey.name for journey in found.plan.journeys]
    if not names:
        return ""
    volumes = {f"volume{n}": f"journeys.{name}.volume" for n, name in enumerate(names)}
    grows = {f"growth{n}": f"journeys.{name}.growth" for n, name in enumerate(names)}
    whole = " + ".join(volumes)
    parts = " + ".join(f"volume{n} * growth{n}" for n in range(len(names)))
    return found.book.derive(
        "price.growth.all", f"({parts}) / ({whole})", "share", "growth of all journeys a month", **volumes, **grows
    ).key


def changed(before: System, after: System) -> Change:
    """What in the file differs between two designs: components and flows, which is what moving between them costs."""
    names = dict.fromkeys([*before.components, *after.components])
    parts = [name for name in names if before.components.get(name) != after.components.get(name)]
    flows = sum(1 for flow in (*before.flows, *after.flows) if (flow in before.flows) != (flow in after.flows))
    return Change((*parts, *([plural(flows, "flow")] if flows else [])), len(parts) + flows)


def _hardware(found: Seen) -> Iterator[Hardware]:
    for fleet in found.fleets:
        month = f"price.component.{fleet.component}.hours"
        grows = tuple(_needs(found, fleet)) if fleet.needed else ()
        yield Hardware(fleet.title, month, f"components.{fleet.component}.replicas", fleet.needed, grows)


def _needs(found: Seen, fleet: Fleet) -> Iterator[tuple[str, str]]:
    """Keys of the replicas that each journey needs of a fleet, and of its growth: by its part of the busiest hour."""
    book, name = found.book, fleet.component
    met = "meant" if f"capacity.{name}.meant" in book else "requests"
    for base, end, whole in ((f"capacity.{name}", ".rate", met), (f"fleet.{name}", ".busy", "busy")):
        if f"{base}.{whole}" not in book:
            continue
        for journey in found.plan.journeys:
            own = [book[key] for key in book if key.startswith(f"{base}.{journey.name}.") and key.endswith(end)]
            if own:
                part = book.total(f"fleet.{name}.asked.{journey.name}", own, own[0].dimension, f"for {journey.name}")
                need = book.derive(
                    f"fleet.{name}.needs.{journey.name}", "needed * part / whole", "number",
                    f"replicas that {journey.name} needs", needed=fleet.needed, part=part, whole=f"{base}.{whole}",
                )  # fmt: skip
                yield need.key, f"journeys.{journey.name}.growth"
        return


def _checks(found: Seen, decision: Decision) -> Iterator[Check]:
    """Hard requirements: promises to users, data at its place, hardware that carries, and what the decision demands."""
    yield from _promises(found)
    yield Check(STAYS, not found.outside, "; ".join(finding.message for finding in found.outside[:2]))
    for fleet in found.fleets:
        met = {"carries": True, "cannot carry": False}.get(fleet.verdict)
        shown = str(fleet.verdict)
        if fleet.needed:
            shown = f"needs {found.book[fleet.needed].shown} of {found.book[fleet.replicas].shown} replicas"
        yield Check(f"{CARRIES}: {fleet.title}", met, shown, fleet.needed)
    for demand in decision.requirements:
        if isinstance(demand, Predicate):
            yield _foreseen(found, demand)


def _promises(found: Seen) -> Iterator[Check]:
    """Objectives of time and of answers. One that nothing was simulated for is unknown, not kept."""
    judged = {verdict.objective.name: verdict for verdict in verdicts(found.plan, found.outcome)}
    for objective in found.plan.objectives:
        if objective.measure not in OF_A_JOURNEY:
            continue
        of = f" of {objective.journey}" if objective.journey else ""
        limit = f"{'<=' if objective.at_most else '>='} {show(objective.limit, DIMENSIONS[objective.measure])}"
        label = f"{objective.measure}{of} {limit} (objective {objective.name})"
        verdict = judged.get(objective.name)
        if verdict is None or verdict.value is None:
            nothing = verdict is not None and not verdict.kept
            yield Check(label, False if nothing else None, "nothing was answered" if nothing else "")
            continue
        figure = found.sight.about(Topic(objective.measure.replace("-", " "), objective.journey))
        yield Check(label, verdict.kept, show(verdict.value, verdict.dimension), figure.key if figure else "")


def _foreseen(found: Seen, demand: Predicate) -> Check:
    figure = found.sight.of(demand)
    if figure is None:
        return Check(str(demand), None)
    return Check(str(demand), demand.holds(figure.value), figure.shown, figure.key)


def _remarks(found: Seen, quality: tuple[str, ...]) -> Iterator[str]:
    """A budget is traded against other things, so a broken one is said and rules nothing out."""
    for objective, spent, kept in promised(found.book, found.plan):
        if not kept:
            yield f"models{of(objective)} cost {spent.shown} a month, which breaks objective {objective.name}"
    for name in quality:
        yield f"objective {name} is about quality, which is not computed: judge it as a criterion"


def renamed(item: Candidate, prefix: str, shared: Book, book: Book) -> tuple[Candidate, Book]:
    """The same option with its figures under `prefix`, but for those that it has in common with `shared`."""
    moved = book.under(prefix, shared)

    def key(name: str) -> str:
        return f"{prefix}{name}" if f"{prefix}{name}" in moved else name

    def checks(found: tuple[Check, ...]) -> tuple[Check, ...]:
        return tuple(Check(one.label, one.met, one.shown, key(one.figure) if one.figure else "") for one in found)

    hardware = tuple(
        Hardware(
            part.title,
            key(part.month),
            key(part.replicas),
            key(part.needed) if part.needed else "",
            tuple((key(needed), key(growth)) for needed, growth in part.grows),
        )
        for part in item.hardware
    )
    return (
        Candidate(
            item.name, item.title, item.basis, item.built, item.why,
            {title: key(name) for title, name in item.cells.items()}, checks(item.checks), checks(item.assumed),
            item.remarks, key(item.each) if item.each else "", key(item.volume) if item.volume else "", hardware,
            tuple(key(name) for name in item.fixed), key(item.growth) if item.growth else "", item.stated,
            key(item.once) if item.once else "", (), tuple((key(month), key(growth)) for month, growth in item.grows),
        ),
        moved,
    )  # fmt: skip


def is_stated(option: Option) -> bool:
    """Whether an option has a cost instead of a system."""
    return option.cost is not None
