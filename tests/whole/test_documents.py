"""What the documents show is true: the README's file is sound, the commands run, the reference is current."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from archwright.analysis.check import at_least, check
from archwright.spec.load import loads

ROOT = Path(__file__).resolve().parents[2]


def blocks(file: str, language: str) -> list[str]:
    """The fenced blocks of a document in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / file).read_text(), flags=re.MULTILINE | re.DOTALL)


def test_the_file_in_the_readme_is_a_sound_system() -> None:
    (text,) = blocks("README.md", "yaml")
    system = loads(text, "README.md")
    assert not at_least(check(system), "error")


@pytest.mark.usefixtures("fast_engine")
def test_the_commands_in_the_readme_exist() -> None:
    for block in blocks("README.md", "sh"):
        for line in block.splitlines():
            if line.startswith(".venv/bin/archwright"):
                assert run(shlex.split(line)[1:], ROOT).returncode == 0, line


@pytest.mark.alone
@pytest.mark.usefixtures("fast_engine")
def test_the_tutorial_runs_from_top_to_bottom_in_an_empty_folder(tmp_path: Path) -> None:
    commands = [line for block in blocks("docs/tutorial.md", "sh") for line in block.splitlines()]
    assert len(commands) >= 8
    for line in commands:
        ended = run(shlex.split(line)[1:], tmp_path)
        assert ended.returncode == 0, f"{line}\n{ended.stdout}{ended.stderr}"


def test_the_reference_is_what_the_program_says() -> None:
    ended = subprocess.run(
        [sys.executable, ROOT / "scripts" / "reference.py", "--check"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `archwright` with arguments in a folder."""
    command = [sys.executable, "-m", "archwright", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)


def test_the_snippets_of_the_how_to_are_read(tmp_path: Path) -> None:
    snippets = blocks("docs/how-to.md", "yaml")
    agreed, counted, parts = (
        next(text for text in snippets if sign in text) for sign in ("framework contract", "CRM export", "include: [")
    )
    (tmp_path / "prices.yaml").write_text(agreed)
    desk = (ROOT / "examples" / "support-desk" / "system.yaml").read_text().partition("\ninclude:")[0]
    volume, _, growth = counted.partition("\n")
    desk = re.sub(r"      volume: .*", f"      {volume}", desk)
    desk = re.sub(r"      growth: \{value: 4 %, guess: as the shop.*", f"      {growth.strip()}", desk)
    main, _, rest = desk.partition("components:\n")
    components, _, workload = rest.partition("workload:\n")
    (tmp_path / "components.yaml").write_text("components:\n" + components)
    (tmp_path / "workload.yaml").write_text("workload:\n" + workload)
    (tmp_path / "system.yaml").write_text(parts + main)
    ended = run(["explain", ".", "price.models.month", "--as-of", "2026-11-21"], tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "framework contract 2026-117" in ended.stdout
    assert "CRM export, October 2026" in ended.stdout


def test_the_decision_in_the_how_to_can_be_decided(tmp_path: Path) -> None:
    written = blocks("docs/how-to.md", "yaml")
    place = next(place for place, block in enumerate(written) if block.startswith("decisions:\n  hosting:"))
    decision, overlay = written[place : place + 2]
    desk = (ROOT / "examples" / "support-desk" / "system.yaml").read_text().partition("\ninclude:")[0]
    (tmp_path / "system.yaml").write_text(f"{desk}\n{decision}")
    (tmp_path / "self-hosted.yaml").write_text(overlay)
    ended = run(["decide", ".", "hosting", "--out", "docs/decisions", "--as-of", "2026-11-21"], tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "Managed model scores highest" in ended.stdout
    assert (tmp_path / "docs" / "decisions" / "0001-keep-the-model-managed.md").is_file()
