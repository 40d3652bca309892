"""What the policies are told, and the plan in compressed time: nothing that counts time may be forgotten."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.plan.model import Plan
from archwright.plan.rules import compress, pace, rules, shortest_duration, target_limits
from archwright.policy.provider import BURST_S
from tests.plan.small import assistant, example, small

SHARES = {"error_rate"}  # ends like a rate and is none
WAYS = "rules: [{input_over: 9k, targets: [spare]}]"
ROUTED = small(("cache: answers}", f"cache: answers, slow: 2 s, stale: 1 h, {WAYS}}}"))
CROWDED = small(
    (
        "  team: {kind: human-review,",
        "  team: {kind: human-review, mtbf: 30 d, mttr: 20 min, patience: 1 h, workers: 2,",
    ),
    ("      peak: 2x", "      shape: evening"),
    ("workers: 4,", "workers: 4, scale: {most: 9},"),
    ("repeats: {mean: 1.75, most: 3}", "repeats: {mean: 1.75, most: 3, pause: 4 s}"),
    ("      volume: 10k/month", "      volume: 10k/month\n      users: 5\n      think: 9 s"),
    ("  baseline: {lasts: 10 min}", "  baseline: {lasts: 10 min, begins: Mon 08:00}"),
)
POOLED = small(
    (
        "kind: managed-model\n    model: acme/large\n",
        """kind: self-hosted-model
    model: qwen/qwen3-30b-a3b
    accelerator: h100-80gb
    accelerators: 2
    batching: bf16
""",
    )
)
GUARDED = small(
    ("cache: answers}", "cache: answers, hedge: 800 ms}"),
    ("probes: 1}", "probes: 1, ramp: 30 s, slower_than: 3x}\n    connect: 1 s\n    first_content: 3 s\n    stall: 2 s"),
    ("concurrent: 50}", "concurrent: 50, provisioned: 200k/min}"),
    ("requests: 5/s}", "requests: 5/s, tokens: 90k/min, concurrent: 4}"),
)
COPIED = small(
    ("answer: {targets: [model], deadline: 30 s}", "answer: {targets: [model], shadow: spare, smaller: spare}")
)
PLANS = {
    "guarded": GUARDED.plan,
    "copied": COPIED.plan,
    "pooled": POOLED.plan,
    "crowded": CROWDED.plan,
    "small": small().plan,
    "routed": ROUTED.plan,
    "example": example().plan,
    "assistant": assistant().plan,
}


def leaves(value: object, path: str = "", name: str = "") -> Iterator[tuple[str, str, object]]:
    """(path, field, value) of every scalar of a plan."""
    if isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from leaves(getattr(value, field), f"{path}.{field}", field)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{index}]", name)
    else:
        yield path, name, value


def power(field: str) -> int:
    """How a field follows time: -1 a duration, 1 a rate, 0 neither. New fields are judged by their names."""
    if field in SHARES:
        return 0
    if field.endswith("_s"):
        return -1
    return 1 if field == "rate" or field.endswith("_rate") else 0


@pytest.mark.parametrize("name", PLANS)
@given(scale=st.floats(0.01, 1000))
def test_durations_shrink_and_rates_grow_and_nothing_else_changes(name: str, scale: float) -> None:
    plan = PLANS[name]
    before, after = list(leaves(plan)), list(leaves(compress(plan, scale)))
    assert [path for path, _, _ in before] == [path for path, _, _ in after]
    for (path, field, old), (_, _, new) in zip(before, after, strict=True):
        if power(field) == 0:
            assert new == old, path
        else:
            assert isinstance(old, int | float)
            assert new == pytest.approx(old * scale ** power(field), rel=1e-12), path


def test_the_walk_meets_every_kind_of_time() -> None:
    """Each field that counts time is other than zero somewhere, or the test above would say nothing of it."""
    fields = {field for plan in PLANS.values() for _, field, _ in leaves(plan) if power(field)}
    moved = {field for plan in PLANS.values() for _, field, value in leaves(plan) if power(field) and value != 0}
    assert fields == moved
    assert len(fields) >= 15


def test_every_field_that_looks_like_time_is_reached() -> None:
    """A struct of the plan that no example fills would slip through the walk."""
    structs = {type(item).__name__ for plan in PLANS.values() for item in _structs(plan)}
    named = {name for name, kind in vars(__import__("archwright.plan.model", fromlist=["x"])).items() if _counts(kind)}
    assert named <= structs


def _structs(value: object) -> Iterator[msgspec.Struct]:
    if isinstance(value, msgspec.Struct):
        yield value
        for field in value.__struct_fields__:
            yield from _structs(getattr(value, field))
    elif isinstance(value, tuple):
        for item in value:
            yield from _structs(item)


def _counts(kind: object) -> bool:
    is_struct = isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind is not msgspec.Struct
    return is_struct and any(power(field) for field in kind.__struct_fields__)  # type: ignore[attr-defined]


@given(scale=st.floats(0.01, 1000))
def test_compressing_back_gives_the_plan_again(scale: float) -> None:
    again = list(leaves(compress(compress(PLANS["small"], scale), 1 / scale)))
    for (path, _, old), (_, _, new) in zip(leaves(PLANS["small"]), again, strict=True):
        assert new == (pytest.approx(old, rel=1e-9) if isinstance(old, float) else old), path


def test_a_scale_of_one_is_the_plan_itself() -> None:
    assert compress(PLANS["example"], 1.0) == PLANS["example"]


def test_the_rules_say_what_the_plan_says() -> None:
    plan: Plan = PLANS["small"]
    told = rules(plan)
    assert (told.gate.concurrency, told.gate.queue, told.gate.queue_timeout_s) == (256, 256, 5.0)
    assert [route.cache for route in told.routes] == [-1, 0]
    assert [route.degrades for route in told.routes] == [False, False]
    hop = told.routes[1].hops[0]
    assert (hop.target, hop.attempts, hop.timeout_s, hop.backoff_s, hop.longest_s) == (0, 3, 10.0, 0.2, 2.0)
    assert told.routes[0].retries.ratio == 0.1
    assert (told.breakers[0].failures, told.breakers[0].open_s, told.breakers[1].failures) == (5, 20.0, 0)
    assert (told.caches[0].ttl_s, told.caches[0].entries) == (3600.0, 100)
    assert told.cap.limit == 2000 * 10**12
    assert [tenant.cap.limit for tenant in told.tenants] == [1000 * 10**12, 0]
    assert [tenant.requests.rate for tenant in told.tenants] == [5.0, 0.0]
    assert rules(PLANS["example"]).routes[0].degrades


def test_the_pace_and_the_limits_of_a_target() -> None:
    target = PLANS["small"].targets[0]
    assert pace(target) == (0.4, 0.01, 20_000.0, 0.3)
    bounds = target_limits(target)
    assert bounds.requests.rate == pytest.approx(10.0)
    assert bounds.concurrent == 50
    assert target_limits(target, 0.5).requests.rate == pytest.approx(5.0)


@given(st.floats(1, 100))
def test_a_burst_is_as_many_requests_in_compressed_time(scale: float) -> None:
    plain = PLANS["small"].targets[0]
    quick = compress(PLANS["small"], scale).targets[0]
    assert target_limits(quick, scale=scale).requests.burst == pytest.approx(10.0 * BURST_S)
    assert target_limits(quick, scale=scale).requests.burst == pytest.approx(target_limits(plain).requests.burst)
    tenants = rules(compress(PLANS["small"], scale)).tenants
    assert tenants[0].requests.burst == pytest.approx(5.0 * BURST_S)
    assert tenants[0].requests.rate == pytest.approx(5.0 * scale)


def test_the_shortest_duration_is_named() -> None:
    assert shortest_duration(PLANS["small"]) == (0.2, "backoff of route answer")
    assert shortest_duration(PLANS["example"]) == (0.25, "backoff of route answer")
    assert shortest_duration(compress(PLANS["small"], 10))[0] == pytest.approx(0.02)
