"""Memory over many requests: every request has its end, and growth is told from swinging."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from archwright.runtime.trials.leak import growth_mb, last
from archwright.runtime.trials.taken import resident_mb

HOLD = """
import sys
kept = []
for line in sys.stdin:
    kept.append(b"x" * 4_000_000)
    print("held", flush=True)
"""


async def test_every_request_has_the_answer_that_it_must_have(tmp_path: Path) -> None:
    looks: list[int] = []
    lasted = await last(tmp_path, 2000, looks.append)
    assert set(lasted.statuses) == {200, 400, 404}
    assert sum(lasted.statuses.values()) == 2000
    assert len(lasted.memory) == len(looks) == 20


@pytest.mark.parametrize(
    ("memory", "grown"),
    [
        ([30.0] * 20, 0.0),
        ([30, 32] * 10, 0.0),  # it swings
        ([20, 25, 28, 30, 31] + [31] * 15, 0.0),  # it had to grow warm
        ([30 + n for n in range(20)], 10.0),
        ([40.0 - n for n in range(20)], 0.0),
        ([30.0], 0.0),
    ],
)
def test_growth_is_told_from_swinging_and_warming_up(memory: list[float], grown: float) -> None:
    assert growth_mb(memory) == grown


def test_a_process_that_keeps_what_it_got_is_seen() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", HOLD], stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin
        assert process.stdout
        if math.isnan(resident_mb(process.pid)):
            pytest.skip("this system does not tell the memory of a process")
        memory = []
        for _ in range(8):
            process.stdin.write("more\n")
            process.stdin.flush()
            process.stdout.readline()
            memory.append(resident_mb(process.pid))
        process.stdin.close()
    assert growth_mb(memory) > 8.0
