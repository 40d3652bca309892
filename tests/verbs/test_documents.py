"""A folder of documents is read whole, what cannot be read is told, and the plan changes with the words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from archwright.base.errors import InputError
from archwright.plan.model import plan_hash
from archwright.plan.passages import decode, digest
from archwright.plan.workload import stops
from archwright.verbs.build import build_project
from archwright.verbs.check import check_project
from archwright.verbs.price import price_project
from archwright.verbs.project import Project, open_project

DAY = dt.date(2026, 11, 21)
FILE = """\
system: Desk
components:
  door:
    kind: gateway
    routes: {ask: {targets: [brain], retriever: find}, plain: [brain]}
  brain: {kind: managed-model, model: openai/gpt-4.1-mini, pace: {first_token: 1 s, per_token: 10 ms}}
  site: {kind: service, latency: 10 ms}
  find: {kind: retriever, documents: docs, top: 2, latency: 50 ms}
flows:
  - {from: site, to: door, timeout: 20 s}
  - {from: door, to: brain, timeout: 5 s}
  - {from: door, to: find, timeout: 2 s}
workload:
  journeys:
    ask:
      volume: 1k/month
      steps:
        - {name: grounded, at: site, route: ask, tokens: {input: 50, output: 20}}
        - {name: free, at: site, route: plain, tokens: {input: 50, output: 20}}
"""


def project(folder: Path, **documents: str | bytes) -> Project:
    (folder / "system.yaml").write_text(FILE, "utf-8")
    (folder / "docs").mkdir(exist_ok=True)
    for name, text in documents.items():
        file = folder / "docs" / name.replace("__", "/").replace("_", ".")
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return open_project(folder, DAY)


def test_what_cannot_be_read_is_told_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("outside", "utf-8")
    found = project(
        tmp_path, good_md="# Leave\n28 days", empty_md=" \n", latin_txt=b"caf\xe9", binary_md=b"a\0b", _hidden_md="x",
        sub__deep_txt="twelve", picture_png=b"\x89PNG",
    )  # fmt: skip
    (tmp_path / "docs/link.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "docs/nowhere.md").symlink_to(tmp_path / "gone.md")
    index = found.documents.indexes["find"]
    assert [item.id for item in index.passages] == ["good.md#1", "sub/deep.txt#1"]
    told = {finding.message.split("`")[1]: finding.message.split(": ", 1)[1] for finding in found.documents.findings}
    assert told == {
        "docs/binary.md": "it holds binary data",
        "docs/empty.md": "it is empty",
        "docs/latin.txt": "it is no UTF-8 text",
        "docs/link.md": "it is a link that leads out of the folder",
        "docs/nowhere.md": "it is a link that leads out of the folder",
    }
    assert [finding.severity for finding in check_project(found).findings if finding.code == "DOC01"] == ["warning"] * 5


@pytest.mark.parametrize("made", [True, False])
def test_a_folder_without_documents_is_a_problem_with_its_place(tmp_path: Path, made: bool) -> None:
    found = project(tmp_path)
    if not made:
        (tmp_path / "docs").rmdir()
    with pytest.raises(InputError) as told:
        build_project(found, tmp_path / "out")
    (problem,) = told.value.problems
    assert (problem.code, problem.where.line) == ("no-documents", 8)
    assert not (tmp_path / "out").exists()


def test_a_folder_behind_a_link_outside_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "other").mkdir()
    found = project(tmp_path / "inner")
    (tmp_path / "inner/docs").rmdir()
    (tmp_path / "inner/docs").symlink_to(tmp_path / "other")
    with pytest.raises(InputError, match="path-outside"):
        check_project(found)


def test_the_index_is_written_beside_the_plan_that_names_it(tmp_path: Path) -> None:
    found = project(tmp_path, a_md="# Leave\n28 days of leave", bad_md="")
    answer = build_project(found, tmp_path / "out")
    assert {file.name for file in answer.written} == {"plan.json", "index-find.json"}
    assert answer.data["notes"]
    plan = found.compiled.plan
    index = decode((tmp_path / "out/index-find.json").read_bytes(), "index")
    assert plan.retrievers[0].index == digest(index)
    again = project(tmp_path, a_md="# Leave\n29 days of leave").compiled.plan
    assert plan_hash(again) != plan_hash(plan)


def test_passages_are_priced_and_searched_for_where_the_route_has_them(tmp_path: Path) -> None:
    found = project(tmp_path, a_md="# Leave\n" + "day " * 30, b_md="# Pay\n" + "euro " * 20)
    book = price_project(found).book
    plan = found.compiled.plan
    grounded, free = plan.journeys[0].steps
    frame = book["routes.ask.frame"].value
    assert book["routes.ask.passages"].value == pytest.approx(2 * ((31 + 21) / 2 + 2) * 1.3 + frame)
    assert grounded.passages == round(book["routes.ask.passages"].value)
    assert book["price.ask.grounded.tokens_in"].value == pytest.approx(50 + book["routes.ask.passages"].value)
    assert book["price.ask.free.tokens_in"].value == 50
    assert free.passages == 0
    assert [plan.stations[place].name for place in stops(grounded)] == ["site", "find"]
    assert [plan.stations[place].name for place in stops(free)] == ["site"]
