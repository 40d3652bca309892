"""What a piece of work asks for: its tokens and the key of its answer, drawn as `plan.workload` draws them."""

from __future__ import annotations

from archwright.analysis.stress.kernel.tables import Record, State
from archwright.plan.workload import RUNS, content_key, shared_key
from archwright.policy import chance

MOST = 0x7FFFFFFF  # tokens in one piece of work; a plan that may ask for more is not run here


def tokens_of(s: State, at: int) -> None:
    """Write a piece of work's tokens and key (0: its answer is not kept) down."""
    walk = s.walks[at]
    trip = s.trips[walk.trip]
    step = s.steps[walk.step]
    law = s.journeys[trip.journey]
    if trip.tokens_in >= 0 and step.traced == 1:
        tokens_in = max(1, trip.tokens_in - step.passages)
        tokens_out = max(1, trip.tokens_out)
    else:
        both = _both(s, step, trip.answer * max(1, law.wordings) + trip.wording)
        tokens_in = step.system_tokens + (both >> 32)
        tokens_out = both & MOST
    tokens_in += step.growth * walk.place
    walk.key = 0
    if step.cacheable == 1:
        run = step.index * RUNS + walk.place
        content = trip.answer * max(1, law.wordings) + trip.wording
        if chance.seen(step.seen, s.desk[0].seed, content, step.index):
            walk.key = shared_key(trip.journey, run, trip.tenant)
        else:
            walk.key = content_key(trip.journey, run, trip.answer, trip.wording, trip.tenant)
    walk.tokens_in = tokens_in + step.passages
    walk.tokens_out = tokens_out
    cached = max(0, trip.tokens_cached) if step.traced == 1 else 0
    if step.prefix == 1 and walk.place > 0:
        cached = max(cached, walk.tokens_in - step.growth)
    walk.cached = min(cached, walk.tokens_in)


def key_of(s: State, row: int, run: int, asked: tuple[int, int, int]) -> int:
    """The key of a run's answer to a question in a wording for a tenant, which is none that is found by meaning."""
    step = s.steps[row]
    answer, wording, tenant = asked
    return content_key(step.journey, step.index * RUNS + run, answer, wording, tenant)


def tokens(s: State, row: int, run: int, answer: int, wording: int) -> tuple[int, int]:
    """Tokens of a run's question, without passages, and of its answer."""
    step = s.steps[row]
    both = _both(s, step, answer * max(1, s.journeys[step.journey].wordings) + wording)
    return int(step.system_tokens + (both >> 32) + step.growth * run), int(both & MOST)


def _both(s: State, step: Record, content: int) -> int:
    """Tokens of a content: those of the input above those of the output. What was drawn once is known from then on."""
    if step.known >= 0 and s.known[step.known + content] != 0:
        return int(s.known[step.known + content])
    asked = _drawn(s, step.in_median, step.in_spread, step.strata_in, content, step.index * 64 + chance.TOKENS_IN)
    salt = step.index * 64 + chance.TOKENS_OUT
    both = asked << 32 | _drawn(s, step.out_median, step.out_spread, step.strata_out, content, salt)
    if step.known >= 0:
        s.known[step.known + content] = both
    return both


def _drawn(s: State, median: float, spread: float, strata: int, content: int, salt: int) -> int:
    """A number of tokens of a content."""
    if spread <= 0.0:
        return min(MOST, max(1, round(median)))
    if strata >= 0:
        luck = s.numbers[strata + content]
    else:
        luck = chance.uniform(s.desk[0].seed, content, salt, chance.TOKENS_IN)
    return min(MOST, max(1, round(chance.log_normal(median, spread, luck))))
