"""How a request ends: its reply, its money, its place, its slot."""

from __future__ import annotations

from archwright.policy.breaker import REFUSED, release
from archwright.policy.budget import settle
from archwright.policy.lanes import part, rise
from archwright.policy.outbox import cancel, reply
from archwright.policy.router import returned
from archwright.policy.state import ANSWERED, ANSWERED_BUT, UNDER_WAY, State

HOLD_WEIGHT = 0.05  # of one request in the mean of how long places are held


def answered(m: State, now: float, slot: int, how: int, seconds: float) -> None:
    """Reply, and free what the request holds; what it owes is settled when its last call has ended."""
    item = m.slots[slot]
    reply(m, slot, how, item.hop if how == ANSWERED else -1, item.attempts, seconds)
    if item.waiting == 1:
        part(m, slot)
    if item.entered == 1:
        _learn_hold(m, now - item.entered_at)
        rise(m, slot)
    item.open = ANSWERED_BUT
    if item.lost == 0:
        close(m, slot)


def close(m: State, slot: int) -> None:
    """Settle the money of a request and free its slot."""
    item = m.slots[slot]
    settle(m.spent[0], item.reserved, item.cost)
    if item.tenant >= 0:
        settle(m.spent[1 + item.tenant], item.reserved, item.cost)
        m.present[item.tenant] -= 1
    item.open = 0
    give_back(m, slot)


def give_back(m: State, slot: int) -> None:
    """A slot is free again."""
    m.slots[slot].behind = m.desk.free
    m.desk.free = slot


def target_of(m: State, slot: int, hop: int) -> int:
    """The target at a place of the request's order."""
    return m.law.hops[m.turns[slot * m.law.width + hop]].target


def call_off(m: State, slot: int) -> None:
    """Give up the call beside the one that goes on; it is billed when it has ended."""
    item = m.slots[slot]
    cancel(m, slot, item.second)
    item.lost = item.second
    item.lost_hop = item.second_hop
    item.lost_verdict = item.second_verdict
    item.second = 0


def swap(m: State, slot: int) -> None:
    """The call beside the one under way takes its place, and the other way round."""
    item = m.slots[slot]
    hop, verdict, attempt, tries = item.hop, item.verdict, item.attempt, item.tries
    item.hop = item.second_hop
    item.verdict = item.second_verdict
    item.attempt = item.second
    item.tries = item.second_tries
    item.second_hop = hop
    item.second_verdict = verdict
    item.second_tries = tries
    item.second = attempt


def forget_calls(m: State, now: float, slot: int) -> None:
    """No call of this request will say how it ended."""
    item = m.slots[slot]
    if item.verdict != REFUSED:
        _forget(m, now, slot, target_of(m, slot, item.hop), item.verdict)
    if item.second != 0:
        _forget(m, now, slot, target_of(m, slot, item.second_hop), item.second_verdict)
    if item.lost != 0:
        _forget(m, now, slot, target_of(m, slot, item.lost_hop), item.lost_verdict)
    item.verdict = REFUSED
    item.second = 0
    item.lost = 0


def lost_ended(m: State, now: float, slot: int, cost: int) -> None:
    """The call that was called off has ended."""
    item = m.slots[slot]
    _forget(m, now, slot, target_of(m, slot, item.lost_hop), item.lost_verdict)
    item.cost += cost
    item.lost = 0
    if item.open != UNDER_WAY:
        close(m, slot)


def _forget(m: State, now: float, slot: int, target: int, verdict: int) -> None:
    returned(m, target, slot, now, -1.0)
    release(m.circuits[target], verdict)


def _learn_hold(m: State, seconds: float) -> None:
    if m.law.early == 1:
        known = m.desk.hold_s
        m.desk.hold_s = seconds if known == 0.0 else known + HOLD_WEIGHT * (seconds - known)
