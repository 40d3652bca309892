"""Every fault before every way of going on ends as the file declares it: 120 cells, over real sockets."""

from __future__ import annotations

from pathlib import Path

from archwright.runtime.trials import faults as f


async def test_every_cell_is_as_declared(tmp_path: Path) -> None:
    found = await f.trial(tmp_path)
    wanted = [
        f.expected(fault, stream, policy) for fault in f.FAULTS for stream in (False, True) for policy in f.POLICIES
    ]
    assert len(wanted) == 120
    assert found == wanted


def test_a_stream_that_ends_in_silence_is_told_from_one_that_ends_with_an_error() -> None:
    begun = b'data: {"choices":[{"delta":{"content":"one "}}]}\n\n'
    assert f._judged(200, begun, "", True, "stall") == "a silent end"
    assert f._judged(200, begun + b'data: {"error":{}}\n\n', "", True, "stall") == f.BROKEN
    assert f._judged(200, begun + b'data: {"error":{}}\n\ndata: [DONE]\n\n', "", True, "stall") == "an error and an end"
    assert f._judged(404, b"", "", False, "404") == f.CALLER
    assert f._judged(404, b"", "", False, "500") == "status 404"
