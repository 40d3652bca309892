"""What the how-to says of what-if and of replays is done: its commands run on the example, its file is read."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from archwright.analysis.stress import breaking
from archwright.cli.main import main
from archwright.ledger.rows import Attempt, Request, Run, encode
from archwright.spec.load import loads
from archwright.spec.settings.gateway import GatewaySettings
from tests.whole.test_batch import joined
from tests.whole.test_documents import ROOT, blocks

EXAMPLE = ROOT / "examples" / "support-desk"
SAID = [
    line for block in blocks("docs/how-to.md", "text") for line in block.splitlines() if line.startswith("archwright")
]
ASKED = [line for line in SAID if line.startswith("archwright stress desk --") and "trace" not in line]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the support desk in it, and a search for what breaks that is short."""
    monkeypatch.setattr(breaking, "SAMPLE", 100)
    monkeypatch.setattr(breaking, "ENOUGH", 600)
    monkeypatch.setattr(breaking, "MOST", 2.0)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(EXAMPLE, tmp_path / "desk")
    return tmp_path


def answered(line: str, *more: str) -> dict[str, Any]:
    result = CliRunner().invoke(main, [*shlex.split(line)[1:], *more, "--as-of", "2026-11-21", "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize("line", ASKED, ids=lambda line: line.split()[3])
def test_every_question_is_answered(here: Path, line: str) -> None:
    fewer = ("--seeds", "3") if "--out" in line else ("--seeds", "1", "--scenario", "baseline")
    found = answered(line, "--workers", "1", *(() if "--failures" in line else fewer))
    assert found["documents"]
    if "--search" in line:
        looked = [found["search"]["chosen"], *found["search"]["ruled_out"], *found["search"]["dearer"]]
        assert len([item for item in looked if item]) == 6
    if "--sweep" in line:
        assert len(found["sweep"]) == 4
    if "--failures" in line:
        rows = {item["component"]: item for item in found["failures"]}
        assert rows["primary-model"]["failed"] == 0.0
        assert rows["gateway"]["failed"] == 1.0
    if "--out" in line:
        names = {file.name for file in (here / "pages").iterdir()}
        assert {"stress.html", "stress-load.svg", "stress-breaking-answers-and-load.svg"} <= names
        page = (here / "pages" / "stress.html").read_text(encoding="utf-8")
        assert "How sure this is" in page
        assert "<script src" not in page


def test_all_five_questions_were_found() -> None:
    assert [line.split()[3] for line in ASKED] == ["--set", "--sweep", "--search", "--failures", "--scenario"]


def test_quality_stands_at_the_route() -> None:
    (snippet,) = (block for block in blocks("docs/how-to.md", "yaml") if "quality:" in block)
    said = yaml.safe_load(snippet)
    text = (EXAMPLE / "system.yaml").read_text(encoding="utf-8").partition("\ninclude:")[0]
    made = yaml.safe_load(text)
    made = joined(made, {"components": {"gateway": {"routes": said["routes"]}}, "objectives": said["objectives"]})
    found = loads(yaml.safe_dump(made, sort_keys=False)).components["gateway"].settings_as(GatewaySettings)
    assert found is not None
    assert found.routes["answer"].quality["primary-model"].score.origin == "measured"


def test_an_outage_is_replayed(here: Path) -> None:
    rows = [encode(Run("", "Support desk", "", "serve", ""))]
    for at in range(200):
        out = "transient" if 80 <= at < 120 else "ok"
        name = f"r{at}"
        rows.append(
            encode(
                Attempt(
                    name, 1, "", "answer", "primary-model", "m", 2.0 * at, "", out, total_s=1.5, tokens_in=700,
                    tokens_out=100,
                )
            )
        )  # fmt: skip
        how = "degraded" if out != "ok" else "answered"
        rows.append(
            encode(
                Request(
                    name, "", "", "question", "answer", "", "answer", "primary-model", 2.0 * at, "", how, 200,
                    tokens_in=700, tokens_out=150,
                )
            )
        )  # fmt: skip
    (here / "desk.jsonl").write_bytes(b"".join(rows))
    (line,) = (line for line in SAID if line.startswith("archwright replay"))
    found = answered(line)
    (fault,) = found["faults"]
    assert (fault["target"], fault["what"]) == ("primary-model", "down")
    assert found["changes"] == []  # the desk has this fallback already
    assert found["saved"]["requests"] == 0.0
