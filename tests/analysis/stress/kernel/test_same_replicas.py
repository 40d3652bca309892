"""Replicas in the fast engine: what the plain one says, to the last bit, whatever befalls them."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.engines import unfit
from archwright.analysis.stress.kernel import engine
from archwright.plan.model import Change, Plan, Scaling, Scenario, Shadow, TokenLaw
from archwright.plan.pool import Pool
from tests.analysis.stress import designs as d

ONCE = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SCALES = st.builds(
    Scaling,
    least=st.sampled_from((1, 2)),
    most=st.sampled_from((2, 5)),
    target=st.sampled_from((0.2, 0.7)),
    every_s=st.sampled_from((0.5, 3.0)),
    cold_start_s=st.sampled_from((0.0, 2.0)),
    settle_s=st.sampled_from((0.0, 4.0)),
)
POOLS = st.builds(
    Pool,
    replicas=st.integers(1, 3),
    hourly=st.just(10**12),
    router=st.sampled_from(("round-robin", "least-tokens")),
    serves=st.just("a model"),
    least=st.just(0.7),
    most=st.just(1.3),
    kv_tokens=st.sampled_from((150, 600, 100_000)),
    sequences=st.sampled_from((1, 3, 16)),
    batched_tokens=st.sampled_from((16, 200)),
    waiting=st.sampled_from((1, 100)),
    fixed_s=st.sampled_from((0.001, 0.01)),
    weights_s=st.just(0.005),
    experts_s=st.sampled_from((0.0, 0.01)),
    touched=st.just(0.05),
    kv_s=st.just(1e-6),
    compute_s=st.just(1e-5),
    sequence_s=st.just(1e-5),
    token_s=st.sampled_from((0.0, 1e-6)),
    scale=st.one_of(st.none(), SCALES),
)
CHANGES = st.lists(
    st.builds(
        Change,
        what=st.sampled_from(("down", "slow", "errors", "limit")),
        component=st.sampled_from(("first", "second")),
        factor=st.sampled_from((0.4, 2.5)),
        share=st.just(0.3),
        at_s=st.sampled_from((0.0, 5.0, 11.5)),
        lasts_s=st.sampled_from((4.0, 100.0)),
    ),
    max_size=3,
)


def design(pools: tuple[Pool | None, Pool | None], timeout_s: float, tokens: float, second: str = "next") -> Plan:
    """Two targets, each with or without replicas: the `second` is called next, beside a slow one, or with copies."""
    step = d.step(tokens_in=TokenLaw(60.0, 0.6), tokens_out=TokenLaw(tokens, 0.6))
    targets = tuple(
        d.target(name, pool=pool, error_rate=0.05, prompt_cache=0.2, breaker_failures=4, concurrent=40)
        for name, pool in zip(("first", "second"), pools, strict=True)
    )
    hedge_s = 0.2 if second == "beside" else 0.0
    routes = (d.route(d.hop(0, timeout_s=timeout_s), d.hop(1, timeout_s=timeout_s), hedge_s=hedge_s),)
    if second == "copies":
        routes = (d.route(d.hop(0, timeout_s=timeout_s), shadow=Shadow(1, 0.7, 9, timeout_s)),)
    return d.plan(d.journey(step, rate=4.0), targets=targets, routes=routes)


@ONCE
@given(
    st.tuples(POOLS, st.one_of(st.none(), POOLS)),
    st.sampled_from(("next", "beside", "copies")),
    CHANGES,
    st.sampled_from((0.3, 2.0, 30.0)),
    st.sampled_from(((15.0, 0.0), (90.0, 0.0), (90.0, 0.2))),
    st.sampled_from((0.5, 3.0, 8.0)),
)
def test_on_any_replicas(
    loop: engine.Run,
    pools: tuple[Pool, Pool | None],
    second: str,
    changes: list[Change],
    timeout_s: float,
    answers: tuple[float, float],
    load: float,
) -> None:
    tokens, first_content_s = answers
    plan = design(pools, timeout_s, tokens, second)
    plan = replace(plan, targets=tuple(replace(item, first_content_s=first_content_s) for item in plan.targets))
    pool = plan.targets[0].pool
    assert pool is not None
    if pool.batched_tokens < pool.sequences:
        plan = replace(plan, targets=(replace(plan.targets[0], pool=replace(pool, sequences=1)), plan.targets[1]))
    assert not list(unfit(plan))
    scenario = Scenario("test", "", 20.0, tuple(changes))
    plain = simulate(plan, scenario, seed=3, load=load)
    assert plain.calls > 0
    assert engine.simulate(plan, scenario, 3, load, None, loop) == plain
