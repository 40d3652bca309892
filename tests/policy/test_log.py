"""The machine's log: written, read, run again; a machine that decides otherwise is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.policy import log
from archwright.policy.breaker import Breaker
from archwright.policy.bucket import Bucket
from archwright.policy.budget import Cap
from archwright.policy.lanes import LANES
from archwright.policy.machine import Arrive, Begin, Event, Finish, Leave, Machine, Sleep, Wake
from archwright.policy.retry import RetryBudget
from archwright.policy.route import OK, OUTCOMES, TRANSIENT, Hop
from archwright.policy.rules import CacheRule, Gate, RouteRule, Rules, TenantRule

HOPS = (Hop(0, 2, 5.0, 0.1, 1.0), Hop(1, 1, 5.0, 0.1, 1.0))
RULES = Rules(
    gate=Gate(2, 2, 1.0),
    routes=(RouteRule(HOPS, 20.0, 0, False, RetryBudget(-1.0, 10.0)),),
    breakers=(Breaker(2, 3.0, 1), Breaker(2, 3.0, 1)),
    caches=(CacheRule(4.0, 2),),
    cap=Cap(10_000, 100.0),
    tenants=(TenantRule(Cap(0, 100.0), Bucket(5.0, 5.0)),),
)


class Writer:
    """A machine that is logged."""

    def __init__(self, start: float = 0.1) -> None:
        self.machine = Machine(RULES, start)
        self.lines = [log.opening(start)]

    def tell(self, now: float, event: Event) -> None:
        orders = self.machine.handle(now, event)
        self.lines.append(log.encode(now, event, orders))
        for order in orders:
            if isinstance(order, Sleep):
                self.slept = order


def failures(count: int) -> Writer:
    writer = Writer()
    for number in range(1, count + 1):
        now = number * 0.3 + 1 / 3
        writer.tell(now, Arrive(number, 0, -1, 0, 5))
        writer.tell(now + 0.1, Finish(number, TRANSIENT, 1, 0.0, 0.7))
        writer.tell(writer.slept.until, Wake(number, writer.slept.ticket))
        writer.tell(writer.slept.until + 0.01, Finish(number, OK, 1, 0.0, 0.1))
    return writer


def test_a_log_run_again_is_the_same() -> None:
    assert log.replay(RULES, failures(5).lines) == []


def test_the_log_says_how_often_a_breaker_opened() -> None:
    writer = failures(1)
    assert log.openings(RULES, writer.lines) == 0
    for number in (2, 3):
        writer.tell(2.0 * number, Arrive(number, 0, -1, 0, 5))
        writer.tell(2.0 * number + 0.1, Finish(number, TRANSIENT, 1, 0.0, 0.7))
    assert log.openings(RULES, writer.lines) == 1


def test_a_machine_that_decides_otherwise_is_found() -> None:
    writer = Writer()
    for number in range(1, 4):
        writer.tell(float(number), Arrive(number, 0, -1, 0, 5))
        for _ in range(3):
            writer.tell(number + 0.1, Finish(number, TRANSIENT, 1, 2.0, 0.0))
            if number in writer.machine.open:
                writer.tell(number + 0.2, Wake(number, writer.slept.ticket))
    mutant = RULES._replace(breakers=tuple(item._replace(failures=item.failures + 1) for item in RULES.breakers))
    assert log.replay(RULES, writer.lines) == []
    found = log.replay(mutant, writer.lines)
    assert found
    assert found[0].logged != found[0].ordered
    assert writer.lines[found[0].line - 1] == log.encode(
        float(writer.lines[found[0].line - 1].split(b",")[0][1:]), found[0].event, found[0].logged
    )


def test_another_start_is_another_run() -> None:
    writer = Writer()
    for number in range(1, 7):
        writer.tell(0.1 + number / 1000, Arrive(number, 0, 0, 0, 1))
    assert log.replay(RULES, writer.lines) == []
    assert log.replay(RULES, writer.lines, start=-500.0) == log.replay(RULES, writer.lines)


def test_a_line_that_was_torn_off_is_left_out() -> None:
    lines = failures(2).lines
    assert log.replay(RULES, [*lines[:-1], lines[-1][:-7]]) == []


@pytest.mark.parametrize("bad", [b"[]\n", b"{}\n", b'[1,["Nothing",1],[]]\n', b'[1,["Wake"],[]]\n', b"no json\n"])
def test_a_line_that_is_none_is_refused_with_its_number(bad: bytes) -> None:
    lines = failures(1).lines
    with pytest.raises(log.BadLog, match="line 3"):
        log.replay(RULES, [*lines[:2], bad, *lines[2:]])


def test_a_log_without_an_opening_is_refused() -> None:
    with pytest.raises(log.BadLog, match="line 1"):
        log.replay(RULES, failures(1).lines[1:])


times = st.floats(0, 1e6, allow_nan=False)
LANE = st.sampled_from(range(len(LANES)))
events = st.one_of(
    st.builds(
        Arrive,
        st.integers(1, 30),
        st.just(0),
        st.integers(-1, 0),
        st.integers(0, 2**63 - 1),
        st.integers(0, 10**15),
        st.integers(0, 10**6),
        st.integers(0, 10**6),
        st.integers(-1, 3),
        st.floats(0, 1),
        st.sampled_from(LANES).map(LANES.index),
    ),
    st.builds(Begin, st.integers(1, 30)),
    st.builds(
        Finish, st.integers(1, 30), st.integers(0, len(OUTCOMES) - 1), st.integers(0, 10**15), times, st.floats(0, 1)
    ),
    st.builds(Wake, st.integers(1, 30), st.integers(0, 6)),
    st.builds(Leave, st.integers(1, 30), st.integers(0, 10**15)),
)


@given(st.lists(st.tuples(st.floats(0, 3, allow_nan=False), events), max_size=60), times)
def test_any_log_run_again_is_the_same(steps: list[tuple[float, Event]], start: float) -> None:
    writer = Writer(start)
    now = start
    for pause, event in steps:
        if isinstance(event, Arrive) and event.request in writer.machine.open:
            continue
        now += pause
        writer.tell(now, event)
    assert log.replay(RULES, writer.lines) == []
