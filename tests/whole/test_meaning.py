"""What a cache by meaning saves: foreseen from past requests, and rehearsed with the real gateway."""

from __future__ import annotations

import pytest

from benchmarks.meaning import APART, EMULATED, end_to_end

pytestmark = pytest.mark.alone  # the rehearsal shares no core with other tests


def test_what_was_foreseen_is_what_the_rehearsal_saves() -> None:
    """With the emulated embedder, which every machine has: it sees little of the meaning, and both sides say so."""
    found = end_to_end(embedder=EMULATED)
    assert found.served > 500
    assert found.predicted > 0.2
    assert found.apart <= APART, found
