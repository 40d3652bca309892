"""A copy of some requests goes to a model beside the one that answers: nobody waits for it, and nobody sees it.

A copy has places of its own, neither retries nor fallbacks, and is paid from the same budgets. What becomes of it says
nothing about its request, nor of the target to the requests that it serves.
"""

from __future__ import annotations

from archwright.policy.breaker import CLOSED
from archwright.policy.budget import reserve, settle
from archwright.policy.lanes import BATCH
from archwright.policy.outbox import copy
from archwright.policy.state import State


def copied(m: State, now: float, slot: int) -> None:
    """Order a copy of a request that is called for, if it is one of those that are copied and there is room for it."""
    item = m.slots[slot]
    rule = m.law.routes[item.route]
    if rule.copied <= 0.0 or m.copies[item.route] >= rule.copies or m.circuits[rule.copier].phase != CLOSED:
        return
    many = item.luck * 1048576.0  # other digits of the same luck: neither its target nor its ramp is drawn with them
    if many - float(int(many)) >= rule.copied:
        return
    price = m.law.costs[rule.copier]
    cost = item.tokens_in * price.input + item.tokens_out * price.output
    if reserve(m.law.caps[0], m.spent[0], now, cost) == 0:
        return
    if item.tenant >= 0 and reserve(m.law.caps[1 + item.tenant], m.spent[1 + item.tenant], now, cost) == 0:
        settle(m.spent[0], cost, 0)
        return
    m.copies[item.route] += 1
    slower = m.law.slower[rule.copier] if item.lane == BATCH else 1.0
    copy(m, slot, rule.copier, cost, rule.copy_s * slower)


def paid(m: State, route: int, tenant: int, reserved: int, cost: int) -> None:
    """A copy has ended: its place is free, and what was reserved for it is replaced by what it cost (pico-dollars)."""
    m.copies[route] -= 1
    settle(m.spent[0], reserved, cost)
    if tenant >= 0:
        settle(m.spent[1 + tenant], reserved, cost)
