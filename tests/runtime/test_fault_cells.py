"""Every fault before every way of going on ends as declared, in both wires: 240 cells, over real sockets."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.runtime.trials import faults as f
from archwright.runtime.trials.cells import BROKEN, CALLER, CANNED, judged
from archwright.runtime.trials.culprit import FAULTS
from archwright.runtime.trials.small import plan


@pytest.mark.parametrize("vendor", ["openai", "anthropic"])
async def test_every_cell_is_as_declared(tmp_path: Path, vendor: str) -> None:
    found = await f.trial(tmp_path, vendor)
    wanted = [
        f.expected(fault, stream, policy) for fault in FAULTS for stream in (False, True) for policy in f.POLICIES
    ]
    assert len(wanted) == 120
    assert found == wanted


def test_a_stream_that_ends_in_silence_is_told_from_one_that_ends_with_an_error() -> None:
    begun = b'data: {"choices":[{"delta":{"content":"one "}}]}\n\n'
    route = next(route for route in plan().routes if route.name == "degraded")
    assert judged(200, begun, "", True, "stall", route) == "a silent end"
    assert judged(200, begun + b'data: {"error":{}}\n\n', "", True, "stall", route) == BROKEN
    both = begun + b'data: {"error":{}}\n\ndata: [DONE]\n\n'
    assert judged(200, both, "", True, "stall", route) == "an error and an end"
    assert judged(404, b"", "", False, "404", route) == CALLER
    assert judged(404, b"", "", False, "500", route) == "status 404"
    canned = b'{"choices":[{"message":{"content":"A colleague will answer."}}]}'
    assert judged(200, canned, "", False, "500", route) == CANNED
    assert judged(200, canned.replace(b"A colleague will answer.", b""), "", False, "500", route) == "nothing"
