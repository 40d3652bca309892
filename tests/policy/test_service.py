"""Laws of work: their means, their quantiles, and the gamma law against others that it holds."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.policy import service

EVEN = [(index + 0.5) / 4000 for index in range(4000)]


@pytest.mark.parametrize(
    ("law", "spread", "variation"),
    [
        (service.LOG_NORMAL, 0.5, math.sqrt(math.exp(0.25) - 1)),
        (service.EXPONENTIAL, 0.0, 1.0),
        (service.CONSTANT, 0.0, 0.0),
        (service.GAMMA, 0.5, 0.5),
        (service.GAMMA, 1.0, 1.0),
        (service.GAMMA, 1.6, 1.6),
    ],
)
def test_each_law_has_its_mean_and_its_variation(law: int, spread: float, variation: float) -> None:
    times = [service.takes(law, 3.0, spread, u) for u in EVEN]
    middle = math.fsum(times) / len(times)
    assert math.isclose(middle, service.mean(law, 3.0, spread), rel_tol=0.01)
    around = math.sqrt(math.fsum((time - middle) ** 2 for time in times) / len(times))
    assert math.isclose(around / middle, variation, rel_tol=0.05, abs_tol=1e-12)


@given(st.floats(1e-6, 1 - 1e-6), st.floats(0.01, 100))
def test_gamma_with_variation_one_is_exponential(u: float, mean: float) -> None:
    assert math.isclose(service.gamma(mean, 1.0, u), service.takes(service.EXPONENTIAL, mean, 0.0, u), rel_tol=1e-6)


@given(st.floats(0.05, 10), st.floats(1e-6, 1 - 1e-6))
def test_a_quantile_has_so_much_below_it(variation: float, u: float) -> None:
    a = 1 / variation**2
    x = service.gamma(1.0, variation, u) * a
    assert math.isclose(service.below(a, x), u, rel_tol=1e-6, abs_tol=1e-9) or x < 1e-250


@given(st.floats(1e-4, 1e5))
def test_the_logarithm_of_the_gamma_function(x: float) -> None:
    assert math.isclose(service.log_gamma(x), math.lgamma(x), rel_tol=1e-12, abs_tol=1e-12)


def test_erlang_of_two_phases_in_closed_form() -> None:
    for x in (0.1, 1.0, 2.5, 9.0):
        assert math.isclose(service.below(2.0, x), 1 - math.exp(-x) * (1 + x), rel_tol=1e-10)


@given(st.floats(0.05, 10), st.floats(0, 0.999), st.floats(0, 0.999))
def test_more_luck_takes_longer(variation: float, one: float, two: float) -> None:
    low, high = sorted((one, two))
    assert service.gamma(1.0, variation, low) <= service.gamma(1.0, variation, high) * (1 + 1e-9)
