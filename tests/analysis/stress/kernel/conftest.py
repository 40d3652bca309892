"""The compiled kernel for tests: compiled once, by whichever process comes first, and kept for the next run."""

from __future__ import annotations

import fcntl
import tempfile
from pathlib import Path

import pytest

from archwright.analysis.stress.kernel.compile import compiled_loop
from archwright.analysis.stress.kernel.engine import Run, simulate
from tests.analysis.stress import designs as d


@pytest.fixture(scope="session")
def loop() -> Run:
    """The compiled loop."""
    folder = Path(tempfile.gettempdir()) / "archwright-tests-compiled"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = compiled_loop(folder)
        simulate(d.plan(), d.scenario(1.0), 1, 1.0, None, found)
    return found
