"""Assumptions that can be tested."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.units import MONTH, UnitError
from archwright.spec.predicate import SUBJECTS, predicate


def test_the_examples_of_the_manual_are_read() -> None:
    requests = predicate("monthly requests <= 3M")
    assert (requests.subject, requests.journey, requests.limit.value) == ("monthly requests", "", 3e6)
    latency = predicate("p95 of question <= 4 s")
    assert (latency.subject, latency.journey, latency.limit.value) == ("p95", "question", 4.0)
    assert predicate("cache hit >= 20 %").limit.value == 0.2


@pytest.mark.parametrize(
    ("text", "below", "at", "above"),
    [("p95 <= 4 s", True, True, False), ("p95 < 4 s", True, False, False),
     ("p95 >= 4 s", False, True, True), ("p95 > 4 s", False, False, True)],
)  # fmt: skip
def test_signs_mean_what_they_say(text: str, below: bool, at: bool, above: bool) -> None:
    told = predicate(text)
    assert (told.holds(3.9), told.holds(4.0), told.holds(4.1)) == (below, at, above)


@given(st.sampled_from(sorted(SUBJECTS)), st.sampled_from(["<=", ">=", "<", ">"]), st.integers(0, 2))
def test_spaces_do_not_matter(subject: str, sign: str, spaces: int) -> None:
    limit = {"count": "3M", "duration": "4 s", "share": "20 %", "money": "$3k"}[SUBJECTS[subject]]
    pad = " " * spaces
    assert predicate(f"{pad}{subject}{pad}{sign}{pad}{limit}{pad}").subject == subject


@pytest.mark.parametrize(
    ("text", "hint"),
    [("p95", "p95 of question"), ("p95 = 4 s", "monthly requests"), ("p96 <= 4 s", "p9"), ("p95 <= 4 %", "4 s"),
     ("", "monthly requests"), ("<= 3", "monthly requests"), ("monthly requests <=", "monthly requests")],
)  # fmt: skip
def test_what_cannot_be_tested_is_refused_with_a_mend(text: str, hint: str) -> None:
    with pytest.raises(UnitError) as caught:
        predicate(text)
    assert hint in f"{caught.value.message} {caught.value.mend}"


@pytest.mark.parametrize("thousands", [3, 6, 12, 24, 48, 59, 96, 310])
def test_a_volume_at_its_own_limit_keeps_it(thousands: int) -> None:
    """48k a month, taken by the second and counted over a month again, are 48,000.00000000001."""
    value = thousands * 1000 / MONTH * MONTH
    held = {sign: predicate(f"monthly requests {sign} {thousands}k").holds(value) for sign in ("<=", ">=", "<", ">")}
    assert held == {"<=": True, ">=": True, "<": False, ">": False}
