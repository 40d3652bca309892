"""Circuit breaker: a target that fails several times in a row is left alone, probed, and used again bit by bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

CLOSED = 0
OPEN = 1
HALF_OPEN = 2

REFUSED = 0
ADMITTED = 1
PROBE = 2


FIRST_SHARE = 0.1  # of the calls that are let through as soon as a circuit with a ramp is closed again


class Breaker(NamedTuple):
    """Opens after `failures` in a row (0: never), stays open `open_s` seconds, closes after `probes` good probes.

    Then the share of calls that it lets through grows for `ramp_s` (0: all of them at once). An answer that takes
    `slower` times as long to begin as the target's usually do counts as a failure (0: it does not).
    """

    failures: int
    open_s: float
    probes: int
    ramp_s: float = 0.0
    slower: float = 0.0


@dataclass(slots=True)
class Circuit:
    """Phase, failures in a row, time of opening, probes under way, good probes since it was half open, and openings.

    `era` counts how often it has opened, so that a probe of an earlier half-open phase is known when it ends.
    `closed_at` is when it was closed for the last time.
    """

    phase: int = CLOSED
    failures: int = 0
    opened_at: float = 0.0
    probing: int = 0
    good: int = 0
    era: int = 0
    closed_at: float = 0.0


def share(breaker: Breaker, circuit: Circuit, now: float) -> float:
    """The share of calls that a closed circuit lets through: from FIRST_SHARE up to 1.0 at the end of its ramp."""
    if breaker.ramp_s <= 0.0 or circuit.era == 0 or now >= circuit.closed_at + breaker.ramp_s:
        return 1.0
    return FIRST_SHARE + (1.0 - FIRST_SHARE) * max(0.0, now - circuit.closed_at) / breaker.ramp_s


def admit(breaker: Breaker, circuit: Circuit, now: float, luck: float = 0.0) -> int:
    """May a call go to the target now: REFUSED, ADMITTED, or PROBE and more (PROBE plus the era).

    Through an open circuit at most `probes` calls pass at once. `luck` in [0, 1) decides on a ramp; 0.0 always passes.
    """
    if breaker.failures <= 0:
        return ADMITTED
    if circuit.phase == CLOSED:
        return ADMITTED if luck < share(breaker, circuit, now) else REFUSED
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
            _close(circuit, now)


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


def _close(circuit: Circuit, now: float) -> None:
    circuit.phase = CLOSED
    circuit.closed_at = now
    circuit.failures = 0
    circuit.probing = 0
    circuit.good = 0
