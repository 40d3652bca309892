"""What a running gateway's counters say at two moments: rates and times between them, money since it was started."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Counters = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]

PICO: Final = 1e12
_LINE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_ESCAPED: Final = {"\\n": "\n", '\\"': '"', "\\\\": "\\"}


@dataclass(frozen=True, slots=True)
class TargetNow:
    """One target. Times in seconds (`nan`: no call ended), money in dollars since the gateway was started."""

    name: str
    calls_per_s: float
    p50_s: float
    p95_s: float
    errors: float
    open: bool
    spent: float


@dataclass(frozen=True, slots=True)
class Now:
    """A gateway: requests a second by how they were answered, who is in it and waits, its targets, dollars spent."""

    per_s: float
    ways: Mapping[str, float]
    in_flight: float
    waiting: float
    refused: float
    spent: float
    targets: tuple[TargetNow, ...]


def read(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Counters in the text format that Prometheus reads, by name and labels. What is none is left out."""
    found = {}
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        labels = tuple((name, _plain(value)) for name, value in _LABEL.findall(match[2] or ""))
        try:
            found[match[1], labels] = float(match[3])
        except ValueError:
            continue
    return found


def _plain(value: str) -> str:
    return re.sub(r"\\.", lambda found: _ESCAPED.get(found[0], found[0]), value)


def now(before: Counters, after: Counters, seconds: float) -> Now:
    """What happened in the `seconds` between two readings; a counter that became less was started anew."""

    def grew(name: str, **wanted: str) -> float:
        return sum(_more(before.get(key, 0.0), value) for key, value in _chosen(after, name, wanted))

    def total(name: str, **wanted: str) -> float:
        return sum(value for _, value in _chosen(after, name, wanted))

    ways: dict[str, float] = {}
    for key, value in _chosen(after, "archwright_requests_total", {}):
        how = dict(key[1]).get("how", "")
        ways[how] = ways.get(how, 0.0) + _more(before.get(key, 0.0), value) / seconds
    names = sorted({dict(labels)["target"] for name, labels in after if name == "archwright_breaker_open"})
    targets = []
    for name in names:
        calls = grew("archwright_attempts_total", target=name)
        well = grew("archwright_attempts_total", target=name, outcome="ok")
        bounds = _between(before, after, name)
        targets.append(
            TargetNow(
                name=name,
                calls_per_s=calls / seconds,
                p50_s=quantile(bounds, 0.5),
                p95_s=quantile(bounds, 0.95),
                errors=(calls - well) / calls if calls else 0.0,
                open=total("archwright_breaker_open", target=name) > 0.0,
                spent=total("archwright_cost_picodollars_total", target=name) / PICO,
            )
        )
    return Now(
        per_s=sum(ways.values()),
        ways=ways,
        in_flight=total("archwright_in_flight"),
        waiting=total("archwright_waiting"),
        refused=grew("archwright_refused_total") / seconds,
        spent=total("archwright_cost_picodollars_total") / PICO,
        targets=tuple(targets),
    )


def _chosen(
    counters: Counters, name: str, wanted: Mapping[str, str]
) -> list[tuple[tuple[str, tuple[tuple[str, str], ...]], float]]:
    ours = ((key, value) for key, value in counters.items() if key[0] == name)
    return [(key, value) for key, value in ours if wanted.items() <= dict(key[1]).items()]


def _more(before: float, after: float) -> float:
    return after - before if after >= before else after


def _between(before: Counters, after: Counters, target: str) -> list[tuple[float, float]]:
    """How many calls of a target took at most so long, for each bound, between two readings."""
    found = [
        (float(dict(key[1])["le"]), _more(before.get(key, 0.0), value))
        for key, value in _chosen(after, "archwright_attempt_seconds_bucket", {"target": target})
    ]
    return sorted(found)


def quantile(bounds: list[tuple[float, float]], share: float) -> float:
    """A quantile of counts below bounds, even within each of them; beyond the last bound it is that bound.

    This is the rule of Prometheus' `histogram_quantile`. Nothing counted: `nan`.
    """
    if not bounds or bounds[-1][1] <= 0.0:
        return math.nan
    wanted = share * bounds[-1][1]
    low = below = 0.0
    for bound, count in bounds:
        if count >= wanted:
            if math.isinf(bound):
                return low
            return low + (bound - low) * (wanted - below) / (count - below) if count > below else bound
        low, below = bound, count
    return low
