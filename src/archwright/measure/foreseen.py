"""What a design foresees of the subjects that an assumption can speak of; `None` where nobody can tell.

Counts and money are from the forecast, time and shares from a simulation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from archwright.analysis.stress.figures import source
from archwright.analysis.stress.outcome import HOWS, JourneyOutcome, Outcome
from archwright.base.histogram import merged
from archwright.base.text import slug
from archwright.plan.model import Journey, Plan
from archwright.report.figures import Book, Figure
from archwright.spec.predicate import Predicate

PERCENTILES: Final = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


class Topic(NamedTuple):
    """What is spoken of: a subject (a key of spec.predicate.SUBJECTS), of one journey or of all (empty)."""

    subject: str
    journey: str = ""


class Foresight:
    """A plan, its forecast (`book`, which gets figures under `under`) and a simulation of it.

    Where simulations of several scenarios come into one book, each needs an `under` of its own.
    """

    def __init__(self, plan: Plan, book: Book, outcome: Outcome, under: str = "foreseen") -> None:
        self.plan = plan
        self.book = book
        self.outcome = outcome
        self.under = under

    def of(self, demand: Predicate) -> Figure | None:
        """What the design foresees of a predicate's subject, or None where it cannot be known."""
        return self.about(Topic(demand.subject, demand.journey))

    def about(self, topic: Topic) -> Figure | None:
        """What the design foresees of a topic, or None where it cannot be known."""
        key = f"{self.under}.{slug(topic.subject)}" + (f".{topic.journey}" if topic.journey else "")
        return self.book[key] if key in self.book else _READERS[topic.subject](self, key, topic)

    def journeys(self, topic: Topic) -> list[Journey]:
        """The plan's journeys that a predicate speaks of."""
        return [journey for journey in self.plan.journeys if topic.journey in ("", journey.name)]

    def outcomes(self, topic: Topic) -> list[JourneyOutcome]:
        """What was simulated of them."""
        return [item for item in self.outcome.journeys if topic.journey in ("", item.name)]

    def steps(self, topic: Topic) -> list[str]:
        """Beginnings of the keys of the steps that call a model."""
        return [
            f"price.{journey.name}.{slug(step.name)}"
            for journey in self.journeys(topic)
            for step in journey.steps
            if step.route >= 0
        ]

    def simulated(self, key: str, value: float, dimension: str, label: str) -> Figure:
        """Enter what a simulation says."""
        note = source(self.outcome)
        return self.book.leaf(key, value, dimension, label=label, origin="simulated", note=note)


def _requests(sight: Foresight, key: str, topic: Topic) -> Figure:
    parts = [sight.book[f"{step}.calls.month"] for step in sight.steps(topic)]
    return sight.book.total(key, parts, "count", "requests to the gateway, a month")


def _arrivals(sight: Foresight, key: str, topic: Topic) -> Figure:
    parts = [
        sight.book.derive(
            f"journeys.{journey.name}.month", "volume * month", "count", "journeys, a month",
            volume=f"journeys.{journey.name}.volume", month="month",
        )
        for journey in sight.journeys(topic)
    ]  # fmt: skip
    return sight.book.total(key, parts, "count", "journeys, a month")


def _cost(sight: Foresight, key: str, topic: Topic) -> Figure:
    """Models and their hardware; of one journey, its calls only: hardware is shared by all."""
    parts = [sight.book[f"{step}.month"] for step in sight.steps(topic)]
    if not topic.journey:
        parts = [sight.book["price.models.month"]]
    return sight.book.total(key, parts, "money", "models, a month")


def _each(count: Callable[[Foresight, str, Topic], Figure], what: str) -> Callable[..., Figure | None]:
    def read(sight: Foresight, key: str, topic: Topic) -> Figure | None:
        number = count(sight, f"{key}.{what}", topic)
        cost = _cost(sight, f"{key}.month", topic)
        if number.value == 0:
            return None
        return sight.book.derive(key, "cost / number", "money", f"of one of the {what}", cost=cost, number=number)

    return read


def _tokens(kind: str) -> Callable[..., Figure | None]:
    def read(sight: Foresight, key: str, topic: Topic) -> Figure | None:
        inputs: dict[str, str] = {}
        steps = [
            (f"price.{journey.name}.{slug(step.name)}", f"journeys.{journey.name}.volume")
            for journey in sight.journeys(topic)
            for step in journey.steps
            if step.route >= 0
        ]
        for number, (step, volume) in enumerate(steps, 1):
            inputs |= {
                f"tokens{number}": f"{step}.tokens_{kind}",
                f"billed{number}": f"{step}.billed",
                f"volume{number}": volume,
            }
        calls = " + ".join(f"billed{number} * volume{number}" for number in range(1, len(steps) + 1))
        tokens = " + ".join(f"tokens{n} * billed{n} * volume{n}" for n in range(1, len(steps) + 1))
        if not any(sight.book[inputs[f"billed{n}"]].value for n in range(1, len(steps) + 1)):
            return None
        return sight.book.derive(key, f"({tokens}) / ({calls})", "count", f"{kind}put tokens of a call", **inputs)

    return read


def _latency(share: float) -> Callable[..., Figure | None]:
    def read(sight: Foresight, key: str, topic: Topic) -> Figure | None:
        latencies = merged(item.latencies for item in sight.outcomes(topic))
        if not latencies:
            return None
        label = f"of {latencies.count:,} journeys that did not fail, nearest rank, to 1 %"
        return sight.simulated(key, latencies.percentile(share), "duration", label)

    return read


def _share(formula: str, *names: str) -> Callable[..., Figure | None]:
    """A share of counts of journeys; the last name is what it is a share of."""

    def read(sight: Foresight, key: str, topic: Topic) -> Figure | None:
        counts = {name: sum(getattr(item, name) for item in sight.outcomes(topic)) for name in names}
        if not counts[names[-1]]:
            return None
        for name, value in counts.items():
            sight.simulated(f"{key}.{name}", value, "count", name)
        return sight.book.derive(key, formula, "share", topic.subject, **{name: f"{key}.{name}" for name in names})

    return read


def _of_requests(count: Callable[[Outcome], int]) -> Callable[..., Figure | None]:
    def read(sight: Foresight, key: str, topic: Topic) -> Figure | None:
        if not sight.outcome.requests or (topic.journey and len(sight.plan.journeys) > 1):
            return None  # a simulation does not keep these apart by journey
        sight.simulated(f"{key}.part", count(sight.outcome), "count", topic.subject)
        sight.simulated(f"{key}.requests", sight.outcome.requests, "count", "requests to the gateway")
        return sight.book.derive(
            key, "part / requests", "share", topic.subject, part=f"{key}.part", requests=f"{key}.requests"
        )

    return read


Reader = Callable[[Foresight, str, Topic], Figure | None]
_READERS: Final[dict[str, Reader]] = {
    "monthly requests": _requests,
    "monthly journeys": _arrivals,
    "monthly cost": _cost,
    "cost per journey": _each(_arrivals, "journeys"),
    "cost per request": _each(_requests, "requests"),
    "input tokens": _tokens("in"),
    "output tokens": _tokens("out"),
    **{name: _latency(share) for name, share in PERCENTILES.items()},
    "availability": _share("(arrivals - failed) / arrivals", "failed", "arrivals"),
    "full answers": _share("answered / arrivals", "answered", "arrivals"),
    "cache hit": _share("cached / cacheable", "cached", "cacheable"),
    "fallback": _of_requests(lambda outcome: outcome.fallbacks),
    "degraded": _of_requests(lambda outcome: outcome.hows[HOWS.index("degraded")]),
}
