"""A file laid over another: what joins, what replaces, what goes, and where mistakes are shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.errors import InputError, Problem
from archwright.spec.bind import Binder
from archwright.spec.given import Word
from archwright.spec.load import load
from archwright.spec.model import System
from archwright.spec.overlay import overlaid
from archwright.spec.source import parse
from archwright.verbs.project import open_project

MAIN = """\
system: Shop
owner: me
include: [part.yaml]
components:
  site: {kind: service, replicas: 2, latency: {value: 10 ms, guess: like others}}
  index: {kind: vector-store}
flows:
  - {from: site, to: index, label: search, timeout: 2 s}
  - {from: site, to: index, label: suggest}
  - {from: index, to: site, return: true}
workload:
  journeys:
    look:
      volume: 1k/month
      steps:
        - {name: open, at: site}
        - {name: find, at: index}
"""
PART = "objectives:\n  quick: {measure: p95, at_most: 4 s}\n"


def laid(tmp_path: Path, *overlays: str) -> System:
    """The shop with overlays, which lie in files o1.yaml, o2.yaml …"""
    names = []
    (tmp_path / "system.yaml").write_text(MAIN)
    (tmp_path / "part.yaml").write_text(PART)
    for number, text in enumerate(overlays, 1):
        (tmp_path / f"o{number}.yaml").write_text(text)
        names.append(Word(f"o{number}.yaml"))
    return load(tmp_path / "system.yaml", names).system


def refused(tmp_path: Path, *overlays: str) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        laid(tmp_path, *overlays)
    return caught.value.problems


def test_keys_join_and_values_replace(tmp_path: Path) -> None:
    found = laid(tmp_path, "components:\n  site:\n    replicas: 9\n  spare: {kind: service}\n")
    site = found.components["site"]
    assert site.replicas.value == 9
    assert Path(site.replicas.where.file).name == "o1.yaml"
    assert site.replicas.where.line == 3
    assert site.where.file == str(tmp_path / "system.yaml")
    assert site.kind == "service"
    assert list(found.components) == ["site", "index", "spare"]
    assert Path(found.components["spare"].where.file).name == "o1.yaml"


def test_what_was_included_is_overlaid_too(tmp_path: Path) -> None:
    limit = laid(tmp_path, "objectives: {quick: {at_most: 9 s}}\n").objectives["quick"].at_most
    assert limit is not None
    assert limit.value == 9


def test_a_number_is_replaced_with_its_provenance(tmp_path: Path) -> None:
    over = "components: {site: {latency: {value: 5 ms, source: a report}}}\n"
    latency = getattr(laid(tmp_path, over).components["site"].settings, "latency")  # noqa: B009 - of its kind
    assert (latency.value, latency.origin, latency.note) == (0.005, "sourced", "a report")


def test_null_takes_away(tmp_path: Path) -> None:
    found = laid(tmp_path, "objectives: {quick: null}\ncomponents: {site: {replicas: ~}}\n")
    assert found.objectives == {}
    assert found.components["site"].replicas.value == 1


def test_flows_join_by_their_ends_and_label(tmp_path: Path) -> None:
    over = """\
flows:
  - {from: site, to: index, label: suggest, timeout: 1 s}
  - {from: index, to: site, remove: true}
  - {from: index, to: site, label: new, mode: async}
"""
    flows = laid(tmp_path, over).flows
    assert [(str(flow.source), str(flow.label)) for flow in flows] == [
        ("site", "search"), ("site", "suggest"), ("index", "new"),
    ]  # fmt: skip
    assert [str(flow.timeout) for flow in flows] == ["2 s", "1 s", "None"]


def test_a_flow_that_could_be_two_is_refused(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, "flows:\n  - {from: site, to: index, timeout: 1 s}\n")
    assert (problem.code, problem.where.line) == ("ambiguous", 2)
    assert "label" in problem.mend


def test_steps_join_by_name(tmp_path: Path) -> None:
    over = """\
workload:
  journeys:
    look:
      steps:
        - {name: find, probability: 50 %}
        - {name: open, remove: true}
        - {name: close, at: site}
"""
    steps = laid(tmp_path, over).workload.journeys["look"].steps
    assert [(str(step.name), step.probability.value) for step in steps] == [("find", 0.5), ("close", 1.0)]


def test_other_lists_are_replaced(tmp_path: Path) -> None:
    found = laid(tmp_path, "context: {limits: [a, b]}\n", "context: {limits: [c]}\n")
    assert list(map(str, found.context.limits)) == ["c"]


@pytest.mark.parametrize(
    ("over", "code", "line"),
    [
        ("components:\n  sight: null\n", "nothing-to-remove", 2),
        ("flows:\n  - {from: a, to: b, remove: true}\n", "nothing-to-remove", 2),
        ("flows:\n  - {from: site, to: index, label: search, remove: no}\n", "expected-flag", 2),
        ("components:\n  site:\n", "expected-word", 2),
        ("components:\n  site: {replicas: 2, replicas: 3}\n", "duplicate-key", 2),
        ("include: [part.yaml]\n", "include-nested", 1),
        ("- a\n", "expected-mapping", 1),
        ("components:\n  site: {kid: service}\n", "unknown-key", 2),
        ("components: [\n", "yaml-syntax", 2),
        ("flows:\n  - {from: site, to: nowhere}\n", "unknown-name", 2),
    ],
)
def test_mistakes_are_shown_in_the_overlay(tmp_path: Path, over: str, code: str, line: int) -> None:
    found = [(item.code, Path(item.where.file).name, item.where.line) for item in refused(tmp_path, over)]
    assert (code, "o1.yaml", line) in found


def test_mistakes_of_both_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "o1.yaml").write_text("components:\n  index: {kind: nothing}\n")
    (tmp_path / "part.yaml").write_text(PART)
    (tmp_path / "system.yaml").write_text(MAIN.replace("replicas: 2", "replicas: none"))
    with pytest.raises(InputError) as caught:
        load(tmp_path / "system.yaml", [Word("o1.yaml")])
    files = {Path(item.where.file).name for item in caught.value.problems}
    assert files == {"o1.yaml", "system.yaml"}


@pytest.mark.parametrize("name", ["../other.yaml", "/etc/passwd", "gone.yaml"])
def test_a_path_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    laid(tmp_path)
    with pytest.raises(InputError) as caught:
        load(tmp_path / "system.yaml", [Word(name)])
    assert [item.code for item in caught.value.problems] == ["file-missing" if name == "gone.yaml" else "path-outside"]


def test_a_project_is_opened_with_overlays(tmp_path: Path) -> None:
    laid(tmp_path, "owner: you\n")
    assert open_project(tmp_path, overlays=("o1.yaml",)).system.owner == "you"
    assert open_project(tmp_path).overlaid(Word("o1.yaml")).system.owner == "you"


NAMES = st.sampled_from(["a", "b", "c"])
TREES = st.recursive(
    st.sampled_from(["1", "x", "true"]),
    lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3),
    max_leaves=8,
)


def _yaml(tree: object) -> str:
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key}: {_yaml(value)}" for key, value in tree.items()) + "}"
    return str(tree)


def _joined(old: object, new: object) -> object:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _joined(old.get(key), value) for key, value in new.items()}}
    return new


def _plain(tree: object) -> object:
    items = getattr(tree, "items", None)
    return {key: _plain(value) for key, (_, value) in items.items()} if items is not None else getattr(tree, "text")  # noqa: B009


@given(st.dictionaries(NAMES, TREES, min_size=1), st.dictionaries(NAMES, TREES, min_size=1))
def test_any_overlay_joins_keys_and_changes_neither_file(old: dict[str, object], new: dict[str, object]) -> None:
    base, over, binder = parse(_yaml(old), "base"), parse(_yaml(new), "over"), Binder()
    assert _plain(overlaid(base, over, binder)) == _joined(old, new)
    assert binder.problems == []
    assert (_plain(base), _plain(over)) == (old, new)
