"""A replica in a steady state, in closed form: what `stress` plays step by step, at one glance and without queues.

So many requests are at work at any time, all alike. Each step then writes a token of every answer and reads what of new
prompts comes in to replace those that ended, so the time for each output token is the time of that one step. It knows
nothing of waiting: the time to the first token is that of a request which finds the replica idle, and under load it is
longer, often by far (measured: two to three times even at low load). Where it matters, simulate.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from archwright.policy.batching import Law, step_s


class Request(NamedTuple):
    """What a request asks for in the mean: tokens of its prompt, those of them in a common prefix, of its answer."""

    prompt: float
    answer: float
    shared: float = 0.0

    @property
    def read(self) -> float:
        """Tokens of the prompt that must be read."""
        return max(1.0, self.prompt - self.shared)


class Steady(NamedTuple):
    """A replica with `batch` requests at work: seconds for each output token, tokens and requests a second."""

    batch: float
    per_token_s: float
    tokens: float
    requests: float


def fits(law: Law, request: Request) -> float:
    """How many requests can be at work: as many sequences as are allowed and as have a place in the KV cache.

    A request takes its own prompt and, in the mean over its time, half of its answer.
    """
    return max(1.0, min(float(law.sequences), law.kv_tokens / (request.read + request.answer / 2.0)))


def steady(law: Law, request: Request, batch: float) -> Steady:
    """The replica with so many requests at work, or with as many as fit."""
    at_work = min(batch, fits(law, request))
    tokens = at_work * (1.0 + request.read / max(1.0, request.answer))
    context = at_work * (request.prompt + request.answer / 2.0)
    each = step_s(law, round(tokens), round(at_work), round(context))
    return Steady(at_work, each, at_work / each, at_work / each / max(1.0, request.answer))


def first_token_s(law: Law, request: Request) -> float:
    """Seconds until a request that has a replica for itself gets its first token: the steps that read its prompt."""
    left, read, total = request.read, request.shared, 0.0
    while left > 0.0:
        chunk = min(left, float(law.batched_tokens))
        left -= chunk
        read += chunk
        total += step_s(law, max(1, round(chunk)), 1, round(read))
    return total


def widest(law: Law, request: Request, slowest_s: float) -> Steady:
    """The largest batch that fits and gives each output token within `slowest_s`; of one request if none does."""
    low, high = 1, max(1, int(fits(law, request)))
    while low < high:
        middle = (low + high + 1) // 2
        if steady(law, request, float(middle)).per_token_s <= slowest_s:
            low = middle
        else:
            high = middle - 1
    return steady(law, request, float(low))


def replicas_for(requests: float, each: float, share: float) -> int:
    """Replicas that carry so many requests a second if one does `each`, times `share`: an end of the band."""
    return max(1, math.ceil(requests / (each * share) - 1e-9)) if requests > 0.0 else 0
