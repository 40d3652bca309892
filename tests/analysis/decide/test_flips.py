"""Which weight changes the winner: what the closed form says is what recounting says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analysis.decide.options import judged

SCORES = st.tuples(*[st.integers(1, 5).map(float)] * 3)


def winner(scores: dict[str, tuple[float, ...]], weights: tuple[float, ...]) -> str:
    """Who is ahead, counted anew; nobody where it is too close to tell."""
    sums = {name: sum(w * v for w, v in zip(weights, row, strict=True)) for name, row in scores.items()}
    order = sorted(sums, key=lambda name: -sums[name])
    return order[0] if len(order) == 1 or sums[order[0]] - sums[order[1]] > 1e-9 else ""


def with_weight(weights: tuple[float, ...], place: int, value: float) -> tuple[float, ...]:
    """The weights with one of them changed and the others in their proportion."""
    rest = 1 - weights[place]
    return tuple(value if at == place else weight / rest * (1 - value) for at, weight in enumerate(weights))


def test_two_options_by_hand() -> None:
    """a leads by 0.5 on c0 and lags by 1 on c1: equal where w/2 = 1 - w."""
    result, book = judged({"a": (5, 1), "b": (3, 5)}, (0.8, 0.2))
    assert result.ranking.winner == "a"
    first, second = result.flips
    assert book[first.at].value == pytest.approx(2 / 3)
    assert book[second.at].value == pytest.approx(1 / 3)
    assert first.winner == second.winner == "b"


def test_who_is_better_by_everything_cannot_be_overtaken() -> None:
    result, _ = judged({"a": (5, 4), "b": (3, 2)}, (0.5, 0.5))
    assert [flip.at for flip in result.flips] == ["", ""]


def test_the_only_criterion_has_no_other_weight() -> None:
    result, _ = judged({"a": (5,), "b": (3,)}, (1.0,))
    assert [flip.at for flip in result.flips] == [""]


def test_a_tie_at_the_very_end_is_no_flip() -> None:
    """They are equal by c0 alone: at a weight of 100 % there is a tie, and beyond it nothing."""
    result, _ = judged({"a": (3, 5), "b": (3, 1)}, (0.5, 0.5))
    assert [flip.at for flip in result.flips] == ["", ""]


def test_the_nearest_of_several_counts() -> None:
    result, book = judged({"a": (3, 4), "b": (4, 1), "c": (5, 1)}, (0.4, 0.6))
    assert (result.ranking.winner, result.flips[0].winner) == ("a", "c")
    assert book[result.flips[0].at].value == pytest.approx(0.6)


@given(st.dictionaries(st.sampled_from("abc"), SCORES, min_size=2), st.tuples(*[st.integers(1, 9)] * 3))
def test_beyond_a_flip_another_wins_and_before_it_nobody_else(
    scores: dict[str, tuple[float, ...]], parts: tuple[int, ...]
) -> None:
    weights = tuple(part / sum(parts) for part in parts)
    result, book = judged(scores, weights)
    if not result.ranking.winner:
        return
    for place, flip in enumerate(result.flips):
        at = book[flip.at].value if flip.at else None
        for trial in (number / 64 for number in range(1, 64)):
            found = winner(scores, with_weight(weights, place, trial))
            nearer = at is None or abs(trial - weights[place]) < abs(at - weights[place]) - 1e-6
            if nearer and found:
                assert found == result.ranking.winner
        if at is not None:
            step = 1e-6 if at > weights[place] else -1e-6
            sums = with_weight(weights, place, at + step)
            ahead = sum(w * (s - v) for w, s, v in
                        zip(sums, scores[flip.winner], scores[result.ranking.winner], strict=True))  # fmt: skip
            assert ahead > 0
