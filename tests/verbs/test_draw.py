"""`draw` on a real file: what it writes, what it computes only when asked, and what it refuses."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from archwright.base.errors import InputError, UsageError
from archwright.verbs.draw import draw_project, overlay_names
from archwright.verbs.project import Project, open_project

ROOT = Path(__file__).resolve().parents[2]
DESK = ROOT / "examples/support-desk"
DAY = dt.date(2026, 11, 1)
UNPRICED = """\
system: Small
components:
  desk: {kind: agent}
  door: {kind: gateway, routes: {r: [one]}}
  one: {kind: managed-model, model: nobody/knows-it, pace: {first_token: 1 s, per_token: 1 ms}}
flows:
  - {from: desk, to: door}
  - {from: door, to: one}
"""


def desk() -> Project:
    return open_project(DESK, DAY)


def test_the_plain_picture_is_all_that_is_drawn_unasked(tmp_path: Path) -> None:
    answer = draw_project(desk(), tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["architecture.mmd", "architecture.svg"]
    assert [file.name for file in answer.written] == ["architecture.svg", "architecture.mmd"]
    assert len(answer.documents[0].sections) == 1


def test_every_overlay_beside_the_plain_picture_with_figures_that_can_be_asked_why(tmp_path: Path) -> None:
    answer = draw_project(desk(), tmp_path, ("svg", "mermaid"), overlay_names())
    names = {f"architecture-{name}.{suffix}" for name in overlay_names() for suffix in ("svg", "mmd")}
    assert {file.name for file in tmp_path.iterdir()} == {"architecture.svg", "architecture.mmd", *names}
    keys = [
        cell.figure
        for section in answer.documents[0].sections
        for block in section.blocks
        for row in getattr(block, "rows", ())
        for cell in row
        if not isinstance(cell, str)
    ]
    assert len(keys) > 20
    assert all(answer.book.explain(key) for key in keys)
    cost = (tmp_path / "architecture-cost.svg").read_text("utf-8")
    assert answer.book["price.component.primary-model.month"].shown in cost


def test_the_same_file_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        draw_project(desk(), tmp_path / folder, ("svg", "structurizr", "calm"), ("load", "data"), seed=3)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_a_scenario_can_be_chosen_and_the_busiest_is_the_default(tmp_path: Path) -> None:
    draw_project(desk(), tmp_path, ("svg",), ("load",))
    assert "scenario spike-10x" in (tmp_path / "architecture-load.svg").read_text("utf-8")
    draw_project(desk(), tmp_path, ("svg",), ("load",), "primary-down")
    assert "scenario primary-down" in (tmp_path / "architecture-load.svg").read_text("utf-8")


def test_other_tools_formats_carry_where_they_are_from(tmp_path: Path) -> None:
    draw_project(desk(), tmp_path, ("structurizr", "calm"))
    assert {file.name for file in tmp_path.iterdir()} == {"workspace.dsl", "architecture.calm.json"}
    document = json.loads((tmp_path / "architecture.calm.json").read_text("utf-8"))
    digest = document["metadata"]["system"]
    assert len(digest) == 16
    assert f'"archwright.system" "{digest}"' in (tmp_path / "workspace.dsl").read_text("utf-8")


def test_only_an_overlay_that_needs_prices_asks_for_them(tmp_path: Path) -> None:
    file = tmp_path / "system.yaml"
    file.write_text(UNPRICED, "utf-8")
    project = open_project(file, DAY)
    draw_project(project, tmp_path / "out", ("svg", "calm", "structurizr"), ("data", "dependencies"))
    with pytest.raises(InputError, match="unknown-price"):
        draw_project(project, tmp_path / "out", ("svg",), ("cost",))


def test_a_system_that_nobody_asks_breaks_nothing(tmp_path: Path) -> None:
    file = tmp_path / "system.yaml"
    file.write_text(UNPRICED.replace("per_token: 1 ms}", "per_token: 1 ms}, price: {input: $1/Mtok, output: $2/Mtok}"))
    draw_project(open_project(file, DAY), tmp_path / "out", ("svg", "mermaid"), overlay_names())
    assert "Nothing is ever asked" in (tmp_path / "out/architecture-failure.svg").read_text("utf-8")
    assert "$0" in (tmp_path / "out/architecture-cost.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"overlays": ("dta",)}, "did you mean 'data'"),
        ({"formats": ("png",)}, "known: svg, mermaid, structurizr, calm"),
        ({"overlays": ("load",), "scenario": "spike"}, "no scenario called `spike`"),
        ({"overlays": ("data",), "scenario": "spike-10x"}, "--overlay load"),
        ({"scenario": "spike-10x"}, "--overlay load"),
        ({"overlays": ("data",), "formats": ("calm", "structurizr")}, "these can: svg, mermaid"),
    ],
)
def test_what_is_not_there_is_refused_before_anything_is_written(
    tmp_path: Path, given: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        draw_project(desk(), tmp_path / "out", **given)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()
