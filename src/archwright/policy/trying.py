"""Which target is called next for a request that has a place, and what is left when there is none."""

from __future__ import annotations

from archwright.policy.breaker import REFUSED, admit, record
from archwright.policy.bucket import draw, put_back
from archwright.policy.choose import learn, unusual
from archwright.policy.copies import copied
from archwright.policy.ending import answered, target_of
from archwright.policy.health import noted
from archwright.policy.lanes import BATCH
from archwright.policy.outbox import call, sleep
from archwright.policy.retry import allowed, spend
from archwright.policy.route import CALLER, OK, good
from archwright.policy.router import called, returned
from archwright.policy.state import DEGRADED, FAILED, STALE, Ended, State


def attempt(m: State, now: float, slot: int) -> None:
    """Call the next target that takes it; when there is none, go down the ladder."""
    item = m.slots[slot]
    rule = m.law.routes[item.route]
    while item.hop < item.hops and now < item.deadline:
        if rule.smaller >= 0 and item.hop + 1 == item.hops and _kept(m, now, slot) == 1:
            break
        verdict = _admitted(m, now, slot, item.hop)
        if verdict != REFUSED:
            item.verdict = verdict
            item.tries += 1
            _call(m, now, slot, item.hop)
            item.attempt = item.attempts
            if rule.hedge_s > 0.0 and item.hop + 1 < item.hops and now + rule.hedge_s < item.deadline:
                sleep(m, slot, now + rule.hedge_s)
            return
        item.hop += 1
        item.tries = 0
    if _kept(m, now, slot) == 1:
        answered(m, now, slot, STALE, 0.0)
    else:
        answered(m, now, slot, DEGRADED if rule.degrades == 1 else FAILED, 0.0)


def _kept(m: State, now: float, slot: int) -> int:
    """1 if an answer was kept that is not too old to be given instead of none."""
    item = m.slots[slot]
    rule = m.law.routes[item.route]
    return 1 if item.kept == 1 and rule.stale_s > 0.0 and now - item.kept_at < rule.fresh_s + rule.stale_s else 0


def hedge(m: State, now: float, slot: int) -> None:
    """Nothing has come so far: call the next target beside, if a retry can be paid for it."""
    item = m.slots[slot]
    retries = m.law.retries[item.route]
    if item.begun != 0 or item.second != 0 or item.lost != 0 or allowed(retries, m.saved[item.route]) == 0:
        return
    end = item.hops - 1 if m.law.routes[item.route].smaller >= 0 else item.hops
    for hop in range(item.hop + 1, end):
        verdict = _admitted(m, now, slot, hop)
        if verdict != REFUSED:
            m.saved[item.route] = spend(retries, m.saved[item.route])
            _call(m, now, slot, hop)
            item.second = item.attempts
            item.second_hop = hop
            item.second_verdict = verdict
            item.second_tries = 1
            return


def returned_with(m: State, now: float, target: int, verdict: int, e: Ended) -> None:
    """Note what an attempt that ended says about its target."""
    law = m.law.breakers[target]
    well = good(e.outcome)
    if e.first_s >= 0.0 and (law.slower > 0.0 or m.law.floor > 0):
        if unusual(m.pulses[target], e.first_s, law.slower) == 1:
            well = 0
        learn(m.pulses[target], now, e.first_s, m.law.half_life_s)
    if m.law.heeds == 1 and e.outcome != CALLER:
        noted(m.healths[target], now, 0.0 if e.outcome == OK else 1.0, m.law.half_life_s)
    returned(m, target, e.slot, now, e.first_s)
    record(law, m.circuits[target], now, verdict, well)


def _admitted(m: State, now: float, slot: int, hop: int) -> int:
    """How a target lets a call through, if it does. The last one of an order is spared neither ramp nor overflow."""
    item = m.slots[slot]
    target = target_of(m, slot, hop)
    last = hop + 1 >= item.hops
    if _too_dear(m, slot, target):
        return REFUSED
    tokens = float(item.tokens_in + item.tokens_out)
    bought = m.law.provisioned[target]
    if draw(bought, m.reserves[target], now, tokens) > 0.0 and not last:
        return REFUSED
    luck = 0.0 if last else item.luck
    verdict = admit(m.law.breakers[target], m.circuits[target], now, luck)
    if verdict == REFUSED:
        put_back(bought, m.reserves[target], tokens)
    return verdict


def _too_dear(m: State, slot: int, target: int) -> bool:
    """Whether one more attempt would take the request's cost beyond its bound. The first is always made.

    Beside a call that is under way it would come on top of what that may cost.
    """
    item = m.slots[slot]
    most = m.law.routes[item.route].most_cost
    if most <= 0 or item.attempts == 0:
        return False
    cost = m.law.costs[target]
    beside = 0
    if item.verdict != REFUSED:
        known = m.law.costs[target_of(m, slot, item.hop)]
        beside = item.tokens_in * known.input + item.tokens_out * known.output
    return item.cost + beside + item.tokens_in * cost.input + item.tokens_out * cost.output > most


def _call(m: State, now: float, slot: int, hop: int) -> None:
    item = m.slots[slot]
    place = m.law.hops[m.turns[slot * m.law.width + hop]]
    item.attempts += 1
    called(m, place.target, slot)
    slower = m.law.slower[place.target] if item.lane == BATCH else 1.0
    call(m, slot, place.target, hop, min(place.timeout_s * slower, item.deadline - now))
    if m.law.doubles == 1 and item.attempts == 1:
        copied(m, now, slot)
