"""Runs the commands of docs/deliverables.md and docs/examples, and holds what they show to what was printed.

scripts/stories.py [PAGE…]            write what the commands print now into the pages
scripts/stories.py --check [PAGE…]    end with 1 if a page shows something else

A page is run from top to bottom in the root of the repository, each line of its `sh` blocks. A command that ends with
another code than 0 says so: `# ends with 1`. A `text` block below shows a part of what the last command printed:

    ```text from "What breaks first" to "just before and just after"
    ```text lines "Models a month" "Cause:"

`from` shows the lines from the first one that begins so, up to the next that begins with the words after `to`; `lines`
shows the first line that begins so, for each of the words. Spaces at the beginning of a line do not count.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
DOCS: Final = ROOT / "docs"
PAGES: Final = (DOCS / "deliverables.md", *sorted((DOCS / "examples").glob("*.md")))
_BLOCK: Final = re.compile(r"^```(?P<kind>sh|text)(?P<asked>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE: Final = re.compile(r"#\s*ends with (\d+)\s*$")


class StoryError(Exception):
    """A page asks for something that its command did not print, or a command ended otherwise than it says."""


def told(page: str) -> str:
    """The page with what its commands print now.

    Raises:
        StoryError: a command ends with another code than the page says, or prints nothing that begins as asked.
    """
    parts, at, printed = [], 0, ""
    for block in _BLOCK.finditer(page):
        parts.append(page[at : block.start()])
        at = block.end()
        if block["kind"] == "sh":
            for line in block["body"].splitlines():
                printed = _run(line) if line.strip() else printed
            parts.append(block[0])
        else:
            shown = "\n".join(_shown(block["asked"], printed))
            parts.append(f"```text{block['asked']}\n{shown}\n```")
    return "".join([*parts, page[at:]])


def _run(line: str) -> str:
    """What a command prints; what it writes goes to a folder that is thrown away."""
    stated = _CODE.search(line)
    program, *arguments = shlex.split(line, comments=True)
    if program != "archwright":
        raise StoryError(f"a story runs archwright and nothing else: {line}")
    with tempfile.TemporaryDirectory() as folder:
        arguments = [folder if argument == "out" else argument for argument in arguments]
        command = [sys.executable, "-m", "archwright", *arguments]
        shell = {**os.environ, "COLUMNS": "100"}  # as wide on every machine
        ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=shell, check=False)
    if ended.returncode != int(stated[1] if stated else 0):
        raise StoryError(f"ended with {ended.returncode}: {line}\n{ended.stdout}{ended.stderr}")
    return ended.stdout


def _shown(asked: str, printed: str) -> list[str]:
    """The lines of an output that a block asks for."""
    how, *words = shlex.split(asked) or [""]
    lines = printed.splitlines()
    if how == "lines":
        return [lines[_first(lines, 0, word)] for word in words]
    if how == "from" and len(words) == 3 and words[1] == "to":
        begin = _first(lines, 0, words[0])
        shown = lines[begin : _first(lines, begin + 1, words[2])]
        while shown and not shown[-1].strip():
            shown.pop()
        return shown
    raise StoryError(f"a text block says what it shows, as scripts/stories.py explains: {asked}")


def _first(lines: Sequence[str], begin: int, words: str) -> int:
    for number in range(begin, len(lines)):
        if lines[number].strip().startswith(words):
            return number
    raise StoryError(f"nothing that was printed begins with {words!r}")


def main(arguments: Sequence[str]) -> int:
    """Write or check the pages."""
    stale = 0
    for file in [Path(name) for name in arguments if name != "--check"] or PAGES:
        page = file.read_text(encoding="utf-8")
        try:
            now = told(page)
        except StoryError as error:
            print(f"{file}: {error}")
            return 1
        if "--check" not in arguments:
            file.write_text(now, encoding="utf-8")
        elif now != page:
            stale += 1
            print(f"{file} shows what is no longer printed; run scripts/stories.py")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
