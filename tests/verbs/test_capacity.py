"""Capacity and calibration of a file: what is asked, how many replicas it takes, what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.base.errors import UsageError
from archwright.plan.pool import Pool
from archwright.report.document import Text
from archwright.verbs.calibrate import calibrate_project
from archwright.verbs.capacity import capacity_project
from archwright.verbs.explain import explain_project
from archwright.verbs.present import answer_json, answer_text
from archwright.verbs.project import Project, open_project
from tests.plan.small import SMALL
from tests.plan.test_pool import OURS, WAS

POINTS = "concurrency,input_tokens,output_tokens,tpot_ms\n" + "".join(
    f"{load},1024,512,{each}\n" for load, each in ((4, 17), (8, 18), (16, 20), (64, 26), (128, 37), (256, 60))
)


def project(folder: Path, batching: str = "bf16", volume: str = "1M/month") -> Project:
    text = SMALL.replace(WAS, f"{OURS}    batching: {batching}\n").replace("acme/small", "openai/gpt-4.1-mini")
    (folder / "system.yaml").write_text(text.replace("volume: 1M/month", f"volume: {volume}"), "utf-8")
    (folder / "points.csv").write_text(POINTS, "utf-8")
    return open_project(folder)


def test_replicas_for_the_busiest_hour(tmp_path: Path) -> None:
    (target,) = capacity_project(project(tmp_path)).data["targets"]
    assert target["name"] == "model"
    assert target["needed"] == {"least": 1, "most": 1}
    assert target["verdict"] == "carries the busiest hour"


@pytest.mark.parametrize(("volume", "verdict"), [("110M/month", "not certain"), ("400M/month", "cannot carry it")])
def test_more_load_takes_more_replicas(tmp_path: Path, volume: str, verdict: str) -> None:
    (target,) = capacity_project(project(tmp_path, volume=volume)).data["targets"]
    assert target["verdict"] == verdict
    assert target["needed"]["least"] < target["needed"]["most"]


def shadowed(folder: Path, share: str) -> Project:
    """The small system, whose own model gets copies of what another one answers, and may stand in for it."""
    project(folder)
    text = (
        (folder / "system.yaml")
        .read_text("utf-8")
        .replace("targets: [model], deadline", f"targets: [spare], {share}deadline")
    )
    (folder / "system.yaml").write_text(text.replace("targets: [model, spare]", "targets: [spare, model]"), "utf-8")
    return open_project(folder)


def test_copies_for_a_shadow_are_counted_and_who_only_stands_in_is_told(tmp_path: Path) -> None:
    (spare,) = capacity_project(shadowed(tmp_path, "")).data["targets"]
    assert "only where others do not answer" in spare["verdict"]
    part = capacity_project(shadowed(tmp_path, "shadow: {target: model, share: 20 %}, "))
    whole = capacity_project(shadowed(tmp_path, "shadow: {target: model, share: 100 %}, "))
    copies = [item.book["capacity.model.requests"].value for item in (part, whole)]
    assert 5 * copies[0] == pytest.approx(copies[1])
    assert copies[0] > 0
    assert "journeys.ask.volume" in part.book.explain("capacity.model.requests")
    assert part.data["targets"][0]["verdict"] == "carries the busiest hour"


def test_a_system_without_replicas_is_told_how_to_have_some(tmp_path: Path) -> None:
    (tmp_path / "system.yaml").write_text(SMALL.replace("acme/small", "openai/gpt-4.1-mini").replace(
        "acme/large", "openai/gpt-4.1"), "utf-8")  # fmt: skip
    answer = capacity_project(open_project(tmp_path))
    assert answer.data["targets"] == []
    assert "Add `batching: fp8`" in answer_text(answer, 100, False)


def test_whose_the_numbers_of_model_and_hardware_are_is_said(tmp_path: Path) -> None:
    """What nobody looked up is marked so where it is used, not only where it is asked why."""
    opened = project(tmp_path)
    answer = capacity_project(opened)
    (words,) = (
        block.words
        for section in answer.documents[0].sections
        for block in section.blocks
        if isinstance(block, Text) and block.words.startswith("From ")
    )
    assert "2026-11-21" in words
    for part in ("parameters", "memory"):
        assert opened.compiled.book[f"components.model.pool.{part}"].note in words


def test_figures_can_be_asked_why(tmp_path: Path) -> None:
    answer = capacity_project(project(tmp_path))
    shown = {cell for section in answer.documents[0].sections for cell in _figures(section.blocks)}
    assert shown
    assert shown <= answer.book.keys()
    assert "journeys.ask.volume" in answer.book.explain("capacity.model.needed.most")
    assert answer_json(answer)["targets"]


def _figures(blocks: object) -> list[str]:
    found = []
    for block in blocks:  # type: ignore[attr-defined]
        for row in getattr(block, "rows", ()):
            found += [cell.figure for cell in row if getattr(cell, "figure", "")]
        found += [item[3] for item in getattr(block, "items", ()) if isinstance(item, tuple)]
    return found


def test_a_calibration_says_what_to_write_and_writes_nothing(tmp_path: Path) -> None:
    opened = project(tmp_path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    answer = calibrate_project(opened, tmp_path / "points.csv")
    assert answer.data["error_after"] < answer.data["error_before"]
    assert answer.data["points"] == 6
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    assert "busy" in answer_text(answer, 100, False)


def test_what_it_says_to_write_can_be_written_and_then_holds(tmp_path: Path) -> None:
    first = calibrate_project(project(tmp_path), tmp_path / "points.csv")
    stated = ", ".join(
        f'{name}: {{value: {value}, measured: "six points"}}' for name, value in first.data["write"]["batching"].items()
    )
    again = calibrate_project(project(tmp_path, f"{{precision: bf16, {stated}}}"), tmp_path / "points.csv")
    assert again.data["error_before"] == pytest.approx(first.data["error_after"], abs=0.005)
    assert again.data["busy"] == pytest.approx(first.data["busy"], rel=0.02)
    pool = project(tmp_path, f"{{precision: bf16, {stated}}}").compiled.plan.targets[0].pool
    assert isinstance(pool, Pool)
    assert (pool.least, pool.most) == (0.8, 1.2)


def test_points_need_somebody_whose_they_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="`spare` has no replicas to calibrate; components with replicas: model"):
        calibrate_project(project(tmp_path), tmp_path / "points.csv", "spare")
    step = "{precision: bf16, kv_tokens: 9k, step: {fixed: 1 ms, weights: 1 ms, context: 1 us, compute: 1 ms}}"
    with pytest.raises(UsageError, match="nothing to calibrate"):
        calibrate_project(project(tmp_path, step), tmp_path / "points.csv")


def test_its_figures_can_be_asked_why(tmp_path: Path) -> None:
    text = explain_project(project(tmp_path), "capacity").data["text"]
    (key,) = [line.split(" = ")[0] for line in text.splitlines() if ".needed.most" in line]
    why = explain_project(project(tmp_path), key).data["text"]
    assert "= requests / (each * band)" in why
