"""The model finds what the labels were drawn from, and the threshold keeps what it promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.learn.score import NEVER, Model, fit, threshold

TRUE = np.asarray([1.0, 2.0, -1.0])
PRIOR = (0.0, 0.0, 0.0)


def drawn(seed: int, many: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    luck = np.random.default_rng(seed)
    rows = np.column_stack([np.ones(many), luck.normal(size=(many, 2))])
    chance = 1.0 / (1.0 + np.exp(-rows @ TRUE))
    return rows, (luck.random(many) < chance).astype(float), chance


def test_the_weights_that_the_labels_were_drawn_from_are_found() -> None:
    rows, right, _ = drawn(1, 20_000)
    model = fit(rows, right, np.ones(len(rows)), PRIOR)
    assert np.asarray(model.weights) == pytest.approx(TRUE, abs=0.15)
    assert model.chance(tuple(rows[0])) == pytest.approx(float(model.chances(rows[:1])[0]))


def test_from_the_last_weights_the_same_is_found() -> None:
    rows, right, _ = drawn(3, 4_000)
    last = fit(rows[:3_900], right[:3_900], np.ones(3_900), PRIOR)
    anew = fit(rows, right, np.ones(len(rows)), PRIOR)
    sooner = fit(rows, right, np.ones(len(rows)), PRIOR, last.weights)
    assert sooner.weights == pytest.approx(anew.weights, abs=1e-3)
    assert last.weights != pytest.approx(anew.weights, abs=1e-3)


def test_labels_of_one_kind_and_columns_without_spread_are_no_error() -> None:
    rows = np.column_stack([np.ones(50), np.full(50, 0.3), np.arange(50.0)])
    model = fit(rows, np.ones(50), np.ones(50), PRIOR)
    assert np.isfinite(model.weights).all()


@pytest.mark.parametrize("budget", [0.01, 0.02, 0.05])
def test_the_error_stays_within_the_budget_in_expectation(budget: float) -> None:
    """Over many drawn worlds: in one of them the fit may be a little too sure."""
    errors = []
    for seed in range(30):
        rows, right, _ = drawn(seed, 4_000)
        model = fit(rows, right, np.ones(len(rows)), PRIOR)
        bound = threshold(model, rows[-2_000:], budget, per_all=False)
        fresh, _, chance = drawn(seed + 1_000_000, 4_000)
        hits = model.chances(fresh) >= bound
        # Over the chances that the labels are drawn from, and not over the labels.
        errors += [float((1.0 - chance[hits]).mean())] if hits.any() else []
    assert errors
    assert float(np.mean(errors)) <= budget


@given(st.integers(0, 10_000), st.lists(st.floats(0.001, 0.5), min_size=2, max_size=2))
def test_a_looser_budget_serves_no_less(seed: int, budgets: list[float]) -> None:
    rows, right, _ = drawn(seed, 500)
    model = fit(rows, right, np.ones(len(rows)), PRIOR)
    tight, loose = (threshold(model, rows, budget, per_all=False) for budget in sorted(budgets))
    assert loose <= tight
    assert threshold(model, rows, sorted(budgets)[0], per_all=True) <= tight


def test_nothing_is_served_where_nothing_is_known() -> None:
    model = Model((5.0, 0.0, 0.0), np.eye(3))
    assert threshold(model, np.zeros((0, 3)), 0.02, per_all=False) == NEVER
    assert threshold(model, np.ones((5, 3)), 0.0, per_all=False) == NEVER
