"""A killed gateway loses no row of an answered request beyond its promise; `make bench NAME=kill` kills 200 times."""

from __future__ import annotations

from pathlib import Path

from archwright.runtime.trials.kills import kill_everywhere


async def test_ten_kills(tmp_path: Path) -> None:
    found = await kill_everywhere(tmp_path, 10, 7, lambda line: None)
    assert sum(item.kills for item in found.values()) == 10
    assert sum(item.answered for item in found.values()) > 20
    assert {how: item.beyond for how, item in found.items()} == dict.fromkeys(found, 0)
    assert all(not item.lost_s for how, item in found.items() if how.endswith("sync"))
    assert all(item.intact for item in found.values())
