"""Memory of a gateway over many requests: whole answers, streams, kept answers, refusals, long bodies.

    make bench NAME=leak

REQUESTS sets how many (1,000,000: about ten minutes on a quiet machine). Once warm it may grow by 8 MB at most.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

from archwright.runtime.serving import fast_loop
from archwright.runtime.trials.leak import growth_mb, last

BOUND_MB = 8.0


def main() -> None:
    """Run it and print the figures; the last line is one JSON object."""
    requests = int(os.environ.get("REQUESTS", "1000000"))

    def told(number: int) -> None:
        print(f"{number:,} requests", file=sys.stderr)

    with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=fast_loop) as runner:
        lasted = runner.run(last(Path(folder), requests, told))
    grown = growth_mb(lasted.memory)
    print("MB after each twentieth:", " ".join(f"{value:.1f}" for value in lasted.memory))
    found = {
        "requests": sum(lasted.statuses.values()),
        "statuses": {str(status): count for status, count in sorted(lasted.statuses.items())},
        "memory_mb": round(lasted.memory[-1], 1),
        "growth_mb": round(grown, 2),
        "flat": grown <= BOUND_MB,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
