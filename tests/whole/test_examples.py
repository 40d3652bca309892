"""Every example: it loads, passes its rules, and is drawn without anything crossing a box or a label."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from archwright.analysis.check import at_least
from archwright.analysis.check.review import review
from archwright.analysis.draw import diagram
from archwright.render.layout import lay_out
from archwright.spec.load import load
from tests.render.geometry import collisions

DAY = dt.date(2026, 11, 21)  # what is accepted holds until a day
EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*/system.yaml"))


def test_there_are_examples() -> None:
    assert EXAMPLES


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.parent.name)
def test_it_passes_its_rules(file: Path) -> None:
    assert at_least(review(load(file).system, DAY).open, "warning") == ()


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.parent.name)
def test_nothing_crosses_a_box_or_a_label(file: Path) -> None:
    assert collisions(lay_out(diagram(load(file).system))) == []
