"""The replicas of a self-hosted model in the plan, and the law that they follow."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec.structs import replace

from archwright.plan.amounts import Count, Seconds, Share, Whole
from archwright.plan.world import Scaling, quicker
from archwright.policy.batching import Law

Positive = Annotated[float, msgspec.Meta(gt=0)]


class Pool(msgspec.Struct, frozen=True):
    """Replicas with continuous batching. For the seconds and tokens of the law see `policy.batching.Law`.

    An hour of a replica costs `hourly`. Where they `scale`, they begin with `replicas`. What a replica really does lies
    between `least` and `most` times what the law says, as far as measured deployments tell. `serves` says what runs on
    what.
    """

    replicas: Count
    hourly: Whole
    router: Literal["round-robin", "least-tokens"]
    serves: str
    least: Positive
    most: Positive
    kv_tokens: Count
    sequences: Count
    batched_tokens: Count
    waiting: Count
    fixed_s: Seconds
    weights_s: Seconds
    experts_s: Seconds
    touched: Share
    kv_s: Seconds
    compute_s: Seconds
    sequence_s: Seconds
    token_s: Seconds
    scale: Scaling | None = None

    @property
    def begins(self) -> int:
        """Replicas at work at first."""
        return self.replicas if self.scale is None else max(self.scale.least, min(self.scale.most, self.replicas))

    @property
    def room(self) -> int:
        """Most replicas that there can be."""
        return self.replicas if self.scale is None else self.scale.most

    @property
    def law(self) -> Law:
        """The law of one replica."""
        return Law(
            self.fixed_s, self.weights_s, self.experts_s, self.touched, self.kv_s, self.compute_s, self.sequence_s,
            self.token_s, self.kv_tokens, self.sequences, self.batched_tokens, self.waiting,
        )  # fmt: skip


def compressed(pool: Pool, scale: float) -> Pool:
    """The same replicas in a time that runs `scale` times as fast."""
    return replace(
        pool,
        fixed_s=pool.fixed_s / scale,
        weights_s=pool.weights_s / scale,
        experts_s=pool.experts_s / scale,
        kv_s=pool.kv_s / scale,
        compute_s=pool.compute_s / scale,
        sequence_s=pool.sequence_s / scale,
        token_s=pool.token_s / scale,
        scale=quicker(pool.scale, scale) if pool.scale is not None else None,
    )
