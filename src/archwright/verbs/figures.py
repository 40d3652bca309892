"""The book of a run on disk, so that its simulated and measured figures can still be asked why."""

from __future__ import annotations

from pathlib import Path

import msgspec

from archwright.base.errors import InputError, Location, Problem
from archwright.report.figures import Book, Figure

FILE = "figures.json"


class Kept(msgspec.Struct, frozen=True):
    """The figures of a run and the plan that they belong to."""

    plan: str
    figures: tuple[Figure, ...]


def keep(folder: Path, plan: str, book: Book) -> Path:
    """Write a book into a folder; beside what somebody else keeps there under its name, with `.new` at the end."""
    file = folder / FILE
    if file.is_file() and not _ours(file):
        file = folder / f"{FILE}.new"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(Kept(plan, tuple(book.values()))), indent=1))
    return file


def kept_at(folder: Path) -> float:
    """When a book was written into a folder; 0.0 where there is none."""
    file = folder / FILE
    return file.stat().st_mtime if file.is_file() else 0.0


def recall(folder: Path) -> Kept | None:
    """The figures kept in a folder, or None if there are none.

    Raises:
        InputError: the file is no such book.
    """
    file = folder / FILE
    if not file.is_file():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=Kept)
    except msgspec.DecodeError as error:
        raise InputError([Problem("bad-figures", f"not a book of figures: {error}", Location(str(file)))]) from error


def _ours(file: Path) -> bool:
    try:
        msgspec.json.decode(file.read_bytes(), type=Kept)
    except msgspec.DecodeError:
        return False
    return True
