"""The curve of hits against precision."""

from __future__ import annotations

import numpy as np
import pytest

from archwright.learn.curve import Point, area, frontier


def test_a_curve_counted_by_hand() -> None:
    scores, right = np.asarray([0.2, 0.9, 0.9, 0.6]), np.asarray([0.0, 1.0, 0.0, 1.0])
    found = frontier(scores, right, np.ones(4))
    assert [point.score for point in found] == [0.9, 0.6, 0.2]
    assert [point.hits for point in found] == [0.5, 0.75, 1.0]
    assert [point.precision for point in found] == pytest.approx([0.5, 2 / 3, 0.5])


def test_what_stands_for_more_counts_more() -> None:
    found = frontier(np.asarray([0.9, 0.5]), np.asarray([1.0, 0.0]), np.asarray([3.0, 1.0]))
    assert found == (Point(0.9, 0.75, 1.0), Point(0.5, 1.0, 0.75))
    assert area(found) == pytest.approx(0.75 + 0.25 * 0.875)


def test_no_look_ups_have_no_curve() -> None:
    assert frontier(np.zeros(0), np.zeros(0), np.zeros(0)) == ()
    assert area(()) == 0.0


def test_a_long_curve_has_few_points_and_both_ends() -> None:
    scores = np.linspace(0.0, 1.0, 1_000)
    found = frontier(scores, (scores > 0.3).astype(float), np.ones(1_000), points=10)
    assert len(found) <= 10
    assert (found[0].score, found[-1].hits) == (1.0, 1.0)
