"""Values changed for a question: what is set stands there as if it were written, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.errors import InputError
from archwright.spec.bind import Binder
from archwright.spec.load import load, loads
from archwright.spec.model import System
from archwright.spec.setting import changed, settings
from archwright.spec.source import parse

FILE = """\
system: small
components:
  door:
    kind: gateway
    concurrency: 20
    routes:
      ask: {targets: [model, other], deadline: 20 s}
  shop: {kind: service, replicas: 2, latency: 20 ms, workers: 5}
  model: {kind: managed-model, model: openai/gpt-4.1-mini, pace: {first_token: 1 s, per_token: 9 ms}}
  other: {kind: managed-model, model: openai/gpt-4.1-mini, pace: {first_token: 1 s, per_token: 9 ms}}
flows:
  - {from: shop, to: door, label: asks, timeout: 30 s}
  - {from: shop, to: door, label: asks again, timeout: 30 s}
  - {from: door, to: model, timeout: 10 s, retry: {attempts: 2}}
  - {from: door, to: other, timeout: 10 s}
workload:
  journeys:
    ask:
      volume: {value: 10k/month, measured: the log}
      steps:
        - {name: come in, at: shop}
        - name: call
          at: shop
          route: ask
          tokens: {input: 100, output: 50}
"""


def read(tmp_path: Path, *texts: str) -> System:
    file = tmp_path / "system.yaml"
    file.write_text(FILE, encoding="utf-8")
    return load(file, given=settings(texts)).system


def refused(tmp_path: Path, *texts: str) -> list[tuple[str, str, str, str]]:
    with pytest.raises(InputError) as error:
        read(tmp_path, *texts)
    return [(item.code, item.message, str(item.where), item.mend) for item in error.value.problems]


def test_a_value_stands_where_it_was_put(tmp_path: Path) -> None:
    found = read(tmp_path, "components.shop.replicas=3", "components.shop.latency=1 s")
    assert found.components["shop"].replicas.value == 3
    assert found.components["door"] == loads(FILE).components["door"]


@pytest.mark.parametrize(
    ("text", "written", "instead"),
    [
        ("flows.door->model.retry.attempts=4", "attempts: 2", "attempts: 4"),
        ("flows.shop->door,asks again.timeout=9 s", "asks again, timeout: 30 s", "asks again, timeout: 9 s"),
        ("flows.0.timeout=9 s", "label: asks, timeout: 30 s", "label: asks, timeout: 9 s"),
        ("workload.journeys.ask.steps.call.tokens.input=7", "input: 100", "input: 7"),
        (
            "workload.journeys.ask.steps.call.tokens.input.spread=0.5",
            "input: 100",
            "input: {median: 100, spread: 0.5}",
        ),
        ("workload.journeys.ask.steps.come-in.at=door", "{name: come in, at: shop}", "{name: come in, at: door}"),
        ("components.door.routes.ask.targets=[other]", "targets: [model, other]", "targets: [other]"),
        ("workload.journeys.ask.volume=20k/month", "{value: 10k/month, measured: the log}", "20k/month"),
        (
            "workload.journeys.ask.volume.measured=a guess",
            "{value: 10k/month, measured: the log}",
            "{value: 10k/month, measured: a guess}",
        ),
        ("components.shop.workers=null", ", workers: 5", ""),
        ("components.shop.summary=what: ever", None, None),
    ],
)
def test_it_is_as_if_the_file_said_so(tmp_path: Path, text: str, written: str | None, instead: str | None) -> None:
    if written is None or instead is None:
        assert [code for code, *_ in refused(tmp_path, text)] == ["expected-word"]
        return
    assert written in FILE
    assert read(tmp_path, text) == loads(FILE.replace(written, instead))


def test_every_problem_is_told_at_once_with_its_place_and_the_nearest_name(tmp_path: Path) -> None:
    found = refused(
        tmp_path, "components.shopp.replicas=3", "components.shop.replica=3", "components.shop.replicas=-1",
        "components.shop.latency=soon", "nothing.here=1", "flows.shop->door.timeout=1 s", "flows.9.timeout=1 s",
        "components.shop.latency.deeper=1", "components.door.routes=[", "components.shop.summary.deeper=1",
    )  # fmt: skip
    told = {where.removeprefix("--set "): (code, mend) for code, _, where, mend in found}
    assert told["components.shopp.replicas=3"] == ("unknown-path", "did you mean `shop`?")
    assert told["components.shop.replica=3"] == ("unknown-path", "did you mean `replicas`?")
    assert told["components.shop.replicas=-1"][0] == "out-of-range"
    assert told["components.shop.latency=soon"][0] == "bad-quantity"
    assert told["nothing.here=1"][0] == "unknown-path"
    assert told["flows.shop->door.timeout=1 s"] == ("ambiguous", "write one of: shop->door,asks, shop->door,asks again")
    assert told["flows.9.timeout=1 s"][0] == "unknown-path"
    assert told["components.shop.latency.deeper=1"][1].startswith("known: value")
    assert told["components.door.routes=["][0] == "yaml-syntax"
    assert told["components.shop.summary.deeper=1"][0] == "unknown-path"
    assert len(found) == 10


@pytest.mark.parametrize("text", ["", "x", "=3", "a..b=3", "a=", "a.b= "])
def test_what_changes_nothing_is_refused(text: str) -> None:
    with pytest.raises(InputError) as error:
        settings([text])
    assert [item.code for item in error.value.problems] == ["bad-setting"]


def test_a_path_is_set_once() -> None:
    with pytest.raises(InputError, match="set twice"):
        settings(["a.b=1", "a.b=2"])


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=4), st.text(min_size=1, max_size=20))
def test_no_text_breaks_it_and_the_tree_stays_as_it_was(path: list[str], value: str) -> None:
    text = f"{'.'.join(path)}={value}"
    try:
        found = settings([text])
    except InputError:
        return
    tree, before = parse(FILE, "file"), parse(FILE, "file")
    changed(tree, found, Binder())
    assert tree == before
