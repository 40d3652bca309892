"""`archwright top`: what a gateway that runs is doing, from its counters."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict

from archwright.measure.live import Now, now, read
from archwright.report.document import Cell, Document, Section, Table, Text
from archwright.runtime.scrape import counters
from archwright.verbs.answer import Answer

ADMIN_KEY = "ARCHWRIGHT_ADMIN_KEY"


def watched(
    url: str,
    every_s: float,
    environment: Mapping[str, str] | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Answer]:
    """What goes on, every `every_s` seconds, without end.

    Raises:
        UsageError: the address is none, or wants another key.
        ProviderUnavailable: no gateway answers there.
    """
    key = (os.environ if environment is None else environment).get(ADMIN_KEY, "").strip()
    before, at = read(counters(url, key)), clock()
    while True:
        sleep(every_s)
        after, then = read(counters(url, key)), clock()
        yield shown(url, now(before, after, max(then - at, 1e-9)))
        before, at = after, then


def shown(url: str, seen: Now) -> Answer:
    """A reading as an answer."""
    ways = ", ".join(f"{how} {rate:.1f}" for how, rate in sorted(seen.ways.items()) if rate > 0.0)
    words = (
        f"{seen.per_s:.1f} requests/s{f' ({ways})' if ways else ''}; {seen.in_flight:.0f} in flight, "
        f"{seen.waiting:.0f} wait; {seen.refused:.1f}/s refused before a route was known; ${seen.spent:,.4f} spent"
    )
    rows = tuple(
        (
            target.name,
            f"{target.calls_per_s:.1f}",
            _seconds(target.p50_s),
            _seconds(target.p95_s),
            f"{target.errors:.1%}",
            Cell("open", "bad") if target.open else "closed",
            f"${target.spent:,.4f}",
        )
        for target in seen.targets
    )
    headings = ("Target", "Calls/s", "p50", "p95", "Errors", "Breaker", "Spent")
    table = Table(headings, rows, numeric=frozenset((1, 2, 3, 4, 6)))
    document = Document("Gateway", (Section("top", "Now", (Text(words), table)),), url)
    data = asdict(seen)
    for target in data["targets"]:
        target |= {name: value for name in ("p50_s", "p95_s") if math.isnan(target[name]) for value in (None,)}
    return Answer("top", (document,), data={"gateway": url, **data})


def _seconds(value: float) -> str:
    if math.isnan(value):
        return "–"
    return f"{value * 1000:.0f} ms" if value < 1.0 else f"{value:.2f} s"
