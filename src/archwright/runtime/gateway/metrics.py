"""Counters and histograms in the text format that Prometheus reads. Labels come from the plan only, so they are few."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
OWN = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1)


class Counter:
    """A sum for each combination of labels."""

    __slots__ = ("help", "labels", "name", "values")

    def __init__(self, name: str, text: str, *labels: str) -> None:
        self.name = name
        self.help = text
        self.labels = labels
        self.values: dict[tuple[str, ...], int] = {}

    def add(self, key: tuple[str, ...], amount: int = 1) -> None:
        """Count."""
        self.values[key] = self.values.get(key, 0) + amount

    def lines(self) -> Iterable[str]:
        """The counter as text."""
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} counter"
        for key, value in sorted(self.values.items()):
            yield f"{self.name}{_labels(self.labels, key)} {value}"


class Histogram:
    """Counts of values below bounds for each combination of labels."""

    __slots__ = ("bounds", "counts", "help", "labels", "name", "sums")

    def __init__(self, name: str, text: str, bounds: tuple[float, ...], *labels: str) -> None:
        self.name = name
        self.help = text
        self.bounds = bounds
        self.labels = labels
        self.counts: dict[tuple[str, ...], list[int]] = {}
        self.sums: dict[tuple[str, ...], float] = {}

    def add(self, key: tuple[str, ...], value: float) -> None:
        """Count a value."""
        counts = self.counts.get(key)
        if counts is None:
            counts = self.counts[key] = [0] * (len(self.bounds) + 1)
            self.sums[key] = 0.0
        counts[bisect_left(self.bounds, value)] += 1
        self.sums[key] += value

    def lines(self) -> Iterable[str]:
        """The histogram as text."""
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} histogram"
        names = (*self.labels, "le")
        for key, counts in sorted(self.counts.items()):
            below = 0
            for bound, count in zip((*map(str, self.bounds), "+Inf"), counts, strict=True):
                below += count
                yield f"{self.name}_bucket{_labels(names, (*key, bound))} {below}"
            yield f"{self.name}_sum{_labels(self.labels, key)} {self.sums[key]!r}"
            yield f"{self.name}_count{_labels(self.labels, key)} {below}"


def gauge(name: str, text: str, values: Iterable[tuple[dict[str, str], float]]) -> Iterable[str]:
    """A value of this moment as text."""
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} gauge"
    for labels, value in values:
        yield f"{name}{_labels(tuple(labels), tuple(labels.values()))} {value:g}"


def _labels(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    if not names:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True)) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Metrics:
    """What a gateway counts."""

    def __init__(self) -> None:
        self.requests = Counter("archwright_requests_total", "Requests by how they were answered.", "route", "how")
        self.attempts = Counter("archwright_attempts_total", "Calls to targets by outcome.", "target", "outcome")
        self.tokens = Counter("archwright_tokens_total", "Billed tokens by kind.", "target", "kind")
        self.cost = Counter("archwright_cost_picodollars_total", "What calls cost, in 1e-12 dollars.", "target")
        self.refused = Counter("archwright_refused_total", "Requests refused before a route was known.", "status")
        self.retrievals = Counter("archwright_retrievals_total", "Searches in documents by how.", "route", "how")
        self.citations = Counter("archwright_citations_total", "Numbers cited in answers.", "route", "passage")
        self.seconds = Histogram(
            "archwright_request_seconds", "From request to end of answer.", SECONDS, "route", "how"
        )
        self.first = Histogram("archwright_first_byte_seconds", "From request to first content.", SECONDS, "route")
        self.calls = Histogram("archwright_attempt_seconds", "From call to end of its answer.", SECONDS, "target")
        self.own = Histogram("archwright_overhead_seconds", "The gateway's own part of a request.", OWN, "route")

    def lines(self) -> Iterable[str]:
        """All of it as text lines."""
        for counter in (
            self.requests,
            self.attempts,
            self.tokens,
            self.cost,
            self.refused,
            self.retrievals,
            self.citations,
        ):
            yield from counter.lines()
        for histogram in (self.seconds, self.first, self.calls, self.own):
            yield from histogram.lines()
