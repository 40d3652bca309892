"""Random small designs with everything that the fast engine knows."""

from __future__ import annotations

from hypothesis import strategies as st
from msgspec.structs import replace

from archwright.plan.model import (
    Change,
    Failing,
    Gateway,
    Journey,
    Plan,
    Route,
    Scaling,
    Scenario,
    Shadow,
    Station,
    Step,
    Tenant,
    Way,
)
from archwright.plan.model import TokenLaw as Law
from archwright.plan.price import Special, Tier
from archwright.plan.trace import Trace
from tests.analysis.stress import designs as d
from tests.analysis.stress.test_any_design import TARGETS

LASTS_S = 40.0
HALF = st.booleans()
WRITES = Special(4, 6, 3, 3, 11, 11)
STEPS = st.builds(
    d.step,
    station=st.integers(0, 2),
    route=st.integers(-1, 1),
    search=st.sampled_from((-1, -1, 1)),
    passages=st.sampled_from((0, 30)),
    growth=st.sampled_from((0, 25)),
    tokens_in=st.sampled_from((Law(100.0, 0.0), Law(60.0, 0.9))),
    tokens_out=st.sampled_from((Law(20.0, 0.5), Law(150.0, 0.5))),
    probability=st.sampled_from((0.4, 1.0)),
    repeat_mean=st.sampled_from((1.0, 2.0)),
    repeat_most=st.integers(1, 4),
    prefix=HALF,
    pause_s=st.sampled_from((0.0, 0.0, 0.3)),
    pause_spread=st.sampled_from((0.0, 0.4)),
    background=HALF,
    skips=HALF,
    timeout_s=st.sampled_from((0.0, 0.2, 1.0)),
    seen=st.sampled_from((0.0, 0.3)),
)
SCALES = st.sampled_from((None, Scaling(1, 4, 0.7, 3.0, 2.0, 5.0)))
STATIONS = st.builds(
    d.station,
    servers=st.integers(0, 3),
    median_s=st.sampled_from((0.0, 0.1, 0.6)),
    spread=st.sampled_from((0.0, 0.7)),
    error_rate=st.sampled_from((0.0, 0.1)),
    law=st.sampled_from(("log-normal", "exponential", "constant", "gamma")),
    queue=st.sampled_from((-1, 0, 2)),
    patience_s=st.sampled_from((0.0, 0.5)),
    patience_law=st.sampled_from(("constant", "exponential")),
    hours=st.sampled_from(((), (1, 0) * 84)),
)
HOPS = st.builds(d.hop, attempts=st.integers(1, 3), timeout_s=st.sampled_from((0.3, 1.3, 9.0)))
CHANGES = st.builds(
    Change,
    st.sampled_from(("load", "down", "slow", "errors", "limit")),
    st.sampled_from(("first", "second", "work", "other")),
    st.sampled_from((0.2, 3.0)),
    st.just(0.5),
    st.sampled_from((0.0, 10.0)),
    st.sampled_from((5.0, 60.0)),
    st.sampled_from(("", "ask")),
    HALF,
)
SCENARIOS = st.builds(
    lambda changes, *more: Scenario("trial", "", LASTS_S, tuple(changes), *more),
    st.lists(CHANGES, max_size=3),
    st.sampled_from((-1.0, 7180.0)),
    st.sampled_from((0, 6)),
    st.just(True),
    HALF,
    st.sampled_from((1.0, 1.0, 0.1)),
)
TENANTS = st.sampled_from(((), (Tenant("one", 1.0, 0, 1.0), Tenant("two", 2.0, 10**6, 0.0))))
TRACE = Trace("made", (0.0, 0.5, 0.5, 3.0, 9.0, 30.0, 50.0), (9, 1, 0, 40, 700, 3, 1), (2, 90, 7, 0, 65, 64, 1))


HEDGES = st.sampled_from((0.0, 0.0, 0.2, 0.6))
SHADOWS = st.sampled_from((None, None, Shadow(1, 0.5, 2, 1.3), Shadow(0, 1.0, 9, 60.0)))


@st.composite
def journeys(draw: st.DrawFn, name: str) -> Journey:
    """A journey of up to four steps."""
    steps: list[Step] = draw(st.lists(STEPS, min_size=1, max_size=4))
    return d.journey(
        *(replace(step, stage=draw(st.integers(0, 2))) for step in steps),
        name=name,
        answers=draw(st.sampled_from((0, 10, 60_000))),
        wordings=draw(st.integers(1, 2)),
        burstiness=draw(st.sampled_from((1.0, 2.5))),
        batch=draw(HALF),
        rank=draw(st.integers(0, 2)),
        rate=draw(st.sampled_from((0.5, 2.0))),
        growth=0.05,
        shape=draw(st.sampled_from(((), (1.5, 0.5) * 84))),
        semantic=draw(st.sampled_from((0.0, 0.4))),
        users=draw(st.sampled_from((0, 0, 3))),
        think_s=2.0,
        think_spread=draw(st.sampled_from((0.0, 0.8))),
    )


@st.composite
def routes(draw: st.DrawFn) -> tuple[Route, Route]:
    """Two routes over two targets."""
    first, second = draw(HOPS), replace(draw(HOPS), target=1)
    ways = draw(st.sampled_from(((), (Way(0, 90, -1, -1, (1,)), Way(0, 10**6, 1, -1, (1, 0))))))
    return (
        d.route(
            first, second, cache=0, deadline_s=draw(st.sampled_from((2.0, 30.0))), ways=ways,
            choose=draw(st.sampled_from(("order", "cost", "latency", "load", "weight", "errors"))), weights=(0.3, 0.7),
            slow_s=draw(st.sampled_from((0.0, 0.7))), stale_s=draw(st.sampled_from((0.0, 30.0))),
            shadow=draw(SHADOWS), hedge_s=draw(HEDGES), sticky=draw(st.sampled_from(("request", "session", "tenant"))),
        ),
        d.route(
            second, degraded=draw(st.sampled_from(("", "later"))), retry_ratio=0.2, cache=draw(st.integers(-1, 0)),
            smaller=draw(st.sampled_from((None, first))), hedge_s=draw(HEDGES),
        ),
    )  # fmt: skip


@st.composite
def stations(draw: st.DrawFn) -> tuple[Station, ...]:
    """Three stations, the last of which may scale."""
    scaling = draw(SCALES)
    last = replace(draw(STATIONS), name="more")
    if scaling is not None:
        last = replace(last, replicas=2, servers=2 * draw(st.integers(1, 2)), scale=scaling)
    return (draw(STATIONS), replace(draw(STATIONS), name="other"), last)


@st.composite
def designs(draw: st.DrawFn) -> Plan:
    """Everything that decides something, small enough to be in the way of the others."""
    gateway = Gateway(
        "gateway", draw(st.integers(1, 5)), draw(st.integers(0, 4)), 1.0, draw(st.sampled_from((0, 60_000))), 2e6,
        batch_places=draw(st.integers(1, 2)), batch_queue=2, batch_wait_s=4.0,
    )  # fmt: skip
    target = replace(draw(TARGETS), prompt_cache=draw(st.sampled_from((0.0, 0.3))))
    if draw(HALF):
        target = replace(target, batch_slower=1.5, batch_price=replace(d.PRICE, input=1))
    target = replace(target, first_content_s=draw(st.sampled_from((0.0, 0.4, 0.8))))
    other = replace(d.PRICE, output=4, request=draw(st.sampled_from((0, 700))))
    if draw(HALF):
        other = replace(other, tiers=(Tier(80, 9, 2, 13), Tier(160, 10, 2, 14, WRITES)))
    if draw(HALF):
        target = replace(target, prompt_writes=0.6, prompt_keeps=draw(st.sampled_from(("5m", "1h"))))
        target = replace(target, price=replace(target.price, special=WRITES))
    return d.plan(
        draw(journeys("ask")),
        *([draw(journeys("tell"))] if draw(HALF) else []),
        gateway=gateway,
        stations=draw(stations()),
        targets=(target, replace(draw(TARGETS), name="second", price=other)),
        routes=draw(routes()),
        caches=(d.cache(draw(st.sampled_from((3.0, 20.0))), draw(st.sampled_from((1, 5, 1000)))),),
        tenants=draw(TENANTS),
        failing=draw(st.sampled_from(((), (Failing("first", 15.0, 4.0),)))),
    )
