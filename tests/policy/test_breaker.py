"""A breaker is judged by a list of what happened, kept beside it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archwright.policy import breaker
from archwright.policy.breaker import ADMITTED, CLOSED, HALF_OPEN, OPEN, REFUSED, Breaker

EVENTS = st.lists(
    st.tuples(st.sampled_from(("admit", "good", "bad", "leave")), st.floats(0, 3), st.integers(0, 10**6)), max_size=120
)
BREAKERS = st.builds(Breaker, st.integers(1, 4), st.floats(0.5, 5), st.integers(1, 3))


def test_it_opens_after_failures_in_a_row_only() -> None:
    law = Breaker(3, 10.0, 1)
    circuit = breaker.closed()
    for good in (0, 0, 1, 0, 0):
        circuit = breaker.record(law, circuit, 1.0, ADMITTED, good)
    assert circuit.phase == CLOSED
    circuit = breaker.record(law, circuit, 2.0, ADMITTED, 0)
    assert circuit.phase == OPEN
    assert breaker.admit(law, circuit, 11.9).verdict == REFUSED
    assert breaker.admit(law, circuit, 12.0).verdict > ADMITTED


def test_a_breaker_that_never_opens() -> None:
    law = Breaker(0, 10.0, 1)
    circuit = breaker.closed()
    for _ in range(20):
        circuit = breaker.record(law, circuit, 1.0, ADMITTED, 0)
        assert breaker.admit(law, circuit, 1.0).verdict == ADMITTED


def test_good_probes_close_it_and_a_bad_one_opens_it_again() -> None:
    law = Breaker(1, 5.0, 2)
    circuit = breaker.record(law, breaker.closed(), 0.0, ADMITTED, 0)
    first = breaker.admit(law, circuit, 5.0)
    second = breaker.admit(law, first.circuit, 5.0)
    assert breaker.admit(law, second.circuit, 5.0).verdict == REFUSED
    circuit = breaker.record(law, second.circuit, 6.0, first.verdict, 1)
    assert circuit.phase == HALF_OPEN
    assert breaker.admit(law, circuit, 6.0).verdict == REFUSED
    assert breaker.record(law, circuit, 6.0, second.verdict, 1).phase == CLOSED
    assert breaker.record(law, circuit, 6.0, second.verdict, 0).phase == OPEN


def test_a_probe_of_an_earlier_time_says_nothing() -> None:
    law = Breaker(1, 5.0, 2)
    circuit = breaker.record(law, breaker.closed(), 0.0, ADMITTED, 0)
    early = breaker.admit(law, circuit, 5.0)
    late = breaker.admit(law, early.circuit, 5.0)
    circuit = breaker.record(law, late.circuit, 6.0, early.verdict, 0)
    now = breaker.admit(law, circuit, 11.0)
    assert breaker.record(law, now.circuit, 11.5, late.verdict, 0) == now.circuit
    assert breaker.release(now.circuit, late.verdict) == now.circuit


@given(BREAKERS, EVENTS)
def test_an_open_circuit_lets_only_its_probes_through(law: Breaker, events: list[tuple[str, float, int]]) -> None:
    circuit = breaker.closed()
    now = 0.0
    under_way: list[tuple[int, int]] = []  # (verdict, era)
    for what, pause, pick in events:
        now += pause
        if what == "admit":
            phase = circuit.phase
            admission = breaker.admit(law, circuit, now)
            circuit = admission.circuit
            if admission.verdict != REFUSED:
                under_way.append((admission.verdict, circuit.era))
            if phase == OPEN and admission.verdict != REFUSED:
                assert now >= circuit.opened_at + law.open_s
        elif under_way:
            verdict, _ = under_way.pop(pick % len(under_way))
            if what == "leave":
                circuit = breaker.release(circuit, verdict)
            else:
                circuit = breaker.record(law, circuit, now, verdict, int(what == "good"))
        probes = sum(verdict > ADMITTED and era == circuit.era for verdict, era in under_way)
        if circuit.phase == HALF_OPEN:
            assert circuit.probing == probes
            assert probes + circuit.good <= law.probes
        assert circuit.failures <= law.failures
