"""What caches hold when a scenario begins; the law of it is in `plan.warm`.

All answers that may be there are written down. They go through the heap of events: to drop those for which there is no
room, and to keep the others in the order in which they came.
"""

from __future__ import annotations

import math

from archwright.analysis.stress.kernel import prices
from archwright.analysis.stress.kernel.heap import KINDS, drop, schedule
from archwright.analysis.stress.kernel.kept import forget, keep
from archwright.analysis.stress.kernel.luck import key_of, tokens
from archwright.analysis.stress.kernel.tables import NOBODY, State
from archwright.plan.warm import BEFORE, DENSE, ago, given_before, kept_before, lasting, share_of, skipped
from archwright.plan.workload import RUNS, shared_key
from archwright.policy import chance
from archwright.policy.worth import worth

MASK = (1 << 62) - 1
KIND = 0


def begin(s: State) -> int:
    """Fill the caches; 0 if there is no room for what may be kept, and then they are as empty as they were."""
    number = 0
    for cache in range(len(s.shelves)):
        s.desk[0].candidates = 0
        full = 0
        while full == 0 and number < len(s.streams) and s.streams[number].cache == cache:
            full = _stream(s, number)
            number += 1
        if full == 1 or _choose(s, cache) == 1:
            _empty(s)
            return 0
    s.desk[0].order = 0
    return 1


def _empty(s: State) -> None:
    for cache in range(len(s.shelves)):
        while s.shelves[cache].oldest != NOBODY:
            forget(s, s.shelves[cache].oldest)


def _choose(s: State, cache: int) -> int:
    """Keep the answers for which a cache has room, in the order in which they came; 1 if there are too few rows."""
    shelf = s.shelves[cache]
    desk = s.desk[0]
    for place in range(desk.candidates):
        one = s.candidates[place]
        lasts = lasting(worth(0.0, one.hits, one.cost), one.asked)
        schedule(s, one.at if -one.at >= shelf.ttl_s else lasts, KIND, place, 0)
    pace = 0.0
    while desk.pending > shelf.entries:
        pace = max(0.0, s.heap[0].at)
        drop(s)
    stay = desk.pending
    for place in range(stay):
        found = s.heap[place].a
        desk.pending = place
        desk.order = found * KINDS
        schedule(s, s.candidates[found].at, KIND, found, 0)
    full = 1 if desk.used_answers + stay >= len(s.answers) else 0
    while desk.pending > 0:
        one = s.candidates[s.heap[0].a]
        drop(s)
        if full == 0:
            shelf.clock = -pace * one.asked  # as it stood then; it stands at 0 when the scenario begins
            keep(s, one.at, cache, one.key, one.cost, one.hits)
    shelf.clock = 0.0
    return full


def _stream(s: State, number: int) -> int:
    """Enter the answers of a stream that may be kept; 1 if there is no room for them."""
    stream = s.streams[number]
    if stream.shared > 0.0:
        for tenant in range(max(1, s.desk[0].tenants)):
            whose = tenant if s.desk[0].tenants > 0 else -1
            luck = chance.uniform(s.desk[0].seed, whose + 1, stream.journey, chance.LIFE)
            due = -math.log(1.0 - luck) / _rate(s, number, -1 - tenant)
            if due <= stream.due and _enter(s, number, -1 - tenant, due) == 1:
                return 1
    return _repeated(s, number) if stream.repeats == 1 else _once(s, number)


def _once(s: State, number: int) -> int:
    stream = s.streams[number]
    step = s.steps[stream.row]
    wordings = max(1, s.journeys[stream.journey].wordings)
    for place in range(int(stream.rate * stream.due)):
        if chance.seen(step.seen, s.desk[0].seed, (BEFORE + place) * wordings, step.index):
            continue
        if _enter(s, number, place, (place + 0.5) / stream.rate) == 1:
            return 1
    return 0


def _repeated(s: State, number: int) -> int:
    stream = s.streams[number]
    law = s.journeys[stream.journey]
    step = s.steps[stream.row]
    seed = s.desk[0].seed
    paid = max(1, s.desk[0].tenants)
    share = 0.0
    for tenant in range(paid):
        share = max(share, _paid(s, tenant))
    largest = share_of(1.0, law.wordings, 0, law.semantic) * share
    cells = law.answers * law.wordings * paid
    cell = 0
    while cell < cells:
        most = stream.rate * _weight(s, law.zipf, law.answers, cell // paid // law.wordings) * largest * stream.due
        bound = -math.expm1(-most)
        if bound < 1e-12:
            return 0
        if bound < DENSE:
            cell += skipped(most, chance.uniform(seed, cell, number, chance.PASSED_OVER))
            if cell >= cells:
                return 0
        else:
            bound = 1.0
        rate = _rate(s, number, cell)
        luck = bound * chance.uniform(seed, cell, stream.journey, chance.ASKED)
        due = -math.log(1.0 - luck) / rate if rate > 0.0 else math.inf
        entered = due <= stream.due and not chance.seen(step.seen, seed, cell // paid, step.index)
        if entered and _enter(s, number, cell, due) == 1:
            return 1
        cell += 1
    return 0


def _enter(s: State, number: int, cell: int, due: float) -> int:
    """Write down an answer that was asked for last when `due` seconds of the busiest hour had still to pass."""
    place = s.desk[0].candidates
    if place == min(len(s.candidates), len(s.heap)):
        return 1
    s.desk[0].candidates = place + 1
    stream = s.streams[number]
    key = _key(s, number, cell)
    asked = ago(s.past, stream.past, stream.past_end, due)
    age = asked
    hits = 0
    rate = _rate(s, number, cell) * stream.pace
    if rate > 0.0:
        first = chance.uniform(s.desk[0].seed, key & MASK, 0, chance.REFRESHED)
        second = chance.uniform(s.desk[0].seed, key & MASK, 0, chance.LIFE)
        age += kept_before(rate, stream.ttl_s, first, second)
        hits = given_before(rate, stream.ttl_s)
    one = s.candidates[place]
    one.key = key
    one.at = -age
    one.asked = asked
    one.cost = _cost(s, number, cell)
    one.hits = hits
    return 0


def _key(s: State, number: int, cell: int) -> int:
    stream = s.streams[number]
    if cell < 0:
        whose = -1 - cell if s.desk[0].tenants > 0 else -1
        return shared_key(stream.journey, s.steps[stream.row].index * RUNS + stream.run, whose)
    return key_of(s, int(stream.row), int(stream.run), _asked(s, number, cell))


def _asked(s: State, number: int, cell: int) -> tuple[int, int, int]:
    """Question, wording and tenant of an answer; of one that is found by meaning, the first of all."""
    stream = s.streams[number]
    tenants = s.desk[0].tenants
    whose = cell % max(1, tenants) if tenants > 0 else -1
    if cell < 0:
        return 0, 0, whose
    if stream.repeats == 0:
        return BEFORE + cell, 0, whose
    content = cell // max(1, tenants)
    wordings = s.journeys[stream.journey].wordings
    return content // wordings, content % wordings, whose


def _cost(s: State, number: int, cell: int) -> int:
    """What the call had cost (pico-dollars): one of the first target of its route, with nothing in its prompt cache."""
    stream = s.streams[number]
    step = s.steps[stream.row]
    answer, wording, _ = _asked(s, number, cell)
    asked, written = tokens(s, int(stream.row), int(stream.run), answer, wording)
    target = s.hops[s.routes[step.route].first]
    return prices.cost(s, int(target), int(s.journeys[stream.journey].lane), (asked + step.passages, 0, 0, written))


def _rate(s: State, number: int, cell: int) -> float:
    """How often an answer is asked for in a second of the busiest hour; 0.0: never again."""
    stream = s.streams[number]
    if cell < 0:
        return float(stream.rate * stream.shared * _paid(s, -1 - cell))
    if stream.repeats == 0:
        return 0.0
    law = s.journeys[stream.journey]
    paid = max(1, s.desk[0].tenants)
    content = cell // paid
    weight = _weight(s, law.zipf, law.answers, content // law.wordings)
    share = share_of(weight, law.wordings, content % law.wordings, law.semantic)
    return float(stream.rate * share * _paid(s, cell % paid))


def _paid(s: State, tenant: int) -> float:
    """A tenant's share; all where there are none."""
    return _weight(s, 0, s.desk[0].tenants, tenant) if s.desk[0].tenants > 0 else 1.0


def _weight(s: State, first: int, count: int, place: int) -> float:
    """The share of one place of rising sums."""
    below = s.numbers[first + place - 1] if place > 0 else 0.0
    return float((s.numbers[first + place] - below) / s.numbers[first + count - 1])
