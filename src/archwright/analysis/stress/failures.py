"""The failure table: every component fails in turn, in the busiest hour, and the journeys tell what becomes of them.

What fails is simulated as down. A component that the simulation does not know by itself is failed through those that
cannot work without it, as the file says who waits for whom; a cache that is away misses every time. It is held against
the same time with nothing away and the same luck: what goes wrong anyhow, as while replicas start, is nobody's failure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from archwright.analysis.stress.points import Reading, Slot
from archwright.analysis.stress.recovery import added
from archwright.base.text import plural
from archwright.base.units import show
from archwright.plan.model import Change, Plan, Scenario
from archwright.report.document import Block, Cell, Section, Table, Text, Tone
from archwright.report.figures import Book

BEGINS, LASTS = 0.2, 0.4  # of the time that is looked at: calm, failed, and the rest to see it come back
SHORTEST_S: Final = 300.0
LONGEST_S: Final = 6 * 3600.0
JOURNEYS: Final = 200.0  # at least so many in each run, where the time allows
SEEDS: Final = 5
SLACK: Final = 0.05


@dataclass(frozen=True, slots=True)
class Case:
    """One component that fails: which parts of the plan go down with it, and how that is simulated.

    `affected` says in words who notices, `works` what they do about it; `struck` is empty where nobody in the
    simulation notices.
    """

    component: str
    title: str
    plan: Plan
    scenario: Scenario
    struck: tuple[str, ...]
    affected: tuple[str, ...] = ()
    works: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Felt:
    """What a failure did to the journeys that came while it lasted; times in seconds from its beginning.

    `usual` is the share that is answered in full in the same time with nothing away. `felt_s` is when the first journey
    was not answered in full (None: they were no worse than usual), `noticed_s` when the first call of what is away
    failed, `opened_s` when its breaker opened (None: that did not happen): times of events, in the mean over the seeds.
    `good_s` is when journeys were as usual again (None: not while the failure lasted) and `back_s`, from its end, when
    they were as usual for good; both are told by intervals.
    """

    case: Case
    arrivals: int
    full: float
    degraded: float
    failed: float
    usual: float
    felt_s: float | None
    noticed_s: float | None
    opened_s: float | None
    good_s: float | None
    back_s: float | None


def scenario_of(plan: Plan, component: str, struck: Sequence[str]) -> Scenario:
    """The failure of some components for a while, long enough for the journeys of the busiest hour to tell."""
    rate = sum(journey.rate * journey.peak for journey in plan.journeys)
    lasts = min(LONGEST_S, max(SHORTEST_S, JOURNEYS / rate if rate > 0 else 0.0))
    changes = tuple(Change("down", name, 1.0, 1.0, BEGINS * lasts, LASTS * lasts) for name in struck)
    return Scenario(f"without-{component}", f"{component} is away", lasts, changes)


def without_cache(plan: Plan, name: str) -> Plan:
    """The plan whose routes do without a cache."""
    places = {place for place, item in enumerate(plan.caches) if item.name == name}
    routes = tuple(replace(route, cache=-1) if route.cache in places else route for route in plan.routes)
    return replace(plan, routes=routes)


def felt(case: Case, readings: Sequence[Reading], usual: Sequence[Reading]) -> Felt:
    """What the simulations of a case say, over all seeds, beside those of the same time with nothing away."""
    slots, width = added([item.slots for item in readings]), readings[0].width_s
    pairs = list(zip(slots, added([item.slots for item in usual]), strict=True))
    begins, ends = BEGINS * case.scenario.lasts_s, (BEGINS + LASTS) * case.scenario.lasts_s
    both = [pair for pair in pairs if begins - 1e-9 <= pair[0].begin and pair[0].begin + width <= ends + 1e-9]
    during = [slot for slot, _ in both]
    bad = [slot for slot, other in both if not _good(slot, other)]
    arrivals = sum(slot.arrivals for slot in during)
    good = None if not during or (bad and bad[-1] is during[-1]) else bad[-1].begin + width - begins if bad else 0.0
    back = [slot.begin + width - ends for slot, other in pairs if slot.begin + 1e-9 >= ends and not _good(slot, other)]
    return Felt(
        case, arrivals, _full(during), sum(slot.degraded for slot in during) / max(1, arrivals),
        sum(slot.failed for slot in during) / max(1, arrivals), _full([other for _, other in both]),
        _felt(case, readings, bad, begins),
        _first(case, [item.noticed_s for item in readings], begins, ends),
        _first(case, [item.opened_s for item in readings], begins, ends), good, max(back, default=0.0),
    )  # fmt: skip


def _felt(case: Case, readings: Sequence[Reading], bad: Sequence[Slot], begins: float) -> float | None:
    """When the first journey ended not in full; what did so before they were worse than usual does not count."""
    if not bad:
        return None
    known = [item.felt_s - begins for item in readings if item.felt_s is not None] if case.struck else []
    return max(bad[0].begin - begins, sum(known) / len(known) if known else 0.0)


def _full(slots: Sequence[Slot]) -> float:
    arrivals = sum(slot.arrivals for slot in slots)
    return sum(slot.answered for slot in slots) / arrivals if arrivals else 1.0


def _good(slot: Slot, usual: Slot) -> bool:
    return not slot.arrivals or slot.answered / slot.arrivals >= _full([usual]) - SLACK - 1.0 / slot.arrivals


def _first(case: Case, times: Sequence[Sequence[float | None]], begins: float, ends: float) -> float | None:
    """Seconds from the beginning to an event at any target that is away, in the mean over the seeds that saw it."""
    away = [place for place, target in enumerate(case.plan.targets) if target.name in case.struck]
    firsts = [[at for place in away if (at := each[place]) is not None and at < ends] for each in times]
    seen = [min(found) - begins for found in firsts if found]
    return sum(seen) / len(seen) if seen else None


# ------------------------------------------------------------------------------------------------ the document


def failure_section(
    book: Book, found: Sequence[Felt], silent: Sequence[Case], load: float = 1.0, usual: Felt | None = None
) -> Section:
    """The table as a section of a document, the worst failures first; figures are entered under `failing.`.

    `load` is the multiple of the busiest hour that was simulated, `usual` the same time with nothing away.
    """
    ordered = sorted(found, key=lambda item: (-item.failed, item.full))
    rows = tuple(_row(book, item) for item in ordered)
    rows += (_usual_row(book, usual),) if usual is not None else ()
    times = ("First felt", "First call fails", "Breaker opens", "Good again", "Back")
    headings = ("Away", "In full", "Degraded", "Failed", *times)
    width = show(found[0].case.scenario.lasts_s / 60, "duration") if found else ""
    caption = (
        "shares of the journeys that came while it was away, one that leaves a step out counts as in full; times count "
        "from its beginning, back from its end: those of events (a journey ends not in full, a call fails, a breaker "
        f"opens, each for the first time) in the mean over the seeds, good again and back to {width}; "
        f"hardly: no interval lost more than {show(SLACK, 'share')} of its journeys besides those that it loses anyhow"
    )
    table = Table(headings, rows, caption, frozenset(range(1, 9)))
    who = tuple(
        (item.case.title, ", ".join(item.case.affected) or "nobody", "; ".join(item.case.works) or "nothing")
        for item in ordered
    )
    blocks: list[Block] = [table, Table(("Away", "Who notices", "What they do"), who, "as the file says")]
    if silent:
        names = ", ".join(case.title for case in silent)
        blocks.append(Text(f"Nobody who is simulated waits for {names}.", "muted"))
    hour = "in the busiest hour" if load == 1.0 else f"at {load:.3g} times the busiest hour"
    lead = f"Each component away in turn {hour}, {plural(SEEDS, 'seed')} each."
    return Section("stress-failures", "If it fails", tuple(blocks), lead)


def _share(book: Book, item: Felt, name: str, label: str, tone: Tone = "plain") -> Cell:
    note = f"{plural(item.arrivals, 'journey')} while {', '.join(item.case.struck) or item.case.component} was away"
    value = {"full": item.full, "degraded": item.degraded, "failed": item.failed}[name]
    key = f"failing.{item.case.component}.{name}"
    return Cell(book.leaf(key, value, "share", label=label, origin="simulated", note=note).shown, tone, key)


def _usual_row(book: Book, item: Felt) -> tuple[str | Cell, ...]:
    """The same time with nothing away."""
    shares = (("full", "answered in full"), ("degraded", "canned answers"), ("failed", "failed"))
    return (item.case.title, *(_share(book, item, name, label) for name, label in shares), *(Cell("–", "muted"),) * 5)


def _row(book: Book, item: Felt) -> tuple[str | Cell, ...]:
    base = f"failing.{item.case.component}"
    note = f"{plural(item.arrivals, 'journey')} while {', '.join(item.case.struck) or item.case.component} was away"

    def time(name: str, value: float | None, label: str, never: str, tone: Tone = "plain") -> Cell:
        if value is None:
            return Cell(never, tone)
        figure = book.leaf(f"{base}.{name}", value, "duration", label=label, origin="simulated", note=note)
        return Cell(figure.shown if value else "at once", "plain", figure.key)

    worse = item.felt_s is not None
    return (
        item.case.title,
        _share(book, item, "full", "answered in full", "bad" if worse else "good"),
        _share(book, item, "degraded", "canned answers"),
        _share(book, item, "failed", "failed", "bad" if worse and item.failed > SLACK else "plain"),
        time("felt", item.felt_s, "until journeys were worse", *_not_felt(item)),
        time("noticed", item.noticed_s, "until the first call failed", "–", "muted"),
        time("opened", item.opened_s, "until the breaker opened", "–", "muted"),
        time("good", item.good_s, "until journeys were as usual", "not while away", "bad")
        if worse
        else Cell("–", "muted"),
        time("back", item.back_s, "from its end until journeys were as usual", "–"),
    )


def _not_felt(item: Felt) -> tuple[str, Tone]:
    """What to say where journeys were not worse than usual: a few may have been."""
    return ("never", "good") if item.full >= item.usual else ("hardly", "plain")


def plain(item: Felt) -> Mapping[str, object]:
    """A row for programs."""
    return {
        "component": item.case.component,
        "struck": list(item.case.struck),
        "affected": list(item.case.affected),
        "journeys": item.arrivals,
        "in_full": item.full,
        "degraded": item.degraded,
        "failed": item.failed,
        "felt_s": item.felt_s,
        "noticed_s": item.noticed_s,
        "breaker_s": item.opened_s,
        "good_again_s": item.good_s,
        "back_s": item.back_s,
    }
