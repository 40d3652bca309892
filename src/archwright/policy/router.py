"""Which targets a request goes to, and in which order."""

from __future__ import annotations

from archwright.policy.choose import COST, ERRORS, EXPLORED, LOAD, ORDER, WEIGHT, felt, rank, slow
from archwright.policy.health import ill
from archwright.policy.lanes import weight
from archwright.policy.state import Arrival, State


def called(m: State, target: int, slot: int) -> None:
    """A call of `target` begins for the request in a slot."""
    m.loads[target] += weight(m, slot)


def returned(m: State, target: int, slot: int, now: float, first_s: float) -> None:
    """A call of `target` ended; its answer began after `first_s` seconds (below 0: nobody knows)."""
    m.loads[target] -= weight(m, slot)
    if first_s >= 0.0:
        felt(m.pulses[target], now, first_s, m.law.half_life_s)


def line_up(m: State, now: float, a: Arrival) -> int:
    """Write down the hops that a request goes through, the first choice first; how many there are."""
    rule = m.law.routes[a.route]
    at = a.slot * m.law.width
    hops = _fitting(m, a, at)
    _prefer(m, now, a, hops)
    if rule.smaller >= 0:
        m.turns[at + hops] = rule.smaller
        hops += 1
    return hops


def _prefer(m: State, now: float, a: Arrival, hops: int) -> None:
    """Put the first choice first."""
    rule = m.law.routes[a.route]
    at = a.slot * m.law.width
    how = COST if _crowded(m, rule.relief) == 1 else rule.picks
    if hops == 1 or (how == ORDER and rule.slow_s == 0.0):
        return
    if how == WEIGHT:
        _draw(m, at, hops, a.luck)
    elif how != ORDER:
        _sort(m, now, at, hops, how, a)
    if rule.slow_s > 0.0:
        _slow_last(m, now, at, hops, rule.slow_s)


def _crowded(m: State, relief: float) -> int:
    """1 if so large a share of the places is taken that a route goes to its cheapest target first."""
    return 1 if relief > 0.0 and float(m.desk.in_flight) >= relief * m.desk.limit else 0


def all_slow(m: State, now: float, route: int) -> int:
    """1 if every target of a route is known to be slower than it may be."""
    rule = m.law.routes[route]
    if rule.slow_s <= 0.0:
        return 0
    for hop in range(rule.begin, rule.end):
        if _is_slow(m, now, hop, rule.slow_s) == 0:
            return 0
    return 1


def _is_slow(m: State, now: float, hop: int, slow_s: float) -> int:
    return slow(m.pulses[m.law.hops[hop].target], now, slow_s, m.law.half_life_s)


def _fitting(m: State, a: Arrival, at: int) -> int:
    """The hops of the first way that fits; all hops of the route where none does."""
    law = m.law
    rule = law.routes[a.route]
    for index in range(rule.ways, rule.ways_end):
        way = law.ways[index]
        fits = way.least <= a.tokens_in and a.tokens_in <= way.most
        if fits and way.tenant in (-1, a.tenant) and way.journey in (-1, a.journey):
            for place in range(way.begin, way.end):
                m.turns[at + place - way.begin] = law.way_hops[place]
            return way.end - way.begin
    for hop in range(rule.begin, rule.end):
        m.turns[at + hop - rule.begin] = hop
    return rule.end - rule.begin


def _draw(m: State, at: int, hops: int, luck: float) -> None:
    """One of the hops by its weight in front, the others in their order."""
    total = 0.0
    for place in range(at, at + hops):
        total += m.law.weights[m.turns[place]]
    if total <= 0.0:
        return
    passed = 0.0
    for place in range(at, at + hops):
        passed += m.law.weights[m.turns[place]] / total
        if luck < passed:
            drawn = m.turns[place]
            for behind in range(place, at, -1):
                m.turns[behind] = m.turns[behind - 1]
            m.turns[at] = drawn
            return


def _sort(m: State, now: float, at: int, hops: int, how: int, a: Arrival) -> None:
    """By rank, the smallest first; those of equal rank stay as they are."""
    for place in range(hops):
        hop = m.turns[at + place]
        mine = _rank(m, now, hop, how, a)
        to = place
        while to > 0 and m.ranks[to - 1] > mine:
            m.ranks[to] = m.ranks[to - 1]
            m.turns[at + to] = m.turns[at + to - 1]
            to -= 1
        m.ranks[to] = mine
        m.turns[at + to] = hop


def _rank(m: State, now: float, hop: int, how: int, a: Arrival) -> float:
    target = m.law.hops[hop].target
    explores = 1 if a.luck < EXPLORED else 0
    if how == ERRORS:
        # Some requests keep the order of the file, so that a recovery is seen.
        return 0.0 if explores == 1 else float(ill(m.healths[target], now, m.law.half_life_s))
    price = 0.0
    if how == COST:
        cost = m.law.costs[target]
        price = float(a.tokens_in * cost.input + a.tokens_out * cost.output)
    weight = m.law.weights[hop] if how == LOAD else 1.0
    return rank(how, price, m.pulses[target], m.loads[target], weight, explores)


def _slow_last(m: State, now: float, at: int, hops: int, slow_s: float) -> None:
    """The hops whose target is known to be slow behind the others; where all are, nothing changes."""
    well = behind = 0
    for place in range(at, at + hops):
        hop = m.turns[place]
        if _is_slow(m, now, hop, slow_s) == 1:
            m.aside[behind] = hop
            behind += 1
        else:
            m.turns[at + well] = hop
            well += 1
    for place in range(behind):
        m.turns[at + well + place] = m.aside[place]
