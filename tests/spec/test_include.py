"""Parts in several files: what is joined, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.base.errors import InputError, Problem
from archwright.spec.given import Word
from archwright.spec.load import Loaded, load, loads

MAIN = "system: x\ninclude: [{}]\ncomponents:\n  a: {{kind: service}}\n"


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder / "main.yaml"


def refused(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        load(path)
    return caught.value.problems


def test_sections_join_and_places_name_their_file(tmp_path: Path) -> None:
    part = "components:\n  b: {kind: service}\nflows:\n  - {from: a, to: b}\n"
    found = load(write(tmp_path, main=MAIN.format("part.yaml"), part=part))
    assert list(found.system.components) == ["a", "b"]
    assert found.system.components["b"].where.file == str(tmp_path / "part.yaml")
    assert found.sources[str(tmp_path / "part.yaml")] == part
    assert found.folder == tmp_path


@pytest.mark.parametrize("outside", ["../other.yaml", "/etc/passwd", "../../etc/passwd", "a/../../b", "'~/x'", "C:/x"])
def test_a_path_outside_is_refused(tmp_path: Path, outside: str) -> None:
    (problem,) = refused(write(tmp_path, main=MAIN.format(outside)))
    assert (problem.code, problem.where.line, problem.where.column) == ("path-outside", 2, 11)


def test_a_link_that_leads_outside_is_refused(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    write(tmp_path, secret="owner: me\n")
    (tmp_path / "project/part.yaml").symlink_to(tmp_path / "secret.yaml")
    assert [p.code for p in refused(write(tmp_path / "project", main=MAIN.format("part.yaml")))] == ["path-outside"]


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").symlink_to(tmp_path / "two.yaml")
    (tmp_path / "two.yaml").symlink_to(tmp_path / "one.yaml")
    (problem,) = refused(write(tmp_path, main=MAIN.format("one.yaml")))
    assert problem.code in ("path-outside", "file-missing", "file-unreadable")


def test_everything_wrong_with_parts_is_told_at_once(tmp_path: Path) -> None:
    main = MAIN.format("main.yaml, part.yaml, ./part.yaml, gone.yaml, nested.yaml, broken.yaml, list.yaml")
    part = "system: y\ncomponents:\n  a: {kind: service}\n"
    path = write(tmp_path, main=main, part=part, nested="include: [part.yaml]\n", broken="a: [\n", list="- a\n")
    found = [(Path(p.where.file).name, p.code, p.where.line) for p in refused(path)]
    assert found == [
        ("broken.yaml", "yaml-syntax", 2),
        ("list.yaml", "expected-mapping", 1),
        ("main.yaml", "include-twice", 2),
        ("main.yaml", "include-twice", 2),
        ("main.yaml", "file-missing", 2),
        ("nested.yaml", "include-nested", 1),
        ("part.yaml", "duplicate-key", 1),
        ("part.yaml", "duplicate-key", 3),
    ]


def test_an_alias_is_not_changed_by_what_is_joined_to_it(tmp_path: Path) -> None:
    main = "system: x\ninclude: [part.yaml]\ncomponents: &all\n  a: {kind: service}\nscenarios: {}\n"
    found = load(write(tmp_path, main=main, part="components:\n  b: {kind: service}\n"))
    assert set(found.system.components) == {"a", "b"}


def test_a_text_has_no_folder() -> None:
    with pytest.raises(InputError) as caught:
        loads(MAIN.format("part.yaml"))
    assert [problem.code for problem in caught.value.problems] == ["include-refused"]


@pytest.mark.parametrize("trace", ["../trace.csv", "/tmp/trace.csv"])
def test_a_trace_outside_is_refused(trace: str) -> None:
    text = "system: x\ncomponents: {a: {kind: service}}\nworkload:\n  journeys:\n    j:\n      volume: 1/s\n"
    steps = "      steps: [{name: s, at: a}]\n"
    with pytest.raises(InputError) as caught:
        loads(f"{text}      trace: {trace}\n{steps}")
    assert [(p.code, p.where.line, p.where.column) for p in caught.value.problems] == [("path-outside", 7, 14)]


def test_a_file_beside_the_system(tmp_path: Path) -> None:
    loaded: Loaded = load(write(tmp_path, main="system: x\ncomponents: {a: {kind: service}}\n"))
    assert loaded.beside(Word("data/trace.csv")) == tmp_path.resolve() / "data/trace.csv"
    (tmp_path / "link.csv").symlink_to("/etc/passwd")
    for name in ("link.csv", "../x.csv"):
        with pytest.raises(InputError, match="lies outside the project"):
            loaded.beside(Word(name))
