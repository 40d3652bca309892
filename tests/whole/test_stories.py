"""The walk and the stories: their commands run, what they show was printed, and what the files promise holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from archwright.analysis.check import at_least
from archwright.analysis.check.review import review
from archwright.analysis.draw import diagram
from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.objectives import verdicts
from archwright.render.layout import lay_out
from archwright.verbs.project import open_project
from tests.render.geometry import collisions

ROOT = Path(__file__).resolve().parents[2]
STORIES = sorted(file.name for file in (ROOT / "docs" / "examples").glob("*.md"))
SYSTEMS = (
    "document-batch/system.yaml",
    "prompt-to-production/production.yaml",
    "chat-platform/1-self-managed-gpus.yaml",
    "chat-platform/2-one-cloud.yaml",
    "chat-platform/3-provisioned.yaml",
    "chat-platform/4-two-clouds.yaml",
)
PROTOTYPE = "prompt-to-production/prototype.yaml"


@pytest.mark.parametrize(
    "page",
    # The drill of the walk keeps time with real sockets, so it shares no core with other tests.
    [pytest.param("deliverables.md", marks=pytest.mark.alone), *(f"examples/{page}" for page in STORIES)],
)
@pytest.mark.usefixtures("fast_engine")
def test_a_page_shows_what_its_commands_print(page: str) -> None:
    ended = subprocess.run(
        [sys.executable, ROOT / "scripts" / "stories.py", "--check", ROOT / "docs" / page],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_page_that_shows_something_else_is_told(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text('```sh\narchwright schema\n```\n\n```text lines "{"\n[\n```\n')
    command = [sys.executable, str(ROOT / "scripts" / "stories.py"), "--check", str(page)]
    assert subprocess.run(command, capture_output=True, cwd=ROOT, check=False).returncode == 1


def test_every_page_is_on_the_list_and_every_example_has_one() -> None:
    listed = (ROOT / "docs" / "examples" / "README.md").read_text()
    assert [page for page in STORIES if page != "README.md" and f"({page})" not in listed] == []
    folders = sorted(folder.name for folder in (ROOT / "examples").iterdir() if folder.is_dir())
    assert [name for name in folders if name not in listed] == []


@pytest.mark.parametrize("name", SYSTEMS)
def test_nothing_is_found_that_nobody_answers_for(name: str) -> None:
    project = open_project(ROOT / "examples" / name)
    assert at_least(review(project.system, project.as_of).open, "warning") == ()


@pytest.mark.parametrize("name", SYSTEMS)
def test_its_promises_hold_in_the_busiest_hour(name: str) -> None:
    plan = open_project(ROOT / "examples" / name).compiled.plan
    outcome = simulate(plan, plan.scenarios[0], seed=1)
    assert plan.scenarios[0].name == "baseline"
    assert [verdict.objective.name for verdict in verdicts(plan, outcome) if not verdict.kept] == []


@pytest.mark.parametrize("name", [*SYSTEMS, PROTOTYPE])
def test_nothing_crosses_a_box_or_a_label(name: str) -> None:
    assert collisions(lay_out(diagram(open_project(ROOT / "examples" / name).system))) == []


@pytest.mark.parametrize("name", SYSTEMS)
def test_it_has_what_a_reader_looks_for(name: str) -> None:
    system = open_project(ROOT / "examples" / name).system
    assert {"baseline"} < set(system.scenarios)
    assert system.risks
    assert len(system.metrics) >= 2
    assert system.context.industry != "unknown"
    assert system.owner


def test_the_prototype_has_many_findings_and_is_priced() -> None:
    project = open_project(ROOT / "examples" / PROTOTYPE)
    assert len(at_least(review(project.system, project.as_of).open, "error")) >= 10
    assert project.compiled.plan.routes
