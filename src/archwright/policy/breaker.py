"""Circuit breaker: a target that fails several times in a row is left alone, then probed, then used again."""

from __future__ import annotations

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


class Circuit(NamedTuple):
    """Phase, failures in a row, time of opening, probes under way, good probes since it was half open, and openings.

    `era` counts how often it has opened, so that a probe of an earlier half-open phase is known when it ends.
    """

    phase: int
    failures: int
    opened_at: float
    probing: int
    good: int
    era: int


class Admission(NamedTuple):
    """The circuit afterwards and whether the call may go: REFUSED, ADMITTED, or PROBE and more (PROBE plus the era)."""

    circuit: Circuit
    verdict: int


def closed() -> Circuit:
    """A circuit in use."""
    return Circuit(CLOSED, 0, 0.0, 0, 0, 0)


def admit(breaker: Breaker, circuit: Circuit, now: float) -> Admission:
    """May a call go to the target now? Through an open circuit at most `probes` calls pass at once."""
    if breaker.failures <= 0 or circuit.phase == CLOSED:
        return Admission(circuit, ADMITTED)
    if circuit.phase == OPEN:
        if now < circuit.opened_at + breaker.open_s:
            return Admission(circuit, REFUSED)
        probing = Circuit(HALF_OPEN, circuit.failures, circuit.opened_at, 1, 0, circuit.era)
        return Admission(probing, PROBE + circuit.era)
    if circuit.probing + circuit.good < breaker.probes:
        return Admission(_half_open(circuit, circuit.probing + 1, circuit.good), PROBE + circuit.era)
    return Admission(circuit, REFUSED)


def record(breaker: Breaker, circuit: Circuit, now: float, verdict: int, good: int) -> Circuit:
    """Note how an admitted call ended: `good` is 1, or 0 for a failure.

    A call that was admitted before the circuit last opened says nothing about the target now, so it is not counted
    while the circuit is open or half open.
    """
    if breaker.failures <= 0:
        return circuit
    if circuit.phase == CLOSED and verdict == ADMITTED:
        if good == 1:
            return Circuit(CLOSED, 0, circuit.opened_at, 0, 0, circuit.era)
        failures = circuit.failures + 1
        if failures >= breaker.failures:
            return Circuit(OPEN, failures, now, 0, 0, circuit.era + 1)
        return Circuit(CLOSED, failures, circuit.opened_at, 0, 0, circuit.era)
    if circuit.phase == HALF_OPEN and verdict == PROBE + circuit.era:
        if good == 0:
            return Circuit(OPEN, circuit.failures, now, 0, 0, circuit.era + 1)
        if circuit.good + 1 >= breaker.probes:
            return Circuit(CLOSED, 0, circuit.opened_at, 0, 0, circuit.era)
        return _half_open(circuit, circuit.probing - 1, circuit.good + 1)
    return circuit


def release(circuit: Circuit, verdict: int) -> Circuit:
    """Give back the place of a probe that ended without saying anything (the client left)."""
    if circuit.phase == HALF_OPEN and verdict == PROBE + circuit.era:
        return _half_open(circuit, circuit.probing - 1, circuit.good)
    return circuit


def _half_open(circuit: Circuit, probing: int, good: int) -> Circuit:
    return Circuit(HALF_OPEN, circuit.failures, circuit.opened_at, probing, good, circuit.era)
