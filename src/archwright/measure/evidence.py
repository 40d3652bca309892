"""What a run says of the subjects that an assumption can speak of, and where it cannot tell, why not.

A rehearsal replays the busiest hour of the design's own volume, in compressed time: how many journeys came is its
premise, not its result. So its months are what one journey took, times the volume that the design states; no duration
is divided by anything. A ledger of real traffic is extrapolated by the time between its first and its last request.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from archwright.base.numbers import percentile
from archwright.base.text import slug
from archwright.base.units import DAY, show_duration
from archwright.ledger.tally import Part, Tally
from archwright.measure.sides import carried
from archwright.plan.model import Journey, Plan
from archwright.report.figures import Book, Figure
from archwright.spec.predicate import Predicate

PERCENTILES: Final = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


class Seen(NamedTuple):
    """What ran of a subject, if it can be known; `words` say from what, or why not. `firm` if it may be judged by."""

    figure: Figure | None
    words: str
    firm: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """A run, the plan that it is held against, and the book that gets `ran.` figures.

    `hardware` is what is paid by the hour, bought units too, in pico-dollars a month: no ledger has it.
    """

    plan: Plan
    tally: Tally
    book: Book
    source: str
    hardware: float = 0.0

    def of(self, demand: Predicate) -> Seen:
        """What ran of a predicate's subject."""
        key = f"ran.{slug(demand.subject)}" + (f".{demand.journey}" if demand.journey else "")
        return _READERS[demand.subject](self, key, demand)

    @property
    def replayed(self) -> bool:
        """Whether the traffic was the design's own."""
        return self.tally.run is None or self.tally.run.mode == "rehearse"

    def journeys(self, demand: Predicate) -> list[Journey]:
        """The plan's journeys that a predicate speaks of."""
        return [item for item in self.plan.journeys if demand.journey in ("", item.name)]

    def parts(self, demand: Predicate) -> list[Part]:
        """What ran of them; requests that no journey of the plan made count where all are meant."""
        return [part for name, part in self.tally.parts.items() if demand.journey in ("", name)]

    def leaf(self, key: str, value: float, dimension: str, label: str) -> Figure:
        """Enter what the ledger says."""
        return self.book.leaf(key, value, dimension, label=label, origin="measured", note=self.source)

    def elapsed_s(self) -> float:
        """Seconds between the first and the last request; 0 where that cannot be told."""
        try:
            first, last = (dt.datetime.fromisoformat(text) for text in (self.tally.first_at, self.tally.last_at))
            return (last - first).total_seconds()
        except (ValueError, TypeError):
            return 0.0


def _sum(parts: list[Part], what: Callable[[Part], float]) -> float:
    return sum(what(part) for part in parts)


def _visits(part: Part) -> int:
    return sum(part.journeys.values())


# ----------------------------------------------------------------------------------------------- a month


def _month(name: str, dimension: str, amount: Callable[[Part], float]) -> Callable[[Evidence, str, Predicate], Seen]:
    def read(ran: Evidence, key: str, demand: Predicate) -> Seen:
        if ran.replayed:
            return _as_designed(ran, key, demand, (name, dimension, amount))
        return _extrapolated(ran, key, demand, (name, dimension, amount))

    return read


What = tuple[str, str, Callable[[Part], float]]


def _as_designed(ran: Evidence, key: str, demand: Predicate, what: What) -> Seen:
    """What each kind of journey took in the replay, times the design's volume of it."""
    if not ran.tally.journeys:
        return Seen(None, "how many journeys there were stands in the rehearsal's other file")
    name, dimension, amount = what
    parts: list[str] = []
    inputs: dict[str, str] = {}
    visits = 0
    for number, journey in enumerate(ran.journeys(demand), 1):
        part = ran.tally.parts.get(journey.name, Part())
        if not _visits(part):
            return Seen(None, f"no journey `{journey.name}` was replayed, and its share is not known")
        visits += _visits(part)
        base = f"ran.{journey.name}"
        ran.leaf(f"{base}.{name}", amount(part), dimension, f"{name}, all of its journeys")
        ran.leaf(f"{base}.visits", _visits(part), "count", "journeys replayed")
        inputs |= {f"{name}{number}": f"{base}.{name}", f"visits{number}": f"{base}.visits",
                   f"volume{number}": _volume(ran, journey)}  # fmt: skip
        parts.append(f"{name}{number} / visits{number} * volume{number} * month")
    if not parts:
        return Seen(None, "no journey of the design was replayed")
    figure = ran.book.derive(key, " + ".join(parts), dimension, "at the design's volume", month=_a_month(ran), **inputs)
    return Seen(figure, f"{visits:,} replayed journeys, at the design's volume")


def _volume(ran: Evidence, journey: Journey) -> str:
    key = f"journeys.{journey.name}.volume"
    if key not in ran.book:
        ran.book.leaf(key, journey.rate, "rate", label="stated volume", origin="set", note="the file's volume")
    return key


def _a_month(ran: Evidence) -> str:
    return ran.book.leaf("month", ran.plan.gateway.month_s, "duration", origin="fact", note="definition").key


def _extrapolated(ran: Evidence, key: str, demand: Predicate, what: What) -> Seen:
    """What ran, by the time in which it did."""
    name, dimension, amount = what
    elapsed = ran.elapsed_s()
    if elapsed <= 0:
        return Seen(None, "the ledger holds no span of time")
    ran.leaf("ran.elapsed", elapsed, "duration", "from the first request to the last")
    ran.leaf(f"{key}.{name}", _sum(ran.parts(demand), amount), dimension, f"{name} in that time")
    figure = ran.book.derive(
        key, f"{name} / elapsed * month", dimension, "extrapolated to a month",
        elapsed="ran.elapsed", month=_a_month(ran), **{name: f"{key}.{name}"},
    )  # fmt: skip
    words = f"extrapolated from {show_duration(elapsed)}"
    if elapsed < DAY:
        return Seen(figure, f"{words}: less than a whole day says nothing of a month", firm=False)
    return Seen(figure, words)


_requests = _month("requests", "count", lambda part: part.requests)


def _calls(ran: Evidence, key: str, demand: Predicate) -> Seen:
    """Model calls, less those that bought units carry."""
    return _month("cost", "money", lambda part: part.cost - carried(ran.plan, part))(ran, key, demand)


def _cost(ran: Evidence, key: str, demand: Predicate) -> Seen:
    """Models and their hardware; of one journey, its calls only, as in the forecast."""
    if demand.journey or not ran.hardware:
        return _calls(ran, key, demand)
    seen = _calls(ran, f"{key}.calls", demand)
    if seen.figure is None:
        return seen
    note = "the design's hourly cost; a ledger does not know it"
    ran.book.leaf("ran.hardware", ran.hardware, "money", label="hardware, a month", origin="set", note=note)
    figure = ran.book.derive(key, "calls + hardware", "money", "a month", calls=seen.figure, hardware="ran.hardware")
    return Seen(figure, f"{seen.words}, with hardware", seen.firm)


def _arrivals(ran: Evidence, key: str, demand: Predicate) -> Seen:
    if ran.replayed:
        return Seen(None, "a rehearsal replays the design's own volume")
    return Seen(None, "a gateway's ledger counts requests; journeys are known to their client only")


# ------------------------------------------------------------------------------------------------- of one


def _each_request(ran: Evidence, key: str, demand: Predicate) -> Seen:
    parts = ran.parts(demand)
    if not demand.journey and ran.hardware:
        cost, number = _cost(ran, f"{key}.month", demand), _requests(ran, f"{key}.requests", demand)
        if cost.figure is None or number.figure is None or not number.figure.value:
            return Seen(None, cost.words or number.words)
        figure = ran.book.derive(key, "cost / number", "money", "one request", cost=cost.figure, number=number.figure)
        return Seen(figure, cost.words, cost.firm)
    requests = _sum(parts, lambda part: part.requests)
    if not requests:
        return Seen(None, "there were no requests")
    ran.leaf(f"{key}.cost", _sum(parts, lambda part: part.cost - carried(ran.plan, part)), "money", "all of them")
    ran.leaf(f"{key}.requests", requests, "count", "requests")
    figure = ran.book.derive(
        key, "cost / requests", "money", "one request", cost=f"{key}.cost", requests=f"{key}.requests"
    )
    return Seen(figure, f"{requests:,.0f} requests")


def _each_journey(ran: Evidence, key: str, demand: Predicate) -> Seen:
    if not ran.replayed:
        return Seen(None, "a gateway's ledger counts requests; journeys are known to their client only")
    seen = _cost(ran, f"{key}.month", demand)
    if seen.figure is None:
        return seen
    volumes = {f"volume{n}": _volume(ran, journey) for n, journey in enumerate(ran.journeys(demand), 1)}
    figure = ran.book.derive(
        key, f"cost / (({' + '.join(volumes)}) * month)", "money", "one journey",
        cost=seen.figure, month=_a_month(ran), **volumes,
    )  # fmt: skip
    return Seen(figure, seen.words)


def _tokens(kind: str) -> Callable[[Evidence, str, Predicate], Seen]:
    def read(ran: Evidence, key: str, demand: Predicate) -> Seen:
        parts = ran.parts(demand)
        calls = _sum(parts, lambda part: part.billed)
        if not calls:
            return Seen(None, "no model answered")
        ran.leaf(f"{key}.tokens", _sum(parts, lambda part: getattr(part, f"tokens_{kind}")), "count", "of all calls")
        ran.leaf(f"{key}.calls", calls, "count", "requests that a model answered")
        figure = ran.book.derive(
            key, "tokens / calls", "count", f"{kind}put tokens of a call", tokens=f"{key}.tokens", calls=f"{key}.calls"
        )
        return Seen(figure, f"{calls:,.0f} calls")

    return read


# ---------------------------------------------------------------------------------------- time and shares

_NO_JOURNEYS: Final = "a gateway's ledger counts requests; how a journey went is known to its client only"


def _latency(share: float) -> Callable[[Evidence, str, Predicate], Seen]:
    def read(ran: Evidence, key: str, demand: Predicate) -> Seen:
        durations = sorted(value for part in ran.parts(demand) for value in part.journey_durations)
        if not durations:
            return Seen(None, _NO_JOURNEYS if not ran.tally.journeys else "no such journey came to an end")
        words = f"{len(durations):,} journeys that did not fail"
        return Seen(ran.leaf(key, percentile(durations, share), "duration", f"of {words}, nearest rank"), words)

    return read


def _of_journeys(formula: str, *outcomes: str) -> Callable[[Evidence, str, Predicate], Seen]:
    def read(ran: Evidence, key: str, demand: Predicate) -> Seen:
        parts = ran.parts(demand)
        visits = _sum(parts, _visits)
        if not visits:
            return Seen(None, _NO_JOURNEYS)
        counts = {name: _sum(parts, lambda part, name=name: part.journeys.get(name, 0)) for name in outcomes}  # type: ignore[misc]
        return _derived(ran, key, formula, {**counts, "arrivals": visits}, demand)

    return read


def _of_requests(formula: str, whole: str, part_of: Callable[[Part], float]) -> Callable[..., Seen]:
    def read(ran: Evidence, key: str, demand: Predicate) -> Seen:
        parts = ran.parts(demand)
        counts = {"part": _sum(parts, part_of), whole: _sum(parts, lambda part: getattr(part, whole))}
        if not counts[whole]:
            return Seen(None, "no request could have been" if whole == "cacheable" else "there were no requests")
        return _derived(ran, key, formula, counts, demand)

    return read


def _derived(ran: Evidence, key: str, formula: str, counts: dict[str, float], demand: Predicate) -> Seen:
    for name, value in counts.items():
        ran.leaf(f"{key}.{name}", value, "count", name if name != "part" else demand.subject)
    figure = ran.book.derive(key, formula, "share", demand.subject, **{name: f"{key}.{name}" for name in counts})
    whole = list(counts)[-1]
    return Seen(figure, f"{counts[whole]:,.0f} {'journeys' if whole == 'arrivals' else 'requests'}")


Reader = Callable[[Evidence, str, Predicate], Seen]
_READERS: Final[dict[str, Reader]] = {
    "monthly requests": _requests,
    "monthly journeys": _arrivals,
    "monthly cost": _cost,
    "cost per journey": _each_journey,
    "cost per request": _each_request,
    "input tokens": _tokens("in"),
    "output tokens": _tokens("out"),
    **{name: _latency(share) for name, share in PERCENTILES.items()},
    "availability": _of_journeys("(arrivals - failed) / arrivals", "failed"),
    "full answers": _of_journeys("answered / arrivals", "answered"),
    "cache hit": _of_requests("part / cacheable", "cacheable", lambda part: part.hows.get("cached", 0)),
    "fallback": _of_requests("part / requests", "requests", lambda part: part.fallbacks),
    "degraded": _of_requests("part / requests", "requests", lambda part: part.hows.get("degraded", 0)),
}
