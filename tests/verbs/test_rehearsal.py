"""Which scenario is rehearsed, how much of it, and that one folder holds one rehearsal."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.base.errors import InputError, UsageError
from archwright.plan.compile import compile_plan
from archwright.plan.workload import expected_visits
from archwright.spec.load import loads
from archwright.verbs.rehearsal import Wish, alone, chosen, lacking, recall
from tests.plan.small import DAY, EXAMPLE, example


def test_the_outage_of_a_model_is_rehearsed_unless_another_is_named() -> None:
    plan = example().plan
    assert chosen(plan, Wish(), None).name == "primary-down"
    assert chosen(plan, Wish(scenario="spike-10x"), None).name == "spike-10x"
    with pytest.raises(UsageError, match="did you mean `spike-10x`"):
        chosen(plan, Wish(scenario="spike-10"), None)


def test_a_long_scenario_is_shortened_with_all_that_happens_in_it() -> None:
    plan = example().plan
    whole, part = chosen(plan, Wish(), None), chosen(plan, Wish(visits=100), None)
    assert expected_visits(plan, part) == pytest.approx(100)
    share = part.lasts_s / whole.lasts_s
    assert part.changes[0].at_s == pytest.approx(whole.changes[0].at_s * share)
    assert part.changes[0].lasts_s == pytest.approx(whole.changes[0].lasts_s * share)
    assert chosen(plan, Wish(visits=10**6), None) == whole


def test_a_local_model_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "pip install" in lacking(str(tmp_path / "nowhere"))
    assert lacking("") == ""


def test_a_file_without_scenarios_has_the_busiest_hour() -> None:
    text = (EXAMPLE.read_text()).partition("scenarios:\n")[0]
    plan = compile_plan(loads(text), DAY).plan
    assert plan.scenario_names == ("baseline",)
    assert chosen(plan, Wish(), None).changes == ()


def test_a_folder_holds_one_rehearsal_at_a_time(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(UsageError, match="another rehearsal"), alone(tmp_path):
        pass
    with alone(tmp_path):
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_there_must_have_been_a_rehearsal_to_recall(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no rehearsal"):
        recall(tmp_path)
    (tmp_path / "rehearsal.json").write_text("[]")
    with pytest.raises(InputError, match="bad-manifest"):
        recall(tmp_path)
