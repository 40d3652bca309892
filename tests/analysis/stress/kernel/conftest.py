"""The compiled kernel for tests: that of the user's cache, compiled by whichever process comes first."""

from __future__ import annotations

import pytest

from archwright.analysis.stress.kernel.engine import Run
from archwright.verbs.engines import loaded, warm


@pytest.fixture(scope="session")
def loop() -> Run:
    """The compiled loop."""
    warm(print)
    found = loaded(print)
    assert found is not None
    return found
