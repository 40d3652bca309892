"""Whatever the design: everything that begins ends once, and nothing stays behind."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from archwright.analysis.stress.engine import _Simulation
from archwright.plan.model import Change, Gateway, Plan, Step, Tenant, TokenLaw
from archwright.plan.workload import path, visits
from tests.analysis.stress import designs as d

LASTS_S = 40.0
STEPS = st.builds(
    d.step,
    station=st.integers(0, 1),
    route=st.integers(-1, 1),
    tokens_out=st.sampled_from((TokenLaw(20.0, 0.5), TokenLaw(150.0, 0.5))),
    probability=st.sampled_from((0.4, 1.0)),
    repeat_mean=st.sampled_from((1.0, 2.0)),
    repeat_most=st.integers(1, 4),
    background=st.booleans(),
    skips=st.booleans(),
    timeout_s=st.sampled_from((0.0, 0.2, 1.0)),
)
STATIONS = st.builds(
    d.station,
    servers=st.integers(0, 2),
    median_s=st.sampled_from((0.0, 0.1, 0.6)),
    spread=st.sampled_from((0.0, 0.7)),
    error_rate=st.sampled_from((0.0, 0.1)),
)
TARGETS = st.builds(
    d.target,
    spread=st.sampled_from((0.0, 0.6)),
    request_rate=st.sampled_from((0.0, 0.5)),
    token_rate=st.sampled_from((0.0, 200.0)),
    concurrent=st.sampled_from((0, 1)),
    error_rate=st.sampled_from((0.0, 0.2)),
    breaker_failures=st.integers(0, 2),
    breaker_open_s=st.sampled_from((1.0, 15.0)),
)
HOPS = st.builds(d.hop, attempts=st.integers(1, 3), timeout_s=st.sampled_from((0.3, 1.3, 9.0)))
CHANGES = st.builds(
    Change,
    st.sampled_from(("load", "down", "slow", "errors", "limit")),
    st.sampled_from(("first", "work")),
    st.sampled_from((0.2, 3.0)),
    st.just(0.5),
    st.sampled_from((0.0, 10.0)),
    st.sampled_from((5.0, 60.0)),
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    steps: list[Step] = draw(st.lists(STEPS, min_size=1, max_size=4))
    stages = sorted(draw(st.lists(st.integers(0, 2), min_size=len(steps), max_size=len(steps))))
    first, second = draw(HOPS), replace(draw(HOPS), target=1)
    return d.plan(
        d.journey(
            *(replace(step, stage=stage) for step, stage in zip(steps, stages, strict=True)),
            answers=draw(st.sampled_from((0, 10))),
        ),
        gateway=Gateway("gateway", draw(st.integers(1, 5)), draw(st.integers(0, 4)), 1.0, 0, 2e6),
        stations=(draw(STATIONS), replace(draw(STATIONS), name="other")),
        targets=(draw(TARGETS), replace(draw(TARGETS), name="second")),
        routes=(
            d.route(first, second, cache=0, deadline_s=draw(st.sampled_from((2.0, 30.0)))),
            d.route(second, degraded=draw(st.sampled_from(("", "later"))), retry_ratio=0.2),
        ),
        caches=(d.cache(20.0, 5),),
        tenants=draw(st.sampled_from(((), (Tenant("one", 1.0, 0, 1.0), Tenant("two", 2.0, 10**6, 0.0))))),
    )


@settings(max_examples=80, deadline=None)
@given(plans(), st.lists(CHANGES, max_size=3), st.integers(0, 99))
def test_everything_ends_and_nothing_stays_behind(plan: Plan, changes: list[Change], seed: int) -> None:
    scenario = d.scenario(LASTS_S, *changes)
    simulation = _Simulation(plan, scenario, seed)
    outcome = simulation.run(1.0, None)
    came = list(visits(plan, scenario, seed))
    assert outcome.arrivals == len(came) == outcome.answered + outcome.degraded + outcome.failed
    assert not simulation.walks
    assert not simulation.machine.open
    assert simulation.machine.in_flight == 0
    assert simulation.machine.spent.reserved == 0
    assert simulation.machine.spent.settled == outcome.cost
    assert all(supplier.meter.working == 0 for supplier in simulation.suppliers)
    assert all(room.busy == room.waiting == 0 for room in simulation.rooms)
    most = sum(len(branch) for visit in came for stage in path(plan, visit, seed) for branch in stage)
    assert outcome.requests <= most
    assert outcome.gateway.most_in_flight <= plan.gateway.concurrency
    assert outcome.gateway.most_waiting <= plan.gateway.queue
    assert all(0.0 <= item.utilisation <= 1.0 + 1e-9 for item in outcome.stations)
    for target in plan.targets:
        (tokens,) = (item for item in outcome.targets if item.name == target.name)
        assert sum(item.calls for item in outcome.tokens if item.target == target.name) >= tokens.calls[0]
