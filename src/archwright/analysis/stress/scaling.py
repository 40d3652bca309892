"""Headroom and growth: what fills up when, what to ask suppliers for, how many replicas, until which month it holds.

What is needed at another load is taken to grow with it, which is exact for work and for calls, and too careful where a
warmer cache catches more.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from archwright.analysis.stress.breaking import Breaking, Edge
from archwright.analysis.stress.figures import source
from archwright.analysis.stress.objectives import monthly
from archwright.analysis.stress.outcome import Outcome
from archwright.base.text import slug
from archwright.base.units import MINUTE, show
from archwright.plan.choice import first_choices
from archwright.plan.expect import mean_runs
from archwright.plan.model import Journey, Objective, Plan
from archwright.plan.pool import Pool
from archwright.plan.steady import Request, fits, steady
from archwright.report.document import Block, Cell, Section, Table, Text
from archwright.report.figures import Book

MARGIN: Final = 1.3  # above the fullest minute that was seen: another day's is fuller
BUSY: Final = 0.7  # of the servers at work in the mean: above that queues grow quickly
HORIZON: Final = 60  # months that are looked ahead
AHEAD: Final = (6, 12)
FAR: Final = 100.0  # times the busiest hour: what fills up there is not shown


@dataclass(frozen=True, slots=True)
class Need:
    """Something with a limit: what the busiest hour takes of it, its limit, and what it should be.

    `least` is the limit that carries the busiest hour with room to spare, times the growth of the load. Of replicas at
    most a share `busy` is meant to be at work.
    """

    component: str
    what: str
    used: float
    limit: float
    each: (
        float  # of the limit that one more unit brings: 1, or what one replica does: its servers, its requests a second
    )
    busy: float = BUSY

    def least(self, factor: float = 1.0) -> float:
        """The limit to have at so many times the busiest hour."""
        if self.what == "replicas":
            return float(max(1, math.ceil(self.used * factor / (self.busy * self.each) - 1e-9)))
        return rounded(self.used * factor * MARGIN)

    def beyond(self, factor: float) -> float:
        """The limit to have at so many times the busiest hour, where what there is was seen to be too little for it."""
        least = self.least(factor)
        if least > self.limit:
            return least
        return self.limit + 1.0 if self.what == "replicas" else rounded(self.limit * MARGIN)

    def full_at(self) -> float:
        """The multiple of the busiest hour at which it is all in use."""
        return self.limit * (self.each if self.what == "replicas" else 1.0) / self.used


def rounded(value: float) -> float:
    """Up to two figures, as one asks a supplier for it."""
    if value <= 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(round(math.ceil(value / unit - 1e-9) * unit, 6))


def needs(plan: Plan, usual: Outcome, edge: Edge | None = None) -> list[Need]:
    """Everything with a limit that the busiest hour uses, what fills up first in front.

    Replicas of self-hosted models that are asked at the `edge` only count with what they are asked there; where they
    break it, one of them carries no more than it was seen to carry just below. Of a recording that ends within a minute
    a whole one is told.
    """
    whole = max(1.0, MINUTE * usual.runs / usual.simulated_s)
    found = []
    for target, after in zip(plan.targets, usual.targets, strict=True):
        if after.request_limit:
            found.append(Need(target.name, "requests a minute", whole * after.peak_requests, after.request_limit, 1.0))
        if after.token_limit:
            found.append(Need(target.name, "tokens a minute", whole * after.peak_tokens, after.token_limit, 1.0))
        if target.pool is not None:
            found.append(_pool(target.name, target.pool, usual, edge))
    for station, seen in zip(plan.stations, usual.stations, strict=True):
        if seen.servers:
            each = seen.servers / station.replicas
            limit = float(seen.replica_limit or station.replicas)
            found.append(Need(station.name, "replicas", seen.asked * seen.mean_replicas * each, limit, each))
    gateway = usual.gateway
    found.append(Need(plan.gateway.name, "places", float(gateway.most_in_flight), float(gateway.concurrency), 1.0))
    return sorted((need for need in found if need.used > 0), key=Need.full_at)


def _pool(name: str, pool: Pool, usual: Outcome, edge: Edge | None) -> Need:
    """Replicas by the calls that reach them, copies for a shadow and calls of a smaller model among them.

    One carries what a full one does in a steady state (`plan.steady`), of calls as they come in the mean.
    """
    rate, request = _calls(name, usual)
    if not rate and edge is not None:
        rate, request = _calls(name, edge.broke)
        rate /= edge.load
    each = steady(pool.law, request, fits(pool.law, request)).requests
    busy = min(BUSY, pool.least)
    if edge is not None and edge.held is not None and edge.cause.component == name:
        replicas = next(item.mean_replicas for item in edge.held.pools if item.name == name)
        carried = _calls(name, edge.held)[0] / replicas
        if 0.0 < carried < each:
            each, busy = carried, min(1.0, pool.least)
    return Need(name, "replicas", rate, float(pool.room), each, busy)


def _calls(name: str, outcome: Outcome) -> tuple[float, Request]:
    """Calls a second of a target, and the mean one of those that were billed."""
    asked = sum(item.asked for item in outcome.targets if item.name == name)
    rows = [row for row in outcome.tokens if row.target == name]
    calls = max(1, sum(row.calls for row in rows))
    tokens_in, cached, out = (sum(getattr(row, part) for row in rows) for part in ("input", "cached", "output"))
    return asked / outcome.simulated_s, Request(tokens_in / calls, max(1.0, out / calls), cached / calls)


def lacking(found: Breaking, known: list[Need]) -> Need | None:
    """What was seen to be too little where it breaks or degrades.

    None where it is meant to be no more, or where it is the cost that breaks: no larger limit mends that.
    """
    edge = found.edge or found.degrading
    if edge is None or edge.cause.meant or not edge.cause.component:
        return None
    if found.verdict is not None and found.verdict.objective.measure == "cost":
        return None
    near = (need for need in known if need.component == edge.cause.component and need.full_at() <= 2 * edge.load)
    return next(near, None)


def growth(plan: Plan, months: int, component: str = "") -> float:
    """The load after so many months over that of today, by the journeys' own growth and rates.

    Of a component only by the journeys that ask it, as often as each does: others may grow and it feels nothing.
    """
    rates = [journey.rate * journey.peak for journey in plan.journeys]
    asks = [_asks(plan, journey, component) if component else 1.0 for journey in plan.journeys]
    rates = [rate * ask for rate, ask in zip(rates, asks, strict=True)] if any(asks) else rates
    grown = [rate * (1.0 + item.growth) ** months for rate, item in zip(rates, plan.journeys, strict=True)]
    return sum(grown) / sum(rates) if sum(rates) else 1.0


def _asks(plan: Plan, journey: Journey, component: str) -> float:
    """How often a journey asks a component, in the mean, as long as nothing falls back."""
    asked = 0.0
    for step in journey.steps:
        runs = step.probability * mean_runs(step.repeat_mean, step.repeat_most)
        places = {step.station, step.search} - {-1}
        asked += runs * sum(plan.stations[place].name == component for place in places)
        if step.route >= 0:
            shares = first_choices(plan, journey, step)
            asked += runs if component == plan.gateway.name else 0.0
            asked += runs * sum(share for place, share in shares.items() if plan.targets[place].name == component)
    return asked


def month_of(plan: Plan, load: float, component: str = "") -> int | None:
    """The first month, counted from now, in which the load has grown to so many times; None: not in five years."""
    return next((month for month in range(HORIZON + 1) if growth(plan, month, component) >= load), None)


def month_name(as_of: str, months: int) -> str:
    """The month of the calendar that lies so many months after a day."""
    day = dt.date.fromisoformat(as_of)
    place = day.year * 12 + day.month - 1 + months
    return dt.date(place // 12, place % 12 + 1, 1).strftime("%B %Y")


def scaling_section(book: Book, plan: Plan, found: Breaking) -> Section:
    """What to have, today and later; figures are entered under `scaling.`."""
    note = source(found.usual)
    growing = any(journey.growth > 0 for journey in plan.journeys)
    for month in AHEAD if growing else ():
        book.leaf(f"scaling.growth.{month}", growth(plan, month), "ratio", label=f"the load in {month} months",
                  origin="computed", note="rates and growth of the file's journeys")  # fmt: skip
    known = needs(plan, found.usual, found.edge)
    shown = [need for need in known if need.full_at() <= FAR] or known[:3]
    ahead = {f"In {month} months": month for month in AHEAD} if growing else {}
    at = {f"At {found.edge.load:.3g}x": found.edge.load} if found.edge is not None else {}
    edge, short = found.edge or found.degrading, lacking(found, known)

    def have(need: Need, load: float) -> float:
        too_little = need is short and edge is not None and load >= edge.load
        return need.beyond(load) if too_little else need.least(load)

    def later_on(need: Need) -> dict[str, float]:
        grown = {when: growth(plan, month, need.component) for when, month in ahead.items()}
        return {when: have(need, load) for when, load in {**grown, **at}.items()}

    rows = tuple(_row(book, plan, need, note, later_on(need)) for need in shown)
    later = (*ahead, *at)
    headings = ("Component", "What", "Used", "Limit", "Full at", "Have", *later, "Full in")
    caption = (
        f"used: the fullest minute of a supplier's limit, the most places, the work in replicas; have: {MARGIN:g} "
        f"times that, and replicas at most {show(BUSY, 'share')} at work, "
        "those of own models no more than measured ones do"
    )
    blocks: list[Block] = [Table(headings, rows, caption, frozenset(range(2, 6 + len(later))))]
    if len(shown) < len(known):
        busy = {need.component for need in shown}
        rest = dict.fromkeys(need.component for need in known if need.component not in busy)
        blocks += [Text(f"Hardly used: {', '.join(rest)}.", "muted")] if rest else []
    lead = "What the busiest hour takes of everything that has a limit, and what to have."
    return Section("stress-scaling", "Headroom and growth", tuple(blocks), lead)


def grown_words(book: Book, plan: Plan, found: Breaking) -> list[str]:
    """In which month growth breaks an objective, in a sentence each; nothing where nothing breaks or grows."""
    return [*_of_load(book, plan, found), *_of_cost(plan, found.usual)]


def _of_cost(plan: Plan, usual: Outcome) -> list[str]:
    """More journeys cost more, however much the system carries: each as it does in the busiest hour of today."""
    said = []
    for objective in plan.objectives:
        if objective.measure != "cost" or not objective.at_most or _cost(plan, usual, objective, 0) > objective.limit:
            continue
        costs = ((at, _cost(plan, usual, objective, at)) for at in range(1, HORIZON + 1))
        month, cost = next(((at, cost) for at, cost in costs if cost > objective.limit), (0, 0.0))
        if month:
            when = f"{month_name(plan.as_of, month)}, in {month} month{'s' * (month > 1)}"
            words = f"At the stated growth the cost breaks objective {objective.name} in {when}"
            said.append(f"{words}: {show(cost, 'money')} a month.")
    return said


def _cost(plan: Plan, usual: Outcome, objective: Objective, months: int) -> float:
    """A month that lies so many months ahead, of an objective's journey or of all with what stands besides."""
    growth = {item.name: (1.0 + item.growth) ** months for item in plan.journeys}
    parts = [item for item in usual.journeys if objective.journey in ("", item.name)]
    return sum(monthly(plan, item) * growth[item.name] for item in parts) + (0 if objective.journey else plan.standing)


def _of_load(book: Book, plan: Plan, found: Breaking) -> list[str]:
    if found.edge is None or found.verdict is None:
        return []
    if not any(journey.growth > 0 for journey in plan.journeys):
        return ["The file states no growth, so no month can be named in which an objective breaks."]
    month = month_of(plan, found.edge.load, found.edge.cause.component)
    name = found.verdict.objective.name
    if month is None:
        return [f"At the stated growth the load that breaks objective {name} is not reached in five years."]
    book.leaf("scaling.month", month, "count", label="months until growth breaks an objective", origin="computed",
              note=f"the first month with {found.edge.load:.3g} times the load")  # fmt: skip
    if month == 0:
        return [f"Objective {name} breaks at today's busiest hour."]
    said = f"At the stated growth the busiest hour breaks objective {name} in {month_name(plan.as_of, month)}"
    after = f"in {month} month{'s' * (month > 1)}"
    open_from = _held_until(plan, found.edge)
    if open_from == month:
        return [f"{said}, {after}."]
    if open_from == 0:
        return [f"{said}, {after}, at the latest: before that it may break too."]
    return [f"{said}, {after}, at the latest: from {month_name(plan.as_of, open_from)} on it may break."]


def _held_until(plan: Plan, edge: Edge) -> int:
    """The first month with more load than was seen to hold for sure; 0 where none was."""
    sure = edge.sure.load if edge.sure is not None else 0.0
    least, component = min(sure, edge.load * (1.0 - 1e-9)), edge.cause.component
    return next(month for month in range(HORIZON + 1) if growth(plan, month, component) > least)


def _row(book: Book, plan: Plan, need: Need, note: str, later: Mapping[str, float]) -> tuple[str | Cell, ...]:
    base = f"scaling.{need.component}.{need.what.replace(' ', '-')}"

    def cell(name: str, value: float, dimension: str, label: str, origin: str = "computed") -> Cell:
        figure = book.leaf(f"{base}.{name}", value, dimension, label=label, origin=origin, note=note)
        return Cell(figure.shown, figure=figure.key)

    used = need.used / need.each
    have = need.least()
    growing = any(journey.growth > 0 for journey in plan.journeys)
    month = month_of(plan, need.full_at(), need.component) if growing else None
    return (
        need.component,
        need.what,
        cell("used", used, "number", "used in the busiest hour", "simulated"),
        cell("limit", need.limit, "number", f"limit of {need.what}", "set"),
        cell("full", need.full_at(), "ratio", "of the busiest hour"),
        Cell(show(have, "number"), "bad" if have > need.limit else "plain",
             book.leaf(f"{base}.have", have, "number", label="to have today", origin="computed", note=note).key),
        *(
            cell(slug(when), amount, "number", f"to have {when[0].lower()}{when[1:]}")
            for when, amount in later.items()
        ),
        month_name(plan.as_of, month) if month is not None else Cell("–", "muted"),
    )  # fmt: skip
