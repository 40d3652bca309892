"""Errors: every problem in file order, and what the command line returns for each."""

from __future__ import annotations

import pytest

from archwright.base.errors import (
    ArchwrightError,
    DependencyMissing,
    InputError,
    Location,
    Problem,
    ProviderUnavailable,
    UsageError,
)


def test_problems_come_in_file_order() -> None:
    late = Problem("b", "late", Location("f", 10, 1))
    early = Problem("a", "early", Location("f", 9, 30), "mend it")
    error = InputError([late, early])
    assert error.problems == (early, late)
    assert str(error) == "f:9:30: a: early (mend it)\nf:10:1: b: late"


def test_a_place_may_be_a_whole_file_or_nowhere() -> None:
    assert str(Location("f")) == "f"
    assert str(Problem("a", "what")) == "a: what"


@pytest.mark.parametrize(
    ("error", "code"),
    [(InputError([]), 2), (UsageError("x"), 2), (DependencyMissing("x"), 3), (ProviderUnavailable("x"), 3)],
)
def test_exit_codes(error: ArchwrightError, code: int) -> None:
    assert error.exit_code == code
