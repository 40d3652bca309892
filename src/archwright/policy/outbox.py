"""Orders are written down one after the other; who told the machine something reads them before the next event."""

from __future__ import annotations

from archwright.policy.state import CALL, CANCEL, COPIED, COPY, KEEP, REPLY, SLEEP, Order, State


def call(m: State, slot: int, target: int, hop: int, seconds: float) -> None:
    """Order that a target is called, the one at the place `hop` of the request's order."""
    item = m.slots[slot]
    order = _next(m, CALL, slot)
    order.target = target
    order.attempt = item.attempts
    order.hop = hop
    order.seconds = seconds


def sleep(m: State, slot: int, until: float) -> None:
    """Order that the request is woken at `until`; sleeps that it was told of before wake it no more."""
    item = m.slots[slot]
    item.ticket += 1
    order = _next(m, SLEEP, slot)
    order.ticket = item.ticket
    order.seconds = until


def reply(m: State, slot: int, how: int, hop: int, attempts: int, seconds: float) -> None:
    """Order what the client is told."""
    order = _next(m, REPLY, slot)
    order.how = how
    order.hop = hop
    order.attempt = attempts
    order.seconds = seconds


def keep(m: State, slot: int, cache: int, key: int) -> None:
    """Order that the answer is stored."""
    order = _next(m, KEEP, slot)
    order.target = cache
    order.key = key


def copy(m: State, slot: int, target: int, reserved: int, seconds: float) -> None:
    """Order that a target is called with a copy of the request, for which so much money is reserved."""
    order = _next(m, COPY, slot)
    order.target = target
    order.attempt = COPIED
    order.key = reserved
    order.seconds = seconds


def cancel(m: State, slot: int, attempt: int) -> None:
    """Order that a call is called off."""
    _next(m, CANCEL, slot).attempt = attempt


def _next(m: State, kind: int, slot: int) -> Order:
    order = m.orders[m.desk.orders]
    m.desk.orders += 1
    order.kind = kind
    order.slot = slot
    return order
