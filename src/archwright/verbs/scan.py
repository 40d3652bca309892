"""What `archwright check --sarif` writes: the findings of a system, or what is wrong with its file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from archwright import __version__
from archwright.analysis.check.cards import cards
from archwright.analysis.check.review import Accepted
from archwright.base.errors import BAD_INPUT, InputError, UsageError
from archwright.render.sarif import Item, Sources, of_problems, sarif
from archwright.report.document import Finding
from archwright.report.rulebook import Leave

_MARK = b'"version": "2.1.0"'


def write_scan(
    file: Path, found: Sequence[Finding], accepted: Sequence[Accepted], *, exit_code: int, docs: str = ""
) -> Path:
    """Write findings and those that somebody answers for to `file`.

    Raises:
        UsageError: the file cannot be written, or another kind of file stands there.
    """
    items = [Item(finding) for finding in found]
    for each in accepted:
        entry = each.by
        leave = Leave(str(entry.owner), str(entry.reason), str(entry.expires), str(entry.ticket))
        items.append(Item(each.finding, leave, entry.where))
    items.sort(key=lambda item: (item.finding.where, item.finding.code, item.finding.message))
    return _write(file, items, exit_code, docs)


def write_problems(file: Path, error: InputError, docs: str = "") -> Path:
    """Write what is wrong with a system's file, so that a scan can be uploaded in any case.

    Raises:
        UsageError: the file cannot be written, or another kind of file stands there.
    """
    return _write(file, of_problems(error.problems), BAD_INPUT, docs)


def _write(file: Path, items: Sequence[Item], exit_code: int, docs: str) -> Path:
    places = {item.finding.where.file for item in items} | {item.left_at.file for item in items if item.left_at}
    text = sarif(items, cards(), Sources(_below(places)), version=__version__, exit_code=exit_code, docs=docs)
    try:
        if file.exists() and _MARK not in file.read_bytes():
            raise UsageError(f"{file} is there already and is no SARIF file; give another path, or remove it")
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}") from error
    return file


def _below(places: Collection[str]) -> dict[str, str]:
    """The path of each file below the folder in which we were started; of one outside only its name."""
    root = Path.cwd().resolve()
    found = {}
    for place in filter(None, places):
        path = Path(place).resolve()
        found[place] = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    return found
