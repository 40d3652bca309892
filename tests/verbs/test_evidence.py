"""What overlays of a picture are told is what the other verbs of the same run say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archwright.analysis.draw.overlay import Need
from archwright.analysis.stress.at_hand import put_at_hand
from archwright.report.figures import Book
from archwright.verbs import engines
from archwright.verbs.brief import brief_project
from archwright.verbs.evidence import gather
from archwright.verbs.project import open_project
from archwright.verbs.stress import stress_project

SYSTEM = Path(__file__).parents[2] / "examples" / "support-desk" / "system.yaml"


@pytest.fixture(autouse=True)
def cold(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine on which nothing is compiled yet, so that the edge is looked for quickly."""
    monkeypatch.setenv(engines.WANTED, "auto")
    put_at_hand(lambda: None)
    yield
    put_at_hand(None)


def test_picture_brief_and_stress_of_one_run_know_one_edge_while_nothing_is_compiled(tmp_path: Path) -> None:
    project = open_project(SYSTEM)
    needs: tuple[Need, ...] = ("breaking",)
    drawn = gather(project, needs).book
    stressed = stress_project(project).book
    assert drawn is not None
    both = Book()
    both.join(drawn)
    both.join(stressed)  # refuses two values of one figure
    assert drawn["stress.breaks.load"].value == stressed["stress.breaks.load"].value
    briefed = brief_project(project, tmp_path).book
    assert briefed is not None
    assert briefed["brief.breaks"].value == stressed["stress.breaks.load"].value
