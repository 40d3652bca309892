"""A breaker is judged by a list of what happened, kept beside it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from archwright.policy import breaker
from archwright.policy.breaker import ADMITTED, CLOSED, HALF_OPEN, OPEN, REFUSED, Breaker, Circuit

EVENTS = st.lists(
    st.tuples(st.sampled_from(("admit", "good", "bad", "leave")), st.floats(0, 3), st.integers(0, 10**6)), max_size=120
)
BREAKERS = st.builds(Breaker, st.integers(1, 4), st.floats(0.5, 5), st.integers(1, 3))


def failed(law: Breaker) -> Circuit:
    """A circuit after one failure at 0 s."""
    circuit = Circuit()
    breaker.record(law, circuit, 0.0, ADMITTED, 0)
    return circuit


def test_it_opens_after_failures_in_a_row_only() -> None:
    law = Breaker(3, 10.0, 1)
    circuit = Circuit()
    for good in (0, 0, 1, 0, 0):
        breaker.record(law, circuit, 1.0, ADMITTED, good)
    assert circuit.phase == CLOSED
    breaker.record(law, circuit, 2.0, ADMITTED, 0)
    assert circuit.phase == OPEN
    assert breaker.admit(law, circuit, 11.9) == REFUSED
    assert breaker.admit(law, circuit, 12.0) > ADMITTED


def test_a_breaker_that_never_opens() -> None:
    law = Breaker(0, 10.0, 1)
    circuit = Circuit()
    for _ in range(20):
        breaker.record(law, circuit, 1.0, ADMITTED, 0)
        assert breaker.admit(law, circuit, 1.0) == ADMITTED


def test_good_probes_close_it_and_a_bad_one_opens_it_again() -> None:
    law = Breaker(1, 5.0, 2)
    circuit = failed(law)
    first, second = breaker.admit(law, circuit, 5.0), breaker.admit(law, circuit, 5.0)
    assert breaker.admit(law, circuit, 5.0) == REFUSED
    breaker.record(law, circuit, 6.0, first, 1)
    assert circuit.phase == HALF_OPEN
    assert breaker.admit(law, circuit, 6.0) == REFUSED
    other = replace(circuit)
    breaker.record(law, circuit, 6.0, second, 1)
    breaker.record(law, other, 6.0, second, 0)
    assert (circuit.phase, other.phase) == (CLOSED, OPEN)


def test_a_probe_of_an_earlier_time_says_nothing() -> None:
    law = Breaker(1, 5.0, 2)
    circuit = failed(law)
    early, late = breaker.admit(law, circuit, 5.0), breaker.admit(law, circuit, 5.0)
    breaker.record(law, circuit, 6.0, early, 0)
    breaker.admit(law, circuit, 11.0)
    before = replace(circuit)
    breaker.record(law, circuit, 11.5, late, 0)
    breaker.release(circuit, late)
    assert circuit == before


@given(BREAKERS, EVENTS)
def test_an_open_circuit_lets_only_its_probes_through(law: Breaker, events: list[tuple[str, float, int]]) -> None:
    circuit = Circuit()
    now = 0.0
    under_way: list[tuple[int, int]] = []  # (verdict, era)
    for what, pause, pick in events:
        now += pause
        if what == "admit":
            phase = circuit.phase
            verdict = breaker.admit(law, circuit, now)
            if verdict != REFUSED:
                under_way.append((verdict, circuit.era))
            if phase == OPEN and verdict != REFUSED:
                assert now >= circuit.opened_at + law.open_s
        elif under_way:
            verdict, _ = under_way.pop(pick % len(under_way))
            if what == "leave":
                breaker.release(circuit, verdict)
            else:
                breaker.record(law, circuit, now, verdict, int(what == "good"))
        probes = sum(verdict > ADMITTED and era == circuit.era for verdict, era in under_way)
        if circuit.phase == HALF_OPEN:
            assert circuit.probing == probes
            assert probes + circuit.good <= law.probes
        assert circuit.failures <= law.failures
