"""How long a piece of work takes: the laws of a station's time, each by its quantile, so that one draw is one time."""

from __future__ import annotations

import math

from archwright.policy.chance import log_normal, normal

LOG_NORMAL = 0
EXPONENTIAL = 1
CONSTANT = 2
GAMMA = 3
LAWS = ("log-normal", "exponential", "constant", "gamma")

NEAR = 1e-12
ROUNDS = 300


def takes(law: int, middle_s: float, spread: float, u: float) -> float:
    """Seconds of one piece of work: the quantile `u` in [0, 1) of a law.

    `middle_s` is the median of the log-normal law and the mean of every other; `spread` is the log-normal law's sigma
    and the gamma law's coefficient of variation (1 / sqrt(k) is Erlang's law of k phases).
    """
    if law == EXPONENTIAL:
        return float(-middle_s * math.log(1.0 - u))
    if law == CONSTANT:
        return middle_s
    if law == GAMMA:
        return gamma(middle_s, spread, u)
    return log_normal(middle_s, spread, u)


def mean(law: int, middle_s: float, spread: float) -> float:
    """The mean of a law in seconds."""
    return float(middle_s * math.exp(spread * spread / 2.0)) if law == LOG_NORMAL else middle_s


def gamma(middle: float, variation: float, u: float) -> float:
    """The quantile `u` of the gamma law with this mean and this coefficient of variation (0.05 to 10).

    Halley's method on the regularised incomplete gamma function, from the guess of Wilson and Hilferty (1931).
    """
    if variation <= 0.0:
        return middle
    a = 1.0 / (variation * variation)
    u = min(max(u, 1e-12), 1.0 - 1e-12)
    x = _guess(a, u)
    for _ in range(16):
        error = below(a, x) - u
        slope = math.exp((a - 1.0) * math.log(x) - x - log_gamma(a))
        if slope <= 0.0:
            break
        step = error / slope
        step = step / (1.0 - 0.5 * min(1.0, step * ((a - 1.0) / x - 1.0)))
        x = x - step if step < x else 0.5 * x
        if abs(step) < 1e-10 * x:
            break
    return float(middle * x / a)


def log_gamma(x: float) -> float:
    """The logarithm of the gamma function of x above 0, to about 1e-14.

    By the series of C. Lanczos (1964) with g = 7 and nine terms, coefficients as computed by P. Godfrey (2001). It is
    written out, because the libraries of Python and of the compiler differ in the last digits.
    """
    below_one = math.log(x) if x < 1.0 else 0.0
    x = x if x < 1.0 else x - 1.0  # of x + 1 where x is small, from which its logarithm is taken
    total = 0.99999999999980993 + 676.5203681218851 / (x + 1.0) - 1259.1392167224028 / (x + 2.0)
    total += 771.32342877765313 / (x + 3.0) - 176.61502916214059 / (x + 4.0) + 12.507343278686905 / (x + 5.0)
    total += -0.13857109526572012 / (x + 6.0) + 9.9843695780195716e-6 / (x + 7.0) + 1.5056327351493116e-7 / (x + 8.0)
    t = x + 7.5
    return float(0.5 * math.log(2.0 * math.pi) + (x + 0.5) * math.log(t) - t + math.log(total) - below_one)


def _guess(a: float, u: float) -> float:
    """About where the quantile lies: the cube of a normal number, or what the law's beginning alone would give."""
    if a > 1.0:
        root = 1.0 - 1.0 / (9.0 * a) + normal(u) / (3.0 * math.sqrt(a))
        return float(max(1e-3, a * root * root * root))
    edge = 1.0 - a * (0.253 + a * 0.12)
    if u < edge:
        return float(max(1e-300, (u / edge) ** (1.0 / a)))
    return float(1.0 - math.log(1.0 - (u - edge) / (1.0 - edge)))


def below(a: float, x: float) -> float:
    """The regularised incomplete gamma function P(a, x): by its series, or by its continued fraction above a + 1.

    Abramowitz and Stegun (1964), 6.5.29 and 6.5.31, the fraction as Lentz evaluates it.
    """
    if x <= 0.0:
        return 0.0
    front = math.exp(a * math.log(x) - x - log_gamma(a))
    return _series(a, x) * front if x < a + 1.0 else 1.0 - _fraction(a, x) * front


def _series(a: float, x: float) -> float:
    term = 1.0 / a
    total = term
    for n in range(1, ROUNDS):
        term *= x / (a + float(n))
        total += term
        if term < total * NEAR:
            break
    return total


def _fraction(a: float, x: float) -> float:
    b = x + 1.0 - a
    c = 1e300
    d = 1.0 / b
    total = d
    for n in range(1, ROUNDS):
        part = float(n) * (a - float(n))
        b += 2.0
        d = part * d + b
        d = 1e-300 if abs(d) < 1e-300 else d
        c = b + part / c
        c = 1e-300 if abs(c) < 1e-300 else c
        d = 1.0 / d
        total *= d * c
        if abs(d * c - 1.0) < NEAR:
            break
    return total
