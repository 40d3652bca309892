"""Whether a request is let in: limits of its tenant, answers that are kept, money, and how long it would wait."""

from __future__ import annotations

from archwright.policy.bucket import draw, put_back
from archwright.policy.budget import reserve, settle
from archwright.policy.choose import unusual
from archwright.policy.lanes import NORMAL
from archwright.policy.route import OVERLOAD, TIMEOUT
from archwright.policy.router import all_slow
from archwright.policy.state import ANSWERED, CACHED, OVER_BUDGET, OVER_RATE, STALE, Arrival, Ended, State

CUT = 0.9  # places that are left when targets become slow
TWICE = 2.0  # an answer that takes so many times as long as is usual says that there are too many at once


def refusal(m: State, now: float, a: Arrival) -> tuple[int, float]:
    """How a request is answered at once, and when its client may come back; ANSWERED: it is not."""
    rule = m.law.routes[a.route]
    wait = _too_soon(m, now, a) if a.tenant >= 0 else 0.0
    if wait > 0.0:
        return OVER_RATE, wait
    known = a.key != 0 and a.age >= 0.0
    if known and a.age < rule.fresh_s:
        return CACHED, 0.0
    if known and rule.stale_s > 0.0 and a.age < rule.fresh_s + rule.stale_s and all_slow(m, now, a.route) == 1:
        return STALE, 0.0
    if reserve(m.law.caps[0], m.spent[0], now, a.cost) == 0:
        return OVER_BUDGET, 0.0
    if a.tenant >= 0 and reserve(m.law.caps[1 + a.tenant], m.spent[1 + a.tenant], now, a.cost) == 0:
        settle(m.spent[0], a.cost, 0)
        return OVER_BUDGET, 0.0
    return ANSWERED, 0.0


def priority_of(m: State, a: Arrival) -> int:
    """How urgent a request is, by its journey."""
    return m.law.priorities[a.journey] if a.journey >= 0 and a.journey < len(m.law.priorities) else NORMAL


def expected_wait(m: State, lane: int) -> float:
    """Seconds until a request that comes now has a place, by how long places were held lately; 0.0: nobody knows."""
    if m.law.early == 0:
        return 0.0
    return m.desk.hold_s * float(m.lanes[lane].waiting + 1) / m.desk.limit


def adapt(m: State, now: float, target: int, e: Ended) -> None:
    """Fewer places when a target is overloaded or slow, at most once in its usual time; a few more when it is not."""
    if m.law.floor <= 0:
        return
    pulse = m.pulses[target]
    if e.outcome in (OVERLOAD, TIMEOUT) or unusual(pulse, e.first_s, TWICE) == 1:
        if now >= m.desk.cut_at + pulse.usual_s:
            m.desk.limit = max(float(m.law.floor), CUT * m.desk.limit)
            m.desk.cut_at = now
    else:
        m.desk.limit = min(float(m.law.concurrency), m.desk.limit + 1.0 / m.desk.limit)


def _too_soon(m: State, now: float, a: Arrival) -> float:
    """Seconds until a tenant may ask again; 0.0: now, and it has."""
    tenant = m.law.tenants[a.tenant]
    if tenant.concurrent > 0 and m.present[a.tenant] >= tenant.concurrent:
        return tenant.again_s
    wait = draw(m.law.requests[a.tenant], m.levels[a.tenant], now, 1.0)
    if wait > 0.0:
        return wait
    wait = draw(m.law.tokens[a.tenant], m.meters[a.tenant], now, float(a.tokens_in + a.tokens_out))
    if wait > 0.0:
        put_back(m.law.requests[a.tenant], m.levels[a.tenant], 1.0)
    return wait
