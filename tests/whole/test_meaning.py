"""What a cache by meaning saves: foreseen from past requests, and rehearsed with the real gateway."""

from __future__ import annotations

import pytest

from benchmarks.meaning import APART, EMULATED, QUESTIONS, end_to_end

pytestmark = pytest.mark.alone  # the rehearsal shares no core with other tests


def test_what_was_foreseen_is_what_the_rehearsal_saves() -> None:
    """With the emulated embedder, which every machine has: it sees little of the meaning, and both sides say so.

    Two thirds of the benchmark's day, in which enough is answered by meaning to be held against the forecast.
    """
    found = end_to_end(QUESTIONS._replace(given=("scenarios.day.lasts=700 s",)), EMULATED)
    assert found.served > 500
    assert found.predicted > 0.2
    assert found.apart <= APART, found
