"""How long a step of continuous batching takes, and how many steps fit into a time.

A replica works in steps. In each one every sequence that is being written gets one token, and what is left of
`batched_tokens` reads prompts, in chunks (vLLM v1 schedules so). A step takes

    sqrt(memory**2 + compute**2) + fixed + per sequence + per token
    memory  = weights read + KV cache read        compute = floating point operations of all its tokens

A root of squares stands between the larger of the two (perfect overlap) and their sum (none).

Steps in which nothing happens but decoding form a *run*: the same sequences, one token more of context for each in each
step. The first step of a run is timed by the formula, and so is the last; the steps between lie on the line between
them. The formula is nearly straight over so few tokens (the error is below a part in a thousand, held by a test), and a
run costs as much to simulate as a step.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Law(NamedTuple):
    """What one replica can do. Times in seconds, all counts in tokens or sequences.

    Args:
        fixed_s: of each step, whatever is in it.
        weights_s: reading the weights that every token needs.
        experts_s: reading all weights of which a token needs only some (mixture of experts; 0.0: none).
        touched: the share of those that one token needs.
        kv_s: reading the KV cache of one token of context.
        compute_s: the arithmetic of one token.
        sequence_s: of each sequence in a step.
        token_s: of each token in a step, beside arithmetic (exchange between accelerators).
        kv_tokens: tokens of context that the KV cache holds.
        sequences: most sequences at work.
        batched_tokens: most tokens in one step; at least as many as `sequences`.
        waiting: most calls that wait in front of a replica.
    """

    fixed_s: float
    weights_s: float
    experts_s: float
    touched: float
    kv_s: float
    compute_s: float
    sequence_s: float
    token_s: float
    kv_tokens: int
    sequences: int
    batched_tokens: int
    waiting: int


def step_s(law: Law, tokens: int, sequences: int, context: int) -> float:
    """Seconds of a step with so many tokens of so many sequences that look at `context` tokens in all.

    Of a mixture's experts the share 1 - exp(-touched * tokens) is read: each token picks its own.
    """
    weights = law.weights_s
    if law.experts_s > 0.0:
        weights += law.experts_s * (1.0 - math.exp(-law.touched * float(tokens)))
    memory = weights + law.kv_s * float(context)
    compute = law.compute_s * float(tokens)
    busy = math.sqrt(memory * memory + compute * compute)
    return busy + law.fixed_s + law.sequence_s * float(sequences) + law.token_s * float(tokens)


def elapsed_s(first_s: float, slope_s: float, steps: int) -> float:
    """Seconds of the first `steps` steps of a run: the first takes `first_s`, each further one `slope_s` more."""
    number = float(steps)
    return number * first_s + slope_s * (number * (number - 1.0) * 0.5)


def steps_by(first_s: float, slope_s: float, most: int, span_s: float) -> int:
    """How many of a run's `most` steps have ended after `span_s` seconds.

    The root of the quadratic, mended by whole steps so that it agrees with `elapsed_s` to the bit.
    """
    if span_s < first_s:
        return 0
    half = first_s - slope_s * 0.5
    steps = min(most, int(2.0 * span_s / (half + math.sqrt(half * half + 2.0 * slope_s * span_s))))
    while steps > 0 and elapsed_s(first_s, slope_s, steps) > span_s:
        steps -= 1
    while steps < most and elapsed_s(first_s, slope_s, steps + 1) <= span_s:
        steps += 1
    return steps
