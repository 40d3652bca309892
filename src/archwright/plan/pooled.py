"""The replicas of a self-hosted model, from the file: what is simulated step by step, and what is wrong with it."""

from __future__ import annotations

import math

from archwright.base.errors import Location, Problem
from archwright.base.text import nearest
from archwright.facts import accelerators, models
from archwright.facts.models import BYTES, Shape
from archwright.facts.serving import MEASURED_BAND, SERVING
from archwright.plan.entries import Entries
from archwright.plan.pool import Pool
from archwright.plan.serving import Deployment, Steps, band_of, steps_of
from archwright.plan.stations import scaling
from archwright.policy.batching import step_s
from archwright.spec.settings.models import Batching, GpuSettings, ModelSettings, StepTimes

LEAST_TOKENS = 1024  # a cache that holds less serves nobody


def pool_of(work: Entries, name: str, settings: ModelSettings) -> Pool | None:
    """The replicas of a model, or None where the file does not ask for them; what is wrong becomes a problem."""
    if not isinstance(settings, GpuSettings):
        return None
    batching = settings.batching
    if batching is None:
        if settings.scale is not None:
            message = f"`{name}` scales, but how its replicas share their load is not simulated"
            mend = "add `batching: fp8`, so that what is asked of its replicas is known"
            work.problems.append(Problem("no-batching", message, settings.scale.where, mend))
        return None
    if batching.max_batched_tokens.value < batching.max_seqs.value:
        message = (
            f"`{name}`: steps of {batching.max_batched_tokens} tokens are too small for {batching.max_seqs} sequences"
        )
        mend = "raise `max_batched_tokens` or lower `max_seqs`: each sequence that is written takes a token of a step"
        work.problems.append(Problem("small-step", message, batching.place("max_batched_tokens"), mend))
        return None
    shape = models.shape(model_of(settings))
    steps = _stated(work, name, batching.step, batching) if batching.step else _followed(work, name, settings, shape)
    if steps is None:
        return None
    key = f"components.{name}"
    hourly = work.book[f"{key}.hourly"].value if f"{key}.hourly" in work.book else 0.0
    least, most = MEASURED_BAND if _measured(batching) else band_of(shape)
    return Pool(
        replicas=max(1, work.system.components[name].replicas.whole),
        hourly=round(hourly) * settings.accelerators.whole,
        router=batching.router,  # type: ignore[arg-type]
        serves=_serves(settings, batching, shape),
        least=least,
        most=most,
        sequences=work.whole(f"{key}.max_seqs", batching.max_seqs, "sequences at work in each replica"),
        batched_tokens=work.whole(f"{key}.max_batched_tokens", batching.max_batched_tokens, "tokens in one step"),
        waiting=work.whole(f"{key}.waiting", batching.waiting, "calls that may wait at each replica"),
        **steps._asdict(),
        scale=scaling(work, key, settings.scale) if settings.scale else None,
    )


def pace_of(work: Entries, name: str, settings: ModelSettings, pool: Pool | None) -> tuple[float, float, float, float]:
    """Seconds to the first token and for each further one, tokens read a second, and the spread of both times.

    Of replicas they are those of a call that has one for itself: what `pace` states is then not used, because a pace
    was measured at one load, and the replicas know theirs.
    """
    key, pace = f"components.{name}", settings.pace
    if pool is not None:
        return _alone(work, key, pool)
    if isinstance(settings, GpuSettings) and settings.batching is None and "pace" not in settings.marks:
        message = f"how fast `{name}` answers is not stated"
        mend = "add `pace: {first_token: …, per_token: …}`, or `batching: fp8` so that it follows from the hardware"
        work.problems.append(Problem("no-pace", message, settings.where, mend))
    return (
        work.note(f"{key}.first_token", pace.first_token, "median time to the first token"),
        work.note(f"{key}.per_token", pace.per_token, "median time for each further token"),
        work.note(f"{key}.prefill", pace.prefill, "input tokens read a second"),
        work.note(f"{key}.spread", pace.spread, "sigma of the spread of times"),
    )


def model_of(settings: ModelSettings) -> str:
    """The model's name without its provider."""
    return settings.model.partition("/")[2] or str(settings.model)


def _alone(work: Entries, key: str, pool: Pool) -> tuple[float, float, float, float]:
    law, note = pool.law, "a call that has a replica for itself; under load it is slower, as `stress` shows"
    first = step_s(law, 1, 1, 1)
    each = step_s(law, 1, 1, LEAST_TOKENS)
    prefill = law.batched_tokens / step_s(law, law.batched_tokens, 1, law.batched_tokens)
    for name, value, dimension, label in (
        ("first_token", first, "duration", "time to the first token"),
        ("per_token", each, "duration", "time for each further token"),
        ("prefill", prefill, "rate", "input tokens read a second"),
        ("spread", 0.0, "number", "sigma of the spread of times"),
    ):
        work.book.leaf(f"{key}.{name}", value, dimension, label=label, origin="computed", note=note)
    return first, each, prefill, 0.0


def _serves(settings: GpuSettings, batching: Batching, shape: Shape | None) -> str:
    what = shape.title if shape else str(settings.model)
    on = f" on {settings.accelerators.whole} x {settings.accelerator}" if settings.accelerator else ""
    return f"{what}, {batching.precision}{on}"


def _measured(batching: Batching) -> bool:
    """Whether the file states what was measured of this deployment."""
    factors = (batching.busy, batching.overhead)
    return batching.step is not None or all(item is not None and item.origin == "measured" for item in factors)


def _stated(work: Entries, name: str, step: StepTimes, batching: Batching) -> Steps | None:
    """What the file says that a step takes."""
    key = f"components.{name}.pool"
    if batching.kv_tokens is None:
        message = f"`{name}` states what its steps take, but not how much context fits"
        mend = "add `kv_tokens`: vLLM prints it as `GPU KV cache size` when it starts"
        work.problems.append(Problem("no-cache", message, step.where, mend))
        return None
    return Steps(
        fixed_s=work.note(f"{key}.fixed", step.fixed, "each step"),
        weights_s=work.note(f"{key}.reading", step.weights, "reading all weights"),
        experts_s=0.0,
        touched=0.0,
        kv_s=work.note(f"{key}.context", step.context, "reading 1,000 tokens of context") / 1000.0,
        compute_s=work.note(f"{key}.compute", step.compute, "the arithmetic of 1,000 tokens") / 1000.0,
        sequence_s=work.note(f"{key}.each_sequence", step.sequence, "each sequence in a step"),
        token_s=0.0,
        kv_tokens=work.whole(f"{key}.kv_tokens", batching.kv_tokens, "tokens of context in the KV cache"),
    )


def _followed(work: Entries, name: str, settings: GpuSettings, shape: Shape | None) -> Steps | None:
    """What steps take by the facts; a model or hardware that nobody knows, or one that is too small, is a problem."""
    known = accelerators.accelerator(settings.accelerator)
    batching = settings.batching
    if batching is None:
        return None
    if known is None:
        _unknown(work, name, "accelerator", str(settings.accelerator), settings.place("accelerator"))
    if shape is None:
        _unknown(work, name, "model", model_of(settings), settings.model.where)
    if known is None or shape is None:
        return None
    on = Deployment(
        shape,
        known,
        batching.precision,
        settings.accelerators.whole,
        batching.busy.value if batching.busy else 1.0,
        batching.overhead.value if batching.overhead else 1.0,
        batching.memory.value,
    )
    steps = steps_of(work.book, f"components.{name}.pool", on)
    if batching.kv_tokens is not None:
        tokens = work.whole(f"components.{name}.kv_tokens", batching.kv_tokens, "tokens of context in the KV cache")
        return steps._replace(kv_tokens=tokens)
    if steps.kv_tokens < LEAST_TOKENS:
        work.problems.append(_too_large(name, on, settings.place("accelerators")))
        return None
    return steps


def _unknown(work: Entries, name: str, what: str, said: str, where: Location) -> None:
    names = accelerators.names() if what == "accelerator" else models.names()
    hint = nearest(said.lower(), names)
    message = f"`{name}` has replicas, but {what} `{said}` is not known" if said else f"`{name}` names no {what}"
    near = f"did you mean `{hint}`? known: " if hint else "known: "
    mend = f"{near}{', '.join(names)}; or state `batching.step` and `kv_tokens` as measured"
    work.problems.append(Problem(f"unknown-{what}", message, where, mend))


def _too_large(name: str, on: Deployment, where: Location) -> Problem:
    """Weights and a cache that serves somebody do not fit: how many accelerators would do."""
    weights = on.shape.parameters * BYTES[on.precision]
    usable = on.accelerator.hardware.memory * on.share - SERVING.reserved
    needed = math.ceil((weights + LEAST_TOKENS * on.shape.kv_bytes) / usable)
    message = (
        f"`{name}`: the weights of {on.shape.title} take {weights / 1e9:.0f} GB in {on.precision}; {on.together} x "
        f"{on.accelerator.title} leave {max(0.0, on.together * usable) / 1e9:.0f} GB for them and the KV cache"
    )
    return Problem("does-not-fit", message, where, f"use `accelerators: {needed}` or more, or a smaller `precision`")
