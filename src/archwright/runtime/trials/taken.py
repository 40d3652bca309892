"""What a process takes of memory and processor, as the kernel counts it. Where it does not tell: `nan`."""

from __future__ import annotations

import math
from pathlib import Path


def peak_mb(pid: int) -> float:
    """The most that a process has had in memory so far, in MB of 2^20 bytes."""
    return _field(pid, "VmHWM:")


def resident_mb(pid: int) -> float:
    """What it has in memory now, in MB of 2^20 bytes."""
    return _field(pid, "VmRSS:")


def cpu_s(pid: int) -> float:
    """Processor seconds of all its threads so far. This also holds on a busy machine."""
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9
    except OSError:
        return math.nan


def delayed_s(pid: int) -> float:
    """Seconds that its first thread has waited for a processor so far, ready to run: what a busy machine took of it."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except OSError:
        return math.nan


def _field(pid: int, name: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return math.nan
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), math.nan)
