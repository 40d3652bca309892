"""The gateway killed with SIGKILL at random moments, streams in flight; its ledger held against its clients' answers.

    make bench NAME=kill

KILLS sets how often (200): ledgers in files, in SQLite and in a PostgreSQL server that the benchmark starts (where the
wheel that carries one is not installed it is left out, and said so). A row of an answered request may be missing only
within the window that the gateway prints at its start; with `ledger: sync` none may.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from archwright.runtime.trials.kills import kill_everywhere

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


@contextlib.contextmanager
def database() -> Iterator[str]:
    """The address of a running server; empty where there is none to start."""
    try:
        server = importlib.import_module("tests.runtime.postgres").server
    except (ImportError, AssertionError) as lacking:
        print(f"PostgreSQL is left out: {lacking}", file=sys.stderr)
        yield ""
        return
    with server() as here:
        yield here.place


def main() -> None:
    """Kill and print; the last line is one JSON object."""
    times = int(os.environ.get("KILLS", "200"))

    def told(line: str) -> None:
        print(line, file=sys.stderr)

    with tempfile.TemporaryDirectory() as folder, database() as place:
        found = asyncio.run(kill_everywhere(Path(folder), times, 1, told, place))
    print("| ledger | kills | answered | in flight | rows missing | beyond the window | oldest missing | chain |")
    print("|---|---|---|---|---|---|---|---|")
    for how, item in found.items():
        oldest = f"{max(item.lost_s, default=0.0) * 1000:.1f} ms of {item.window_s * 1000:.0f}"
        chain = "intact" if item.intact else "BROKEN"
        print(
            f"| {how} | {item.kills} | {item.answered} | {item.in_flight} | {len(item.lost_s)} | {item.beyond} "
            f"| {oldest} | {chain} |"
        )
    sync = [item for how, item in found.items() if how.endswith("sync")]
    figures = {
        "kills": sum(item.kills for item in found.values()),
        "answered": sum(item.answered for item in found.values()),
        "in_flight": sum(item.in_flight for item in found.values()),
        "lost_beyond_window": sum(item.beyond for item in found.values()),
        "lost_with_sync": sum(len(item.lost_s) for item in sync),
        "oldest_missing_ms": round(max(max(item.lost_s, default=0.0) for item in found.values()) * 1000, 1),
        "chains_intact": all(item.intact for item in found.values()),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
