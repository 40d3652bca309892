"""The machine's log: what it was told when and what it ordered, as lines; and the log run again on a fresh machine.

A float is written with the digits that give the same float again, so that running a log again meets the same
comparisons.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from archwright.policy.machine import (
    Arrive,
    Begin,
    Call,
    Cancel,
    Copied,
    Copy,
    Event,
    Finish,
    Forget,
    Keep,
    Leave,
    Machine,
    Order,
    Reply,
    Sleep,
    Wake,
)
from archwright.policy.rules import Rules

_EVENTS: dict[str, type[Event]] = {kind.__name__: kind for kind in (Arrive, Begin, Finish, Wake, Leave, Copied)}
_ORDERS: dict[str, type[Order]] = {kind.__name__: kind for kind in (Call, Sleep, Reply, Keep, Forget, Cancel, Copy)}


class Mismatch(NamedTuple):
    """A line (from 1) at which a machine ordered something else than the log says."""

    line: int
    event: Event
    logged: list[Order]
    ordered: list[Order]


class BadLog(ValueError):
    """A line is not part of a log; the text says which."""


def opening(start: float, since: float = 0.0, spent: Sequence[int] = ()) -> bytes:
    """The first line: the time at which the machine began, and what it was told to `recall`, if anything."""
    recalled = {"since": since, "spent": list(spent)} if spent else {}
    return json.dumps({"start": start, **recalled}).encode() + b"\n"


def encode(now: float, event: Event, orders: Sequence[Order]) -> bytes:
    """One line: what the machine was told at `now`, and what it ordered."""
    return json.dumps([now, _named(event), [_named(order) for order in orders]], separators=(",", ":")).encode() + b"\n"


def replay(rules: Rules, lines: Iterable[bytes], start: float | None = None) -> list[Mismatch]:
    """Tell a fresh machine what the log says and compare what it orders.

    Args:
        rules: what the machine is to decide by.
        lines: the log, its opening first.
        start: when the machine begins, if not when the opening says.

    Raises:
        BadLog: a line cannot be read; a last line that was torn off is left out.
    """
    source = iter(lines)
    machine = _begun(rules, next(source, b""), start)
    found = []
    for number, line in enumerate(source, 2):
        if not line.endswith(b"\n"):
            break
        now, event, logged = _read(number, line)
        ordered = machine.handle(now, event)
        if ordered != logged:
            found.append(Mismatch(number, event, logged, ordered))
    return found


def openings(rules: Rules, lines: Iterable[bytes]) -> int:
    """How often a breaker opened, by the log.

    Raises:
        BadLog: a line cannot be read; a last line that was torn off is left out.
    """
    source = iter(lines)
    machine = _begun(rules, next(source, b""), None)
    for number, line in enumerate(source, 2):
        if line.endswith(b"\n"):
            now, event, _ = _read(number, line)
            machine.handle(now, event)
    return sum(circuit.era for circuit in machine.circuits)


def _named(item: Event | Order) -> list[Any]:
    return [type(item).__name__, *item]


def _begun(rules: Rules, line: bytes, start: float | None) -> Machine:
    """The machine as the opening says."""
    if start is not None:
        return Machine(rules, start)
    try:
        told = json.loads(line)
        machine = Machine(rules, float(told["start"]))
        if "spent" in told:
            machine.recall(float(told["since"]), [int(amount) for amount in told["spent"]])
    except (ValueError, KeyError, TypeError) as error:
        raise BadLog(f"line 1 does not say when the machine began: {error}") from error
    return machine


def _read(number: int, line: bytes) -> tuple[float, Event, list[Order]]:
    try:
        now, event, orders = json.loads(line)
        return now, _EVENTS[event[0]](*event[1:]), [_ORDERS[order[0]](*order[1:]) for order in orders]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise BadLog(f"line {number} is no event of a machine: {error}") from error
