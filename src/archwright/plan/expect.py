"""Expected values of the workload's laws, in closed form: what a forecast uses where the simulator draws.

FUNCTIONS are the names that formulas of figures may call.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from archwright.plan.semantic import on_curve
from archwright.policy.chance import mean_geometric


def mean_log_normal(median: float, spread: float) -> float:
    """The mean of a log-normal law with this median and this sigma of the logarithm."""
    return median * math.exp(spread * spread / 2.0)


def mean_runs(mean: float, most: float) -> float:
    """The mean number of runs of a step: `mean`, within 1 and `most`."""
    return max(1.0, min(mean, float(int(most))))


@lru_cache(maxsize=1024)
def once_more(mean: float, most: float) -> float:
    """The chance (0 to 1) of one more run with which a geometric number, cut at `most`, has this mean; by bisection."""
    wanted, cut = mean_runs(mean, most), int(most)
    low, high = 0.0, 1.0
    if wanted >= cut:
        return high if cut > 1 else low
    for _ in range(60):
        middle = (low + high) / 2.0
        if mean_geometric(middle, cut) < wanted:
            low = middle
        else:
            high = middle
    return low


def runs_before(mean: float, most: float) -> float:
    """How many runs came before a run, in the mean over all runs that happen (0 for the first)."""
    more = once_more(mean, most)
    shares = [more**index for index in range(int(most))]
    return sum(index * share for index, share in enumerate(shares)) / sum(shares)


def prefix_cached(tokens: float, share: float, growth: float, mean: float, most: float) -> float:
    """Cached input tokens of a call, in the mean over runs, where a run finds the input of the one before in the cache.

    `tokens` is the mean input over all runs. A run has what it has in any case (`share`), or the whole input before it,
    whichever is more; the first one has nothing before it.
    """
    more = once_more(mean, most)
    shares = [more**run for run in range(int(most))]
    first = tokens - growth * runs_before(mean, most)
    found = sum(
        weight * max(share * (first + growth * run), first + growth * (run - 1) if run else 0.0)
        for run, weight in enumerate(shares)
    )
    return found / sum(shares)


def share_above(limit: float, fixed: float, median: float, spread: float) -> float:
    """The share of calls with more input tokens than `limit`: `fixed` ones and a log-normal number of others."""
    rest = limit - fixed
    if rest < 0:
        return 1.0
    if spread == 0 or median <= 0 or rest == 0:
        return 1.0 if median > rest else 0.0
    return 0.5 * math.erfc(math.log(rest / median) / spread / math.sqrt(2.0))


def tokens_above(limit: float, fixed: float, median: float, spread: float) -> float:
    """Input tokens of the calls with more than `limit` of them, in the mean over all calls.

    The partial expectation of a log-normal law above x is exp(mu + s^2/2) * Phi((mu + s^2 - ln x) / s).
    """
    share = share_above(limit, fixed, median, spread)
    rest = limit - fixed
    if spread == 0 or median <= 0 or rest <= 0:
        return share * (fixed + mean_log_normal(median, spread))
    drawn = 0.5 * math.erfc((math.log(rest / median) - spread * spread) / spread / math.sqrt(2.0))
    return fixed * share + mean_log_normal(median, spread) * drawn


def _runs(
    over: float, fixed: float, growth: float, law: tuple[float, float, float, float]
) -> list[tuple[float, float, float]]:
    """(weight, share above, tokens above) of each run of a loop, whose input grows from run to run."""
    mean, most, median, spread = law
    more = once_more(mean, most)
    found = []
    for run in range(int(most)):
        args = (over, fixed + growth * run, median, spread)
        found.append((more**run, share_above(*args), tokens_above(*args)))
    return found


def runs_above(  # noqa: PLR0913 - what a formula names, by place
    over: float, fixed: float, growth: float, mean: float, most: float, median: float, spread: float
) -> float:
    """As `share_above`, in the mean over the runs of a loop: run by run, each with the input that it has by then."""
    runs = _runs(over, fixed, growth, (mean, most, median, spread))
    return sum(weight * share for weight, share, _ in runs) / sum(weight for weight, _, _ in runs)


def run_tokens_above(  # noqa: PLR0913 - what a formula names, by place
    over: float, fixed: float, growth: float, mean: float, most: float, median: float, spread: float
) -> float:
    """As `tokens_above`, in the mean over the runs of a loop."""
    runs = _runs(over, fixed, growth, (mean, most, median, spread))
    return sum(weight * tokens for weight, _, tokens in runs) / sum(weight for weight, _, _ in runs)


def prefix_cached_above(  # noqa: PLR0913 - what a formula names, by place
    over: float, fixed: float, growth: float, mean: float, most: float, median: float, spread: float, cached: float
) -> float:
    """Of `run_tokens_above`, those at the cached price where a run finds the input before it (see `prefix_cached`)."""
    runs = _runs(over, fixed, growth, (mean, most, median, spread))
    found = sum(
        weight * max(cached * tokens, tokens - growth * share if run else 0.0)
        for run, (weight, share, tokens) in enumerate(runs)
    )
    return found / sum(weight for weight, _, _ in runs)


@lru_cache(maxsize=64)
def blocks(answers: int, skew: float) -> tuple[tuple[int, float], ...]:
    """(how many, weight of each) over the ranks of a Zipf law, in few blocks: quick to sum many times."""
    return tuple(_weights(answers, skew, 12))


@lru_cache(maxsize=512)
def repeated(rate: float, answers: float, skew: float, wordings: float, ttl: float, mean: float, most: float) -> float:  # noqa: PLR0913 - what a formula names, by place
    """The share of calls that an exact cache answers.

    Each (question, wording, run) is a stream of equal requests with its own rate r. A cache that keeps an answer for
    `ttl` after it was stored misses once and then hits r·ttl times in the mean, so it answers r·ttl / (1 + r·ttl) of
    them (Poisson arrivals, renewal argument; Jung, Berger and Balakrishnan 2003). The number of entries is taken to
    suffice. `rate` counts first runs a second.
    """
    if answers < 1 or rate <= 0:
        return 0.0
    again = once_more(mean, most)
    weights = _weights(round(answers), skew)
    total = sum(count * weight for count, weight in weights)
    hits = calls = 0.0
    for run in range(int(most)):
        share = again**run
        if share < 1e-6:
            break
        for count, weight in weights:
            one = rate * share * weight / total / wordings
            hits += count * one * (one * ttl) / (1.0 + one * ttl)
            calls += count * one
    return hits / calls


def repeated_roughly(  # noqa: PLR0913 - what a formula names, by place
    rate: float, answers: float, skew: float, wordings: float, ttl: float, mean: float, most: float
) -> float:
    """As `repeated`, from few blocks of ranks: quick enough for many draws, and within a hundredth of it."""
    if answers < 1 or rate <= 0:
        return 0.0
    again = once_more(mean, most)
    weights = _weights(round(answers), skew, 12)
    total = sum(count * weight for count, weight in weights)
    hits = calls = 0.0
    for run in range(int(most)):
        one = rate * again**run / total / wordings
        if again**run < 1e-3:
            break
        for count, weight in weights:
            each = one * weight
            hits += count * each * (each * ttl) / (1.0 + each * ttl)
            calls += count * each
    return hits / calls


def _weights(answers: int, skew: float, fine: int = 1000) -> list[tuple[int, float]]:
    """(how many, weight of each) over the ranks of a Zipf law, so that millions of them stay quick to sum.

    Each of the `fine` first ranks stands for itself; then come blocks (2 % wide, or a quarter where few are fine), in
    which all have the weight of the middle one. With a thousand that moves a share by less than a thousandth of itself.
    """
    found = [(1, rank**-skew) for rank in range(1, min(answers, fine) + 1)]
    last = len(found)
    part = 50 if fine >= 1000 else 4
    while last < answers:
        size = min(last // part, answers - last)
        found.append((size, (last + (size + 1) / 2) ** -skew))
        last += size
    return found


FUNCTIONS: Final[Mapping[str, Callable[..., float]]] = {
    "mean_log_normal": mean_log_normal,
    "mean_runs": mean_runs,
    "runs_before": runs_before,
    "repeated": repeated,
    "prefix_cached": prefix_cached,
    "share_above": share_above,
    "tokens_above": tokens_above,
    "runs_above": runs_above,
    "run_tokens_above": run_tokens_above,
    "prefix_cached_above": prefix_cached_above,
    "on_curve": on_curve,
}
