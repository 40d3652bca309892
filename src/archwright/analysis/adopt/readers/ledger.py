"""Reader `ledger`: what our own gateway wrote down: journeys, routes, models, tokens, latencies, failures, hits."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from archwright.analysis.adopt.evidence import (
    Evidence,
    Fact,
    Journey,
    Route,
    Step,
    Target,
    assumed,
    guess,
    measured,
    seen,
    sourced,
)  # fmt: skip
from archwright.analysis.adopt.names import a_month, counted, decimals, name, seconds, share
from archwright.analysis.adopt.reader import Reader, Source
from archwright.base.text import plural
from archwright.base.units import DAY, HOUR, MONTH
from archwright.facts.prices import named
from archwright.ledger.rows import Attempt, Request, Run, decode
from archwright.plan.expect import repeated
from archwright.plan.trace import Law, Trace, fit
from archwright.spec.settings.models import Pace

_TTL: Final = HOUR
_BY_THE_HOUR: Final = "paid by the hour"  # how the plan names the price of hardware of our own
_PUBLISHED: Final = "genai-prices"
_FEW: Final = 20  # calls; fewer say nothing about a law
_PREFILL: Final = Pace.__dataclass_fields__["prefill"].default.value


@dataclass(slots=True)
class _Step:
    """What was seen of one step: its calls by session, its routes, the tokens of calls that went well."""

    sessions: Counter[str] = field(default_factory=Counter)
    routes: Counter[str] = field(default_factory=Counter)
    tokens_in: list[int] = field(default_factory=list)
    tokens_out: list[int] = field(default_factory=list)
    cacheable: int = 0
    cached: int = 0

    @property
    def calls(self) -> int:
        return self.sessions.total()


@dataclass(slots=True)
class _Ledger:
    """What was seen in the whole ledger."""

    runs: list[Run] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    steps: dict[tuple[str, str], _Step] = field(default_factory=dict)
    hops: dict[str, dict[str, int]] = field(default_factory=dict)
    caching: set[str] = field(default_factory=set)
    attempts: dict[str, list[Attempt]] = field(default_factory=dict)
    again: dict[str, int] = field(default_factory=dict)
    begun: dict[str, list[Attempt]] = field(default_factory=dict)

    @property
    def scale(self) -> float:
        return self.runs[0].scale if self.runs else 1.0

    @property
    def length(self) -> float:
        """Seconds of the design's time from the first request to the last."""
        return (max(self.times) - min(self.times)) * self.scale if self.times else 0.0


def _recognises(source: Source) -> bool:
    first = source.beginning.partition("\n")[0].replace(" ", "")
    return first.startswith("{") and any(f'"type":"{kind}"' in first for kind in ("run", "attempt", "request"))


def _read(source: Source) -> Evidence:
    found = _collected(source)
    if not found.steps:
        raise source.refused("no request is in it", "let the gateway serve something first")
    by = _by(source, found)
    names: dict[str, str] = {}
    for target in found.attempts:
        names[target] = name(target, {"clients", "gateway", "cache", *names.values()}, "model")
    targets = tuple(_target(found, names[target], target, by) for target in _first_asked(found))
    routes = dict(_routes(found, names, source.called))
    journeys = tuple(_journeys(found, {key: route.name for key, route in routes.items()}, by))
    if not targets or not journeys:
        raise source.refused("no model was called in it", "let the gateway serve something first")
    return Evidence(
        kind="ledger",
        file=source.called,
        targets=targets,
        routes=tuple(routes.values()),
        journeys=journeys,
        cache={"ttl": assumed("1 h", "a ledger does not say how long answers are kept")} if found.caching else None,
        lost=tuple(_lost(found, source.called)),
    )


def _collected(source: Source) -> _Ledger:
    found = _Ledger()
    for row in decode(source.data.splitlines(keepends=True), source.file):
        match row:
            case Run():
                found.runs.append(row)
            case Attempt():
                found.begun.setdefault(row.request, []).append(row)
            case Request():
                _request(found, row, found.begun.pop(row.request, []))
    return found


def _request(found: _Ledger, row: Request, attempts: list[Attempt]) -> None:
    try:
        found.times.append(dt.datetime.fromisoformat(row.at).timestamp())
    except ValueError:
        found.times.append(found.times[-1] if found.times else 0.0)
    step = found.steps.setdefault((row.journey or row.route, row.step or "ask"), _Step())
    step.sessions[row.session or row.request] += 1
    step.routes[row.route] += 1
    step.cacheable += row.cache != "none"
    step.cached += row.how == "cached"
    if row.cache != "none":
        found.caching.add(row.route)
    if row.hop >= 0 and row.target:
        hops = found.hops.setdefault(row.route, {})
        hops[row.target] = min(row.hop, hops.get(row.target, row.hop))
    for target, tries in Counter(item.target for item in attempts).items():
        found.again[target] = max(tries, found.again.get(target, 1))
    for item in attempts:
        found.attempts.setdefault(item.target, []).append(item)
        if item.outcome == "ok":
            step.tokens_in.append(item.tokens_in)
            step.tokens_out.append(item.tokens_out)


def _first_asked(found: _Ledger) -> list[str]:
    """Targets, those that were asked first in front."""
    hops = {target: hop for route in found.hops.values() for target, hop in route.items()}
    return sorted(found.attempts, key=lambda target: (hops.get(target, len(hops)), target))


def _by(source: Source, found: _Ledger) -> str:
    ends = (min(found.times), max(found.times))
    days = dict.fromkeys(dt.datetime.fromtimestamp(moment, dt.UTC).date().isoformat() for moment in ends)
    how = "a rehearsal, " if _rehearsed(found) else ""
    total = sum(step.calls for step in found.steps.values())
    return f"{source.called}, {how}{' to '.join(days)}, {plural(total, 'request')}"


def _rehearsed(found: _Ledger) -> bool:
    return bool(found.runs) and found.runs[0].mode == "rehearse"


# ----------------------------------------------------------------------------------------- models and routes


def _target(found: _Ledger, called: str, target: str, by: str) -> Target:
    rows = found.attempts[target]
    good = [row for row in rows if row.outcome == "ok"]
    last = next((row for row in reversed(rows) if row.lane == "realtime"), rows[-1])
    words = last.model if "/" in last.model else named(last.model) or f"openai/{last.model}"
    hosted = last.price_source.startswith(_BY_THE_HOUR)
    tokens_in = sum(row.tokens_in for row in good)
    by_it = f"{by.rpartition(', ')[0]}, {plural(len(rows), 'call')}"
    settings = {
        **_pace(found, good, by_it),
        "prompt_cache": measured(
            share(sum(row.tokens_cached for row in good) / tokens_in if tokens_in else 0.0), by_it
        ),
        "error_rate": measured(share(1 - len(good) / len(rows)), f"{by_it}, outages with them"),
    }
    if last.price_in and not hosted and not last.price_source.startswith(_PUBLISHED):
        settings["price.input"] = sourced(f"${last.price_in / 1e6:.6g}/Mtok", last.price_source or by_it)
        settings["price.output"] = sourced(f"${last.price_out / 1e6:.6g}/Mtok", last.price_source or by_it)
    tries = found.again.get(target, 1)
    flow = {"retry.attempts": seen(f"{min(tries, 20)}", by_it, "likely")} if tries > 1 else {}
    if flow:
        flow["retry.backoff"] = assumed("250 ms", "a ledger does not say how long is paused")
    return Target(name=called, model=seen(words, by_it, "likely"), hosted=hosted, settings=settings, flow=flow)


def _pace(found: _Ledger, good: list[Attempt], by: str) -> dict[str, Fact]:
    """Medians over streamed answers: only they say when the first token came."""
    streamed = [row for row in good if row.tokens_out > 1 and 0 < row.first_s < row.total_s]
    if len(streamed) < _FEW:
        return {}
    first = median(max(1e-3, row.first_s * found.scale - row.tokens_in / _PREFILL) for row in streamed)
    each = median((row.total_s - row.first_s) * found.scale / (row.tokens_out - 1) for row in streamed)
    return {
        "pace.first_token": measured(seconds(first), by),
        "pace.per_token": measured(seconds(max(each, 1e-6)), by),
    }


def _routes(found: _Ledger, names: dict[str, str], file: str) -> Iterator[tuple[str, Route]]:
    """Each route by the name that stands in the ledger."""
    used: set[str] = set()
    for route in dict.fromkeys(route for step in found.steps.values() for route in step.routes):
        hops = found.hops.get(route, {})
        targets = tuple(names[item] for item in sorted(hops, key=lambda item: (hops[item], item)) if item in names)
        if not targets:
            continue
        called = name(route, used, "route")
        used.add(called)
        yield (
            route,
            Route(
                name=called,
                targets=seen(targets, file, "likely"),
                settings={"deadline": assumed("60 s", "a ledger does not say when a request is given up")},
                cached=seen("cache", file) if route in found.caching else None,
            ),
        )


# ------------------------------------------------------------------------------------------------- journeys


def _journeys(found: _Ledger, routes: dict[str, str], by: str) -> Iterator[Journey]:
    used: set[str] = set()
    for journey in dict.fromkeys(key for key, _ in found.steps):
        steps = {
            step: item
            for (key, step), item in found.steps.items()
            if key == journey and not routes.keys().isdisjoint(item.routes)
        }
        if not steps:
            continue
        visits = len({session for item in steps.values() for session in item.sessions})
        called = name(journey, used, "journey")
        used.add(called)
        names: set[str] = set()
        written = []
        for step, item in steps.items():
            written.append(_step(name(step, names, "ask"), item, routes, visits, by))
            names.add(written[-1].name)
        several = any(len(item.routes) > 1 for item in steps.values())
        yield Journey(
            name=called,
            steps=tuple(written),
            settings={**_volume(found, visits, by), **_repetition(found, list(steps.values()), visits, by)},
            remarks=("some of its calls take another route; the one taken most is written",) if several else (),
        )


def _volume(found: _Ledger, visits: int, by: str) -> dict[str, Fact]:
    length = found.length
    if length < 1 or visits < 2:
        return {"volume": guess("10k/month", f"{by}: too short to tell")}
    rate = visits / length * MONTH
    if _rehearsed(found):
        why = f"{by}: a rehearsal plays the busiest hour, so the mean is less"
        return {"volume": guess(a_month(rate), why), "peak": guess("1x", why)}
    found_peak = _busiest(found)
    peak = {"peak": measured(f"{found_peak:.3g}x", f"{by}: the busiest hour against the mean")} if found_peak else {}
    return {"volume": measured(a_month(min(rate, 1e13)), by), **peak}


def _busiest(found: _Ledger) -> float:
    """Requests of the busiest hour over those of the mean hour; 0 for less than a day."""
    if found.length < DAY:
        return 0.0
    begin = min(found.times)
    hours = Counter(int((moment - begin) // HOUR) for moment in found.times)
    return min(1000.0, max(1.0, max(hours.values()) / (len(found.times) * HOUR / found.length)))


def _repetition(found: _Ledger, steps: list[_Step], visits: int, by: str) -> dict[str, Fact]:
    """So many different questions as an exact cache would need to hit as often as it did."""
    cacheable = sum(step.cacheable for step in steps)
    hits = sum(step.cached for step in steps) / cacheable if cacheable else 0.0
    if hits <= 0 or found.length < 1:
        return {}
    rate = visits / found.length
    low, high = 0.0, math.log(1e7)
    for _ in range(40):
        middle = (low + high) / 2
        more = repeated(rate, round(math.exp(middle)), 1.0, 1.0, _TTL, 1.0, 1.0) > hits
        low, high = (middle, high) if more else (low, middle)
    note = f"{by}: {share(hits)} of cacheable requests were repeated, with answers kept 1 h and a skew of 1"
    return {"repetition.answers": measured(f"{round(math.exp(low))}", note)}


def _step(called: str, item: _Step, routes: dict[str, str], visits: int, by: str) -> Step:
    route = next(routes[route] for route, _ in item.routes.most_common() if route in routes)
    took = len(item.sessions)
    settings: dict[str, Fact] = {}
    if took < visits:
        settings["probability"] = measured(share(took / visits), by)
    if item.calls > took:
        settings["repeats.mean"] = measured(decimals(item.calls / took), by)
        most = max(item.sessions.values())
        settings["repeats.most"] = seen(str(min(1000, max(most, math.ceil(item.calls / took)))), by, "likely")
    if item.tokens_in:
        laws = fit(Trace(called, (0.0, 1.0), tuple(item.tokens_in), tuple(item.tokens_out)))
        settings |= _law("input", laws.tokens_in, by) | _law("output", laws.tokens_out, by)
    return Step(name=called, route=route, settings=settings)


def _law(kind: str, law: Law, by: str) -> dict[str, Fact]:
    return {
        f"tokens.{kind}.median": measured(counted(min(law.median, 1e7)), by),
        f"tokens.{kind}.spread": measured(decimals(min(law.spread, 3.0)), by),
    }


def _lost(found: _Ledger, file: str) -> Iterator[str]:
    plans = {run.plan for run in found.runs}
    if len(plans) > 1:
        yield f"{file}: {plural(len(plans), 'plan')} ran; this draft describes all of them as one"
    yield "timeouts, budgets and breakers: a ledger holds what happened, not what was set"


READER = Reader("ledger", "the ledger.jsonl of `archwright serve` or `rehearse`", _recognises, _read)
