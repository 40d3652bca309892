"""Circuit breaker: a target that fails several times in a row is left alone, then probed, then used again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

CLOSED = 0
OPEN = 1
HALF_OPEN = 2

REFUSED = 0
ADMITTED = 1
PROBE = 2


class Breaker(NamedTuple):
    """Opens after `failures` in a row (0: never), stays open `open_s` seconds, closes after `probes` good probes."""

    failures: int
    open_s: float
    probes: int


@dataclass(slots=True)
class Circuit:
    """Phase, failures in a row, time of opening, probes under way, good probes since it was half open, and openings.

    `era` counts how often it has opened, so that a probe of an earlier half-open phase is known when it ends.
    """

    phase: int = CLOSED
    failures: int = 0
    opened_at: float = 0.0
    probing: int = 0
    good: int = 0
    era: int = 0


def admit(breaker: Breaker, circuit: Circuit, now: float) -> int:
    """May a call go to the target now: REFUSED, ADMITTED, or PROBE and more (PROBE plus the era).

    Through an open circuit at most `probes` calls pass at once.
    """
    if breaker.failures <= 0 or circuit.phase == CLOSED:
        return ADMITTED
    if circuit.phase == OPEN:
        if now < circuit.opened_at + breaker.open_s:
            return REFUSED
        circuit.phase = HALF_OPEN
        circuit.probing = 1
        circuit.good = 0
        return PROBE + circuit.era
    if circuit.probing + circuit.good < breaker.probes:
        circuit.probing += 1
        return PROBE + circuit.era
    return REFUSED


def record(breaker: Breaker, circuit: Circuit, now: float, verdict: int, good: int) -> None:
    """Note how an admitted call ended: `good` is 1, or 0 for a failure.

    A call that was admitted before the circuit last opened says nothing about the target now, so it is not counted
    while the circuit is open or half open.
    """
    if breaker.failures <= 0:
        return
    if circuit.phase == CLOSED and verdict == ADMITTED:
        circuit.failures = 0 if good == 1 else circuit.failures + 1
        if circuit.failures >= breaker.failures:
            _open(circuit, now)
    elif circuit.phase == HALF_OPEN and verdict == PROBE + circuit.era:
        circuit.probing -= 1
        circuit.good += good
        if good == 0:
            _open(circuit, now)
        elif circuit.good >= breaker.probes:
            _close(circuit)


def release(circuit: Circuit, verdict: int) -> None:
    """Give back the place of a probe that ended without saying anything (the client left)."""
    if circuit.phase == HALF_OPEN and verdict == PROBE + circuit.era:
        circuit.probing -= 1


def _open(circuit: Circuit, now: float) -> None:
    circuit.phase = OPEN
    circuit.opened_at = now
    circuit.probing = 0
    circuit.good = 0
    circuit.era += 1


def _close(circuit: Circuit) -> None:
    circuit.phase = CLOSED
    circuit.failures = 0
    circuit.probing = 0
    circuit.good = 0
