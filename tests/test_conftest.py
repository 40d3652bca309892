"""The fixtures that every floor shares: a skip for want of data is allowed only where the data is wanting."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CONFTEST = Path(__file__).with_name("conftest.py")
PROJECT = {
    "test_by_fixture.py": "def test_it(shared):\n    assert shared.is_dir()\n",
    "test_by_mark.py": "import pytest\n@pytest.mark.skip(reason='needs shared data')\ndef test_it(): pass\n",
    "test_by_module.py": "import pytest\npytest.skip('needs shared data', allow_module_level=True)\n",
    "test_otherwise.py": "import pytest\n@pytest.mark.skip(reason='needs a browser')\ndef test_it(): pass\n",
}


def test_a_skip_for_want_of_data_fails_where_the_data_is(tmp_path: Path) -> None:
    tests = tmp_path / "project" / "tests"
    tests.mkdir(parents=True)
    for name, text in {"conftest.py": CONFTEST.read_text(encoding="utf-8"), **PROJECT}.items():
        (tests / name).write_text(text, encoding="utf-8")
    assert "4 skipped in" in closing_line(tests)
    (tmp_path / "shared").mkdir()
    assert "1 passed, 1 skipped, 2 errors in" in closing_line(tests)


def closing_line(tests: Path) -> str:
    """How pytest ends on a project of its own."""
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-c", "/dev/null", "--continue-on-collection-errors"]
    command = [sys.executable, "-m", "pytest", *options, str(tests)]
    run = subprocess.run(command, cwd=tests.parent, capture_output=True, text=True, check=False)
    return run.stdout.splitlines()[-1]
