"""Common randomness: a number drawn by (seed, request, attempt, purpose), the same in every engine and every design.

All arithmetic stays below 2**63, so that compiled code with signed 64-bit integers and Python agree to the bit.
The mixing steps are multiply-xorshift rounds on 32 bits.
"""

from __future__ import annotations

import math

M32 = 0xFFFFFFFF
OTHER = 0x68E31DA4  # turns a first number into that of another mixture of the same ones

# Purposes of a draw: one a kind of luck, so that no two decisions share a number.
ARRIVAL = 1
ANSWER = 2
WORDING = 3
TAKEN = 4
REPEATS = 5
TENANT = 6
TOKENS_IN = 7
TOKENS_OUT = 8
FIRST_TOKEN = 9
PACE = 10
ERROR = 11
BACKOFF = 12
WORK = 13
CHUNK = 14
ROUTE = 15
THINK = 21
PAUSE = 22
SEMANTIC = 23
FAILURE = 24
STICKY = 25
ASKED = 26
LIFE = 27
REFRESHED = 28
PASSED_OVER = 29
PATIENCE = 31


def scramble(x: int) -> int:
    """A 32-bit number mixed into another one; a bijection."""
    x = ((x ^ (x >> 16)) * 0x45D9F3B) & M32
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & M32
    return x ^ (x >> 15)


def fold(seed: int, request: int, attempt: int, purpose: int) -> int:
    """32 mixed bits of four integers, each from 0 to below 2**62."""
    h = scramble((seed & M32) ^ 0x2545F491)
    h = scramble(h ^ (request & M32))
    h = scramble(h ^ ((request >> 32) & M32) ^ 0x1B873593)
    h = scramble(h ^ (attempt & M32) ^ 0x5BD1E995)
    return scramble(h ^ (purpose & M32) ^ 0x3C6EF372)


def uniform(seed: int, request: int, attempt: int, purpose: int) -> float:
    """A number in [0, 1) with 53 random bits."""
    high = fold(seed, request, attempt, purpose)
    low = scramble(high ^ fold(seed ^ OTHER, request, attempt, purpose))
    return float((high >> 5) * 67108864 + (low >> 6)) / 9007199254740992.0


def seen(share: float, seed: int, content: int, place: int) -> bool:
    """Whether a content is one of the `share` (0 to 1) that is found under other words.

    Multiples of the golden ratio, modulo 1, fill the unit interval evenly, so few contents have the share already.
    """
    return share > 0.0 and (content * 0.6180339887498949 + uniform(seed, 0, place, SEMANTIC)) % 1.0 < share


def stem(seed: int, request: int, attempt: int) -> tuple[int, int]:
    """What all purposes of a request's attempt share: `uniform` is `off(stem(seed, request, attempt), purpose)`."""
    return _mixed(seed, request, attempt), _mixed(seed ^ OTHER, request, attempt)


def off(shared: tuple[int, int], purpose: int) -> float:
    """The number in [0, 1) of one purpose, from what `stem` gave."""
    mark = (purpose & M32) ^ 0x3C6EF372
    high = scramble(shared[0] ^ mark)
    low = scramble(high ^ scramble(shared[1] ^ mark))
    return float((high >> 5) * 67108864 + (low >> 6)) / 9007199254740992.0


def _mixed(seed: int, request: int, attempt: int) -> int:
    """`fold` up to its purpose."""
    h = scramble((seed & M32) ^ 0x2545F491)
    h = scramble(h ^ (request & M32))
    h = scramble(h ^ ((request >> 32) & M32) ^ 0x1B873593)
    return scramble(h ^ (attempt & M32) ^ 0x5BD1E995)


def normal(u: float) -> float:
    """The standard normal quantile of `u` in (0, 1), to about 1e-9.

    Rational approximation by P. J. Acklam (2003). The ends are cut at 1e-12.
    """
    u = min(max(u, 1e-12), 1.0 - 1e-12)
    if u < 0.02425:
        q = math.sqrt(-2.0 * math.log(u))
        return _tail(q)
    if u > 1.0 - 0.02425:
        q = math.sqrt(-2.0 * math.log(1.0 - u))
        return -_tail(q)
    q = u - 0.5
    r = q * q
    a = -3.969683028665376e01 * r + 2.209460984245205e02
    a = (
        (((a * r - 2.759285104469687e02) * r + 1.383577518672690e02) * r - 3.066479806614716e01) * r + 2.506628277459239
    ) * q
    b = -5.447609879822406e01 * r + 1.615858368580409e02
    b = (((b * r - 1.556989798598866e02) * r + 6.680131188771972e01) * r - 1.328068155288572e01) * r + 1.0
    return a / b


def _tail(q: float) -> float:
    a = -7.784894002430293e-03 * q - 3.223964580411365e-01
    a = (((a * q - 2.400758277161838) * q - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783
    b = 7.784695709041462e-03 * q + 3.224671290700398e-01
    b = ((b * q + 2.445134137142996) * q + 3.754408661907416) * q + 1.0
    return a / b


def log_normal(median: float, sigma: float, u: float) -> float:
    """The quantile `u` of a log-normal law with this median and this sigma of the logarithm."""
    return median * math.exp(sigma * normal(u))


def geometric(again: float, most: int, u: float) -> int:
    """A number of runs from 1 to `most`: after each but the last there is one more with the chance `again`."""
    if again <= 0.0:
        return 1
    if again >= 1.0:
        return most
    runs = 1 + int(math.log(1.0 - min(u, 1.0 - 1e-15)) / math.log(again))
    return min(runs, most)


def mean_geometric(again: float, most: int) -> float:
    """The exact mean of `geometric`: the sum over k of P(runs > k), k from 0 to most - 1."""
    if again <= 0.0:
        return 1.0
    if again >= 1.0:
        return float(most)
    return -math.expm1(most * math.log(again)) / (1.0 - again)  # a plain power loses half the digits close to 1
