"""What capacities were validated with: the bars hold, and the page says what the data say today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from archwright.analysis.capacity.fit import mape
from benchmarks.capacity import NAMES, Validation, validate

ROOT = Path(__file__).resolve().parents[2]
MOST_DENSE = 0.16


@pytest.fixture(scope="module")
def found(shared: Path) -> Validation:
    assert shared.is_dir()
    return validate()


def test_times_of_rows_that_were_not_seen_are_near(found: Validation) -> None:
    assert len(found.unseen) > 600
    assert mape(found.unseen) <= MOST_DENSE


def test_five_points_bring_it_nearer(found: Validation) -> None:
    before, after = found.calibrations
    assert mape(after) < 0.85 * mape(before)


def test_recorded_runs_are_followed_after_calibration(found: Validation) -> None:
    assert len(found.runs) == 3
    for run in found.runs:
        after = dict(zip(NAMES, run.after, strict=True))
        assert abs(after["latency mean"]) < 0.05, run.run
        assert abs(after["TPOT mean"]) < 0.08, run.run
        assert abs(after["tokens/s"]) < 0.05, run.run


def test_the_page_says_what_the_data_say(shared: Path) -> None:
    assert shared.is_dir()
    command = [sys.executable, str(ROOT / "scripts" / "capacity_page.py"), "--check"]
    ended = subprocess.run(command, cwd=ROOT, check=False)
    assert ended.returncode == 0, "write it anew with scripts/capacity_page.py"
