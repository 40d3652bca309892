"""Past requests through a cache that answers by meaning: every request is counted once, and what is said adds up."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.learn.recall import Near, Recall, Verdict
from archwright.learn.replay import Log, Outcome, repeated, replay
from archwright.learn.spaces import Spaces

AXES = {0: (1.0, 0.0, 0.0), 1: (0.0, 1.0, 0.0), 2: (0.0, 0.0, 1.0)}
REQUESTS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 1)), min_size=1, max_size=60)


class Bold(Recall):
    """Serves whatever is near, and asks for some of it anyway."""

    def judge(self, text: str, near: Sequence[Near], luck: float) -> Verdict:
        found = super().judge(text, near, luck)
        good = bool(near) and near[0].similarity > 0.9
        return Verdict(near[0].entry if near else -1, 1.0, good and luck >= 0.1, good and luck < 0.1, found.ticket)


def asked(rows: Sequence[tuple[int, int, int]], ttl_s: float = 1e9) -> Log:
    """A request a second: which answer it wants, in which words, in which namespace."""
    texts = [f"{answer} in words {words}" for answer, words, _ in rows]
    spaces = [space for _, _, space in rows]
    near = Spaces([AXES[answer] for answer, _, _ in rows], spaces)
    keys = list(zip(spaces, texts, strict=True))
    return Log(texts, near, [answer for answer, _, _ in rows], keys, [float(at) for at in range(len(rows))], ttl_s)


def ran(rows: Sequence[tuple[int, int, int]], ttl_s: float = 1e9, luck: float = 0.5, wrong: float = 0.02) -> Outcome:
    return replay(asked(rows, ttl_s), Bold(wrong), lambda _row: luck)


@given(REQUESTS, st.sampled_from((1e9, 5.0)), st.sampled_from((0.05, 0.5)))
def test_every_request_is_answered_once(rows: list[tuple[int, int, int]], ttl_s: float, luck: float) -> None:
    found = ran(rows, ttl_s, luck)
    assert found.requests == len(rows)
    assert 0 <= found.calls <= found.requests
    assert found.exact <= found.plain
    assert found.audits <= found.calls
    assert 0.0 <= found.net <= 1.0
    assert found.wrong == 0
    if luck < 0.1:  # all is audited
        assert found.served == 0
        assert found.calls == found.requests - found.plain


def test_one_answer_in_one_namespace_is_asked_once() -> None:
    found = ran([(0, 0, 0), (0, 1, 0), (0, 2, 0), (0, 0, 0), (0, 1, 1)])
    assert (found.calls, found.served, found.exact, found.plain) == (2, 2, 1, 1)
    assert found.net == pytest.approx(1 - 2 / 4)


def test_answers_that_are_too_old_serve_nobody() -> None:
    assert ran([(0, 0, 0), (0, 1, 0), (0, 0, 0)], ttl_s=0.5).calls == 3


def test_a_wrong_answer_is_counted_by_both_definitions() -> None:
    log = Log(["a", "b"], Spaces([AXES[0], AXES[0]], [0, 0]), [0, 1])
    found = replay(log, Bold(0.02), lambda _row: 0.5)
    assert (found.wrong, found.wrong_of_hits.value, found.wrong_of_all.value) == (1, 1.0, 0.5)


@given(REQUESTS)
def test_an_exact_cache_answers_what_was_asked_before(rows: list[tuple[int, int, int]]) -> None:
    seen: set[tuple[int, int, int]] = set()
    hits = 0
    for row in rows:
        hits += row in seen
        seen.add(row)
    assert repeated(asked(rows)) == hits
