"""The how-to page on starting from what is there: its file and its commands work as they stand."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_example_of_the_how_to_runs(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to.md").read_text()
    section = page.partition("## … start from what you have\n")[2].partition("\n## ")[0]
    (config,) = re.findall(r"^```yaml\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL)
    (commands,) = re.findall(r"^```sh\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL)
    (tmp_path / "config.yaml").write_text(config)
    for line in commands.splitlines():
        program, *arguments = shlex.split(line)
        assert program == "archwright"
        ended = subprocess.run(
            [sys.executable, "-m", "archwright", *arguments],
            capture_output=True, text=True, cwd=tmp_path, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, f"{line}\n{ended.stdout}{ended.stderr}"
    draft = (tmp_path / "desk" / "system.yaml").read_text()
    assert "targets: [desk, small]" in draft
    assert "# from config.yaml:6, sure" in draft
    assert "API_KEY" not in draft
