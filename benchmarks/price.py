"""Price and decide on the support desk, and the oracle: `make bench NAME=price`.

The oracle's cases are bills worked out by hand from published rate cards (tests/analysis/oracle.py). Times are those of
one process that has loaded its code: the file is opened, compiled and worked out anew each time, and the quickest of
three counts. The last line is one JSON object; `tpot_mape_dense` is null where there is no benchmark of capacity.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from archwright.verbs.decide import decide_project  # noqa: E402
from archwright.verbs.price import price_project  # noqa: E402
from archwright.verbs.project import open_project  # noqa: E402
from tests.analysis.oracle import CASES, dollars  # noqa: E402

DESK = ROOT / "examples" / "support-desk" / "system.yaml"
CAPACITY = ROOT / "benchmarks" / "capacity.py"


def main() -> None:
    """Run it and print the figures."""
    failures = 0
    for case in CASES:
        found = dollars(case)
        failed = abs(found - case.dollars) > 0.005
        failures += failed
        print(f"{'FAILED' if failed else 'ok':<8}{case.name:<40}{case.dollars:>14,.2f}{found:>14,.2f}")
    with tempfile.TemporaryDirectory() as folder:
        price_s, price_cpu = quickest(lambda: price_project(open_project(DESK)))
        decide_s, decide_cpu = quickest(lambda: decide_project(open_project(DESK), Path(folder)))
    result = {
        "oracle_cases": len(CASES), "oracle_failures": failures, "price_s": round(price_s, 3),
        "decide_s": round(decide_s, 3), "tpot_mape_dense": mape(), "price_cpu_s": round(price_cpu, 3),
        "decide_cpu_s": round(decide_cpu, 3),
    }  # fmt: skip
    print(json.dumps(result))


def quickest(work: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """Seconds and processor seconds of the quickest of so many runs, after one that loads everything.

    Where the two differ much, other work held the machine.
    """
    work()
    found = []
    for _ in range(times):
        begun, used = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - begun, time.process_time() - used))
    return min(found)


def mape() -> float | None:
    """The error of time per output token on the dense rows, as the benchmark of capacity says."""
    if not CAPACITY.exists():
        return None
    done = subprocess.run([sys.executable, str(CAPACITY)], capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    found = json.loads(lines[-1]).get("tpot_mape_dense") if lines else None
    return float(found) if found is not None else None


if __name__ == "__main__":
    main()
