"""Exact results of queueing theory, each with where it is from. Rates a second, times in seconds."""

from __future__ import annotations

import math
from collections.abc import Sequence


def erlang_b(offered: float, servers: int) -> float:
    """The share of arrivals that M/M/c/c turns away. A. K. Erlang (1917); the usual recursion."""
    lost = 1.0
    for count in range(1, servers + 1):
        lost = offered * lost / (count + offered * lost)
    return lost


def erlang_c(offered: float, servers: int) -> float:
    """The share of arrivals that waits in M/M/c. A. K. Erlang (1917), from the loss formula."""
    lost = erlang_b(offered, servers)
    return servers * lost / (servers - offered * (1.0 - lost))


def mmc_sojourn(rate: float, mean: float, servers: int) -> float:
    """The mean time in M/M/c: the wait of those who wait is exponential with rate c/mean - rate."""
    return erlang_c(rate * mean, servers) / (servers / mean - rate) + mean


def mmck(rate: float, mean: float, servers: int, places: int) -> tuple[float, float]:
    """M/M/c/K: the share turned away, and the mean time of those let in. Birth and death; Little's law."""
    weights = [1.0]
    for count in range(1, places + 1):
        weights.append(weights[-1] * rate * mean / min(count, servers))
    total = math.fsum(weights)
    lost = weights[-1] / total
    inside = math.fsum(count * weight for count, weight in enumerate(weights)) / total
    return lost, inside / (rate * (1.0 - lost))


def mg1_sojourn(rate: float, mean: float, variation: float) -> float:
    """The mean time in M/G/1. F. Pollaczek (1930), A. Khinchine (1932)."""
    load = rate * mean
    return load * mean * (1.0 + variation**2) / (2.0 * (1.0 - load)) + mean


def sharing_sojourn(rate: float, mean: float) -> float:
    """The mean time in M/G/1 with processor sharing, whatever the law of work. M. Sakata and others (1971)."""
    return mean / (1.0 - rate * mean)


def impatient(rate: float, mean: float, servers: int, patience: float) -> float:
    """The share that leaves M/M/c when it has waited `patience`. D. Y. Barrer (1957).

    In the form of S. Zeltyn and A. Mandelbaum, Call centers with impatient customers (2005), section 2, for a patience
    that is the same for all.
    """
    free = servers / mean
    grows = rate - free
    inner = patience if grows == 0.0 else math.expm1(grows * patience) / grows
    waits = inner + math.exp(grows * patience) / free
    offered, last = rate * mean, servers - 1
    blocked = sum(offered**count / math.factorial(count) for count in range(servers))
    blocked /= offered**last / math.factorial(last)
    return (1.0 + grows * waits) / (blocked + rate * waits)


def leaving(rate: float, mean: float, servers: int, patience: float) -> float:
    """The share that leaves M/M/c when patience is exponential with this mean (Erlang-A). C. Palm (1957).

    By birth and death, as in A. Mandelbaum and S. Zeltyn, The Palm/Erlang-A queue (2007): whoever leaves is one of
    those who wait, each after a mean of `patience`.
    """
    weight, whole, waiting, count = 1.0, 1.0, 0.0, 0
    while count < servers or weight > 1e-16 * whole:
        count += 1
        weight *= rate / (min(count, servers) / mean + max(0, count - servers) / patience)
        whole += weight
        waiting += weight * max(0, count - servers)
    return waiting / whole / patience / rate


def closed(users: int, think: float, means: Sequence[float]) -> float:
    """The mean time of a visit of one of `users`, through one exponential server after the other, thinking between.

    Exact mean value analysis: M. Reiser, S. S. Lavenberg (1980).
    """
    waiting = [0.0] * len(means)
    whole = 0.0
    for count in range(1, users + 1):
        times = [mean * (1.0 + queue) for mean, queue in zip(means, waiting, strict=True)]
        whole = math.fsum(times)
        waiting = [count / (think + whole) * time for time in times]
    return whole


def urgent_wait(rates: Sequence[float], mean: float) -> list[float]:
    """The mean wait of each class of M/M/1 in which the urgent go first, nobody interrupted. A. Cobham (1954)."""
    residual, before, found = sum(rates) * mean * mean, 0.0, []
    for rate in rates:
        after = before + rate * mean
        found.append(residual / ((1.0 - before) * (1.0 - after)))
        before = after
    return found
