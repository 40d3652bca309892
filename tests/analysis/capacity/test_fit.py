"""Factors from points: found again where they were put in, refused where nothing can be told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archwright.analysis.capacity.fit import Factors, Point, calibrated, errors, left_out, mape, scaled
from archwright.analysis.capacity.points import read_points
from archwright.base.errors import InputError
from archwright.plan.steady import Request, steady
from tests.plan.test_steady import LARGE

LOADS = (1.0, 4.0, 12.0, 30.0, 60.0)
HEAD = "concurrency,input_tokens,output_tokens,tpot_ms\n"
ROWS = "".join(f"{load},1000,200,{10 + load}\n" for load in LOADS)


def points(factors: Factors) -> list[Point]:
    """What would be measured of a deployment that takes so many times as long."""
    law, request = scaled(LARGE, factors), Request(500.0, 200.0)
    return [Point(load, 500.0, 200.0, steady(law, request, load).per_token_s) for load in LOADS]


@settings(max_examples=25)
@given(st.floats(0.5, 2.5), st.floats(0.4, 3.0))
def test_factors_are_found_again(busy: float, overhead: float) -> None:
    seen = points(Factors(busy, overhead))
    found = calibrated(LARGE, seen)
    assert mape(errors(scaled(LARGE, found), seen)) < 0.02
    assert mape(errors(scaled(LARGE, found), seen)) <= mape(errors(LARGE, seen))


def test_a_point_that_was_left_out_is_foreseen_by_the_others() -> None:
    assert mape(left_out(LARGE, points(Factors(1.3, 0.7)))) < 0.03


def test_points_are_read() -> None:
    found = read_points((HEAD + ROWS).splitlines(keepends=True), "points.csv")
    assert found[1] == Point(4.0, 1000.0, 200.0, 0.014)
    assert len(found) == 5


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("", "bad-points", "columns concurrency"),
        ("concurrency,tpot_ms\n1,2\n", "bad-points", "input_tokens, output_tokens missing"),
        (HEAD, "few-points", "0 points"),
        (HEAD + "1,1,1,1\n" * 4, "few-points", "4 points"),
        (HEAD + "8,10,10,1\n" * 6, "few-points", "the same load"),
        (HEAD + ROWS + "-1,2,3,4\n", "bad-points", "concurrency is `-1`"),
        (HEAD + ROWS + "1,2,3,nan\n", "bad-points", "tpot_ms is `nan`"),
        (HEAD + ROWS + "1,2,3,1e300\n", "bad-points", "tpot_ms is `1e300`"),
        (HEAD + ROWS + "1,2\n", "bad-points", "output_tokens is ``"),
    ],
)
def test_what_is_no_point_is_said_with_its_line(text: str, code: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_points(text.splitlines(keepends=True), "points.csv")
    assert {item.code for item in caught.value.problems} == {code}
    assert said in str(caught.value)
