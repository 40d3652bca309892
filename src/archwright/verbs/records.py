"""Records of decisions on disk: made anew without losing a line that a person wrote.

A record ends with a mark that holds a digest of everything above it. What stands below the mark is the reader's and is
kept as it is. Where the part above was changed by hand, or there is no mark, the file is left alone and the new record
is put beside it.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

MARK = "<!-- archwright {name} {digest}: made anew by `archwright decide`; what you write below is kept -->"
_MARK = re.compile(r"^<!-- archwright (?P<name>\S+) (?P<digest>[0-9a-f]{16}): .* -->$", re.MULTILINE)
NEW = ".new"


def keep_record(folder: Path, number: int, name: str, title: str, text: str) -> tuple[Path | None, str]:
    """Write the record of the decision `name`; the file that was written, if any, and what has to be said.

    A record that is there already keeps its file name, so that links to it stay when the title changes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = _known(folder, name) or folder / f"{number:04d}-{_file_name(title)}.md"
    marked = f"{text}\n{MARK.format(name=name, digest=_digest(text))}\n"
    beside = file.with_name(f"{file.name}{NEW}")
    if _put(file, marked):
        if _is_ours(beside):
            beside.unlink()
        return file, _twice(file)
    if _put(beside, marked):
        return beside, f"{file} was changed by hand and is left as it is; the new record is {beside}"
    return None, f"{file} and {beside} were changed by hand; neither is overwritten: join them, and decide again"


def _twice(file: Path) -> str:
    """What has to be said where another record of the folder has the same number."""
    there = sorted(file.parent.glob("[0-9][0-9][0-9][0-9]-*.md"))
    others = [item for item in there if item != file and item.name[:4] == file.name[:4]]
    free = max(int(item.name[:4]) for item in there) + 1
    return f"{others[0]} has the number of {file.name} too; say `number: {free}` at the decision" if others else ""


def _put(file: Path, text: str) -> bool:
    """Write a record where nothing is lost by it: what stands below the mark of an untouched one is taken over."""
    if file.exists() or file.is_symlink():
        kept = _below(file)
        if kept is None:
            return False
        text += kept
    half = file.with_name(f".{file.name}.half")
    half.write_bytes(text.encode("utf-8"))
    half.replace(file)
    return True


def _below(file: Path) -> str | None:
    """What stands below the mark; None where anything above it is not ours, or the file cannot be read as ours."""
    try:
        text = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    text = text.replace("\r\n", "\n")
    mark = _MARK.search(text)
    # The last line end before the mark is its own.
    if mark is None or _digest(text[: mark.start()].removesuffix("\n")) != mark["digest"]:
        return None
    return text[mark.end() :].removeprefix("\n")


def _is_ours(file: Path) -> bool:
    """Whether nobody wrote a line of it."""
    return file.is_file() and _below(file) == ""


def _known(folder: Path, name: str) -> Path | None:
    """The record of a decision that is there already."""
    for file in sorted(folder.glob("[0-9][0-9][0-9][0-9]-*.md")):
        try:
            found = _MARK.search(file.read_bytes().decode("utf-8").replace("\r\n", "\n"))
        except (OSError, UnicodeDecodeError):
            continue
        if found is not None and found["name"] == name:
            return file
    return None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8"), digest_size=8).hexdigest()


def _file_name(title: str) -> str:
    """A title as a part of a file name: lower case, letters, digits and hyphens, never empty."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return words[:60].strip("-") or "decision"
