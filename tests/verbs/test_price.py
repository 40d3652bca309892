"""What another value of the file saves a month."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archwright.cli.main import main
from tests.verbs.test_whatif import FILE

CURVE = "[{wrong: 1 %, saved: 40 %}, {wrong: 2 %, saved: 60 %}]"
MEANING = f"components:\n  kept: {{kind: cache, semantic: {{mode: on, curve: {CURVE}}}}}"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    text = FILE.replace("components:", MEANING, 1).replace("deadline: 20 s}", "deadline: 20 s, cache: kept}")
    file = tmp_path / "system.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def price(*args: str) -> Result:
    return CliRunner().invoke(main, ["price", *args])


def test_another_promise_of_the_cache_is_priced_against_the_file(desk: Path) -> None:
    """60 % of the calls are paid for at 1 % and 40 % at 2 %."""
    figures = json.loads(price(str(desk), "--set", "components.kept.semantic.wrong=1%", "--json").stdout)["figures"]
    names = ("month", "before", "saved", "component.model.month")
    now, before, saved, calls = (figures[f"price.{name}"]["value"] for name in names)
    assert saved == pytest.approx(before - now)
    assert saved / calls == pytest.approx((0.4 - 0.6) / 0.6)
    told = price(str(desk), "--set", "components.kept.semantic.mode=off").stdout
    assert "instead of" in told
    assert "more" in told


def test_a_path_that_is_not_there_is_an_error(desk: Path) -> None:
    found = price(str(desk), "--set", "components.kept.semantic.right=1%")
    assert found.exit_code == 2
    assert "right" in found.stderr


def test_over_the_budget_ends_with_1_where_that_is_asked(desk: Path) -> None:
    text = desk.read_text()
    desk.write_text(text + "budget: {monthly: $0.01/month}\n")
    found = price(str(desk), "--fail-on", "error")
    assert found.exit_code == 1
    assert "Over budget: the forecast spends" in "\n".join(found.stdout.splitlines()[:8])
    assert price(str(desk)).exit_code == 0
    (finding,) = json.loads(price(str(desk), "--json").stdout)["findings"]
    assert finding["code"] == "PRI01"
    desk.write_text(text + "budget: {monthly: $100M/month}\n")
    assert price(str(desk), "--fail-on", "note").exit_code == 0
