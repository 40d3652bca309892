"""A killed gateway loses no row of an answered request beyond its promise; `make bench NAME=kill` kills 200 times."""

from __future__ import annotations

from pathlib import Path

from archwright.runtime.trials.kills import kill_everywhere, kills
from tests.runtime.postgres import server


async def test_ten_kills(tmp_path: Path) -> None:
    found = await kill_everywhere(tmp_path, 10, 7, lambda line: None)
    assert sum(item.kills for item in found.values()) == 10
    assert sum(item.answered for item in found.values()) > 20
    assert {how: item.beyond for how, item in found.items()} == dict.fromkeys(found, 0)
    assert all(not item.lost_s for how, item in found.items() if how.endswith("sync"))
    assert all(item.intact for item in found.values())


async def test_kills_with_a_database(tmp_path: Path) -> None:
    with server() as here:
        soon = await kills(f"{here.place}#soon", 2, False, 8, lambda done: None)
        sync = await kills(f"{here.place}#sync", 2, True, 9, lambda done: None)
    assert soon.kills + sync.kills == 4
    assert (soon.beyond, len(sync.lost_s)) == (0, 0)
    assert soon.intact
    assert sync.intact
