"""Twelve faults of a supplier, streamed and whole, before five ways of going on: what came, beside what is declared.

    make bench NAME=faults

What LiteLLM and Portkey do is named from a run of the same faults on the day that is given; they are not started here.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from archwright.runtime.trials.culprit import FAULTS
from archwright.runtime.trials.faults import POLICIES, Cell, expected, trial

OTHERS = """
Seen with LiteLLM 1.106.2 and Portkey 1.15.2 on 2026-11-21, a healthy second target behind the faulty one, no retries:
  400           LiteLLM asks the second target too, and pays twice; a caller's mistake stays one here
  cut stream    LiteLLM ends with an error event; Portkey ends in silence, without an error and without [DONE]
  stall         LiteLLM ends with an error event after its stream timeout; Portkey waited 20 s, it has no such timeout
"""


def main() -> None:
    """Try every cell and print the table; the last line is one JSON object."""
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(trial(Path(folder)))
    wrong = [(cell, expected(cell.fault, cell.stream, cell.policy)) for cell in found]
    wrong = [(cell, wanted) for cell, wanted in wrong if cell != wanted]
    named = {(cell.fault, cell.stream, cell.policy): cell for cell in found}
    print(f"| fault | | {' | '.join(POLICIES)} |\n|---|---|{'---|' * len(POLICIES)}")
    for fault in FAULTS:
        for stream in (False, True):
            cells = (_shown(named[fault, stream, policy]) for policy in POLICIES)
            print(f"| {fault} | {'stream' if stream else 'whole'} | {' | '.join(cells)} |")
    for cell, wanted in wrong:
        print(f"NOT AS DECLARED: {cell} instead of {wanted}", file=sys.stderr)
    print(OTHERS)
    print(json.dumps({"cells": len(found), "as_declared": len(found) - len(wrong)}))


def _shown(cell: Cell) -> str:
    mark = "" if cell == expected(cell.fault, cell.stream, cell.policy) else " (!)"
    return f"{cell.got}, {cell.calls} call{'s' if cell.calls != 1 else ''}{mark}"


if __name__ == "__main__":
    main()
