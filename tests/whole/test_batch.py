"""What the how-to says of batch work is done: its file compiles, saves what it says, and its requests take the lane."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from archwright.verbs.price import price_project
from archwright.verbs.project import Project, open_project
from tests.runtime.sample import Script, desk
from tests.runtime.test_lane import ask, well
from tests.whole.test_documents import ROOT, blocks


def joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Two files as one, section by section."""
    both = dict(one)
    for key, value in other.items():
        both[key] = joined(both.get(key, {}), value) if isinstance(value, dict) else value
    return both


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The support desk with the how-to's lane."""
    (snippet,) = (block for block in blocks("docs/how-to.md", "yaml") if "lane: batch" in block)
    text = (ROOT / "examples" / "support-desk" / "system.yaml").read_text().partition("\ninclude:")[0]
    made = joined(yaml.safe_load(text), yaml.safe_load(snippet))
    (tmp_path / "system.yaml").write_text(yaml.safe_dump(made, sort_keys=False))
    return open_project(tmp_path, dt.date(2026, 11, 21))


def test_the_lane_is_priced_and_says_what_it_saves(project: Project) -> None:
    book = price_project(project).book
    assert book["price.night.saved"].value > 0
    plan = project.compiled.plan
    assert plan.gateway.batch_places == plan.gateway.concurrency // 4
    assert (plan.gateway.batch_queue, plan.gateway.batch_wait_s) == (5000, 1800.0)


async def test_its_requests_take_the_lane(project: Project, tmp_path: Path) -> None:
    plan = project.compiled.plan
    script = Script({"primary-model": well, "fallback-model": well})
    with desk(tmp_path, plan, supplier=script) as here:
        said = await ask(here, model="answer", headers={"x-archwright-journey": "night"})
        refused = await ask(
            here, model="answer", headers={"x-archwright-journey": "night", "x-archwright-lane": "realtime"}
        )
    assert (said.status, said.headers["x-archwright-lane"]) == (200, "batch")
    assert script.seen[0].body["service_tier"] == "flex"
    assert refused.status == 400
    assert here.attempts[0].price_in * 2 == plan.targets[0].price.input
