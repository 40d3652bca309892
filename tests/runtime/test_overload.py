"""More than a gateway can take: nobody is lost, and whoever is sent away is told when to come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.ledger.rows import Request, decode
from archwright.runtime.trials.overload import Load, Seen, overload


async def test_each_is_let_in_or_told_when_to_come_back(tmp_path: Path) -> None:
    load = Load(limit=4, answer_s=0.1, times=10.0, seconds=1.0, calm_s=0.3)
    seen = await overload(tmp_path, load)
    assert len(seen.admitted) + len(seen.shed) == 400
    assert len(seen.shed) > 100  # ten times as many came as there were places for
    assert seen.admitted
    assert (seen.unnamed, seen.others) == (0, 0)
    with (tmp_path / "overload.jsonl").open("rb") as lines:
        rows = [row for row in decode(lines, "ledger") if isinstance(row, Request)]
    assert sum(row.how == "shed" for row in rows) == len(seen.shed) + sum(not well for _, well in seen.after)
    assert len(rows) == 400 + len(seen.after)
    assert all(row.cost == 0 and row.attempts == 0 for row in rows if row.how == "shed")
    assert seen.after
    assert not seen.peak_mb <= 0.0
    assert not seen.delayed_s < 0.0
    assert len(seen.inside["shed"]) == sum(row.how == "shed" for row in rows)
    assert seen.inside_s("answered", 0.95) >= 0.1
    assert seen.inside_s("cached", 0.5) == 0.0


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([], float("inf")),
        ([(0.0, True), (0.1, True)], 0.0),
        ([(0.0, False), (0.1, True), (0.2, False), (0.3, True)], 0.3),
        ([(0.0, True), (0.1, False)], float("inf")),
    ],
)
def test_recovery_is_when_all_goes_well_from_then_on(after: list[tuple[float, bool]], expected: float) -> None:
    assert Seen(after=after).recovery_s == expected
    assert Seen().admitted_p95_s == float("inf")
    assert Seen().shed_p99_s == 0.0
