"""Replicas in the plan: from accelerator, model and precision, or a problem that says what to do."""

from __future__ import annotations

import msgspec
import pytest

from archwright.base.errors import InputError
from archwright.plan.model import Plan, Scaling, decode, encode
from archwright.plan.pool import Pool
from archwright.plan.rules import compress
from archwright.policy.replica import working
from tests.plan.small import SMALL, small

BEGIN = SMALL.index("    kind: managed-model\n    model: acme/large")
WAS = SMALL[BEGIN : SMALL.index("  spare:")]
OURS = """\
    kind: self-hosted-model
    model: qwen/qwen3-32b
    replicas: 2
    accelerator: h100-80gb
    accelerators: 2
"""


def replicas(more: str, base: str = OURS) -> Pool:
    """The pool of the small system's model with these settings."""
    pool = small((WAS, base + more)).plan.targets[0].pool
    assert pool is not None
    return pool


def problems(more: str, base: str = OURS) -> list[tuple[str, str, str]]:
    with pytest.raises(InputError) as caught:
        small((WAS, base + more))
    return [(item.code, item.message, item.mend) for item in caught.value.problems]


def test_replicas_follow_from_accelerator_model_and_precision() -> None:
    pool = replicas("    batching: bf16\n")
    assert pool.serves == "Qwen3 32B, bf16 on 2 x h100-80gb"
    assert pool.replicas == 2
    assert pool.hourly == 2 * 2_950_000_000_000
    assert (pool.least, pool.most) == (0.7, 1.3)
    # 65.52 GB of weights over two accelerators of 3.35 TB/s, of which 94.9 % are reached.
    assert pool.weights_s == pytest.approx(65.52e9 / (2 * 3.35e12 * 0.949), rel=1e-6)
    # 90 % of 2 x 80 GiB, less 3 GB and the weights, in tokens of 256 KiB.
    assert pool.kv_tokens == int((2 * (80 * 2**30 * 0.9 - 1.5e9) - 65.52e9) / 262144)


def test_half_the_bytes_are_read_in_half_the_time() -> None:
    assert replicas("    batching: fp8\n").weights_s == pytest.approx(replicas("    batching: bf16\n").weights_s / 2)


def test_the_pace_of_replicas_is_that_of_a_call_alone_and_wins_over_what_is_stated() -> None:
    stated = "    pace: {first_token: 3 s, per_token: 1 s}\n"
    target = small((WAS, f"{OURS}{stated}    batching: bf16\n")).plan.targets[0]
    assert 0.01 < target.per_token_s < 0.03
    assert target.spread == 0.0
    without = small((WAS, OURS + stated)).plan.targets[0]
    assert without.pool is None
    assert without.per_token_s == 1.0


def test_every_number_can_be_asked_why() -> None:
    book = small((WAS, f"{OURS}    batching: bf16\n")).book
    said = book.explain("components.model.pool.reading")
    assert "fact: Qwen3 32B: config.json" in said
    assert "aiconfigurator" in said


def test_what_was_measured_wins_and_narrows_the_band() -> None:
    stated = "busy: {value: 1.1x, measured: five points}, overhead: {value: 0.5x, measured: five points}"
    usual, ours = replicas("    batching: bf16\n"), replicas(f"    batching: {{precision: bf16, {stated}}}\n")
    assert ours.weights_s == pytest.approx(1.1 * usual.weights_s)
    assert ours.fixed_s == pytest.approx(0.5 * usual.fixed_s)
    assert (ours.least, ours.most) == (0.8, 1.2)


def test_steps_that_were_measured_need_no_facts() -> None:
    step = "step: {fixed: 4 ms, weights: 11 ms, context: 40 us, compute: 60 ms}"
    base = OURS.replace("qwen/qwen3-32b", "acme/secret").replace("h100-80gb", "abacus\n    hourly: $2")
    pool = replicas(f"    batching: {{precision: fp8, kv_tokens: 200k, {step}}}\n", base)
    assert (pool.fixed_s, pool.weights_s) == (0.004, 0.011)
    assert (pool.kv_s, pool.compute_s) == pytest.approx((4e-8, 6e-5))
    assert pool.kv_tokens == 200_000


def test_a_mixture_of_experts_has_the_wide_band() -> None:
    base = OURS.replace("qwen3-32b", "qwen3-30b-a3b")
    pool = replicas("    batching: bf16\n", base)
    assert pool.experts_s > pool.weights_s
    assert pool.touched == 8 / 128
    assert (pool.least, pool.most) == (0.5, 1.3)


@pytest.mark.parametrize(
    ("more", "edit", "code", "said", "mend"),
    [
        ("batching: bf16", ("qwen3-32b", "qwen3-33b"), "unknown-model", "`qwen3-33b`", "did you mean `qwen3-32b`"),
        ("batching: bf16", ("h100-80gb", "h100\n    hourly: $2"), "unknown-accelerator", "`h100`", "h100-80gb"),
        ("batching: bf16", ("qwen3-32b", "llama-3.1-405b"), "does-not-fit", "812 GB in bf16", "accelerators: 11"),
        ("batching: {precision: bf16, max_batched_tokens: 64}", ("", ""), "small-step", "64", "max_batched_tokens"),
        ("batching: {precision: fp8, step: {fixed: 1 ms, weights: 1 ms, context: 1 us, compute: 1 ms}}", ("", ""),
         "no-cache", "how much context fits", "kv_tokens"),
        ("version: x", ("", ""), "no-pace", "how fast", "batching: fp8"),
        ("batching: fp8\n    scale: {least: 3, most: 2}", ("", ""), "out-of-range", "from 3 to 2", "raise `most`"),
        ("batching: fp8\n    scale: {most: 1}", ("", ""), "out-of-range", "begins with 2", "within the bounds"),
        ("pace: {first_token: 1 s, per_token: 1 ms}\n    scale: {most: 3}", ("", ""), "no-batching", "not simulated",
         "batching: fp8"),
    ],
)  # fmt: skip
def test_what_cannot_be_says_what_to_do(more: str, edit: tuple[str, str], code: str, said: str, mend: str) -> None:
    base = OURS.replace(*edit) if edit[0] else OURS
    found = problems(f"    {more}\n", base)
    assert [item[0] for item in found] == [code]
    assert said in found[0][1]
    assert mend in found[0][2]


def test_a_plan_with_replicas_comes_back_and_runs_in_another_time() -> None:
    plan = small((WAS, f"{OURS}    batching: bf16\n")).plan
    assert decode(encode(plan), "plan") == plan
    usual, fast = plan.targets[0].pool, compress(plan, 10.0).targets[0].pool
    assert usual is not None
    assert fast is not None
    assert fast.fixed_s == usual.fixed_s / 10
    assert fast.kv_tokens == usual.kv_tokens


def test_replicas_that_scale_do_so_in_another_time() -> None:
    law = "scale: {least: 2, most: 5, target: 80 %, every: 20 s, cold_start: 3 min, settle: 10 min}"
    plan = small((WAS, f"{OURS}    batching: bf16\n    {law}\n")).plan
    assert decode(encode(plan), "plan") == plan
    usual, fast = plan.targets[0].pool, compress(plan, 10.0).targets[0].pool
    assert usual is not None
    assert fast is not None
    assert (usual.begins, usual.room) == (2, 5)
    assert usual.scale == Scaling(2, 5, 0.8, 20.0, 180.0, 600.0)
    assert fast.scale == Scaling(2, 5, 0.8, 2.0, 18.0, 60.0)


def test_a_plan_without_replicas_reads_as_before() -> None:
    plan = small().plan
    data = msgspec.json.decode(encode(plan))
    for target in data["targets"]:
        del target["pool"]
    assert msgspec.json.decode(msgspec.json.encode(data), type=Plan) == plan


@pytest.mark.parametrize(
    ("down", "share", "left"), [(False, 1.0, 2), (False, 0.5, 1), (False, 1e-9, 0), (False, 3.0, 2), (True, 1.0, 0)]
)
def test_a_lost_share_of_the_capacity_is_a_share_of_the_replicas(down: bool, share: float, left: int) -> None:
    assert working(2, int(down), share) == left
