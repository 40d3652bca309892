"""Paths that a file names: they never lead out of the folder that the file stands in."""

from __future__ import annotations

from pathlib import Path


def leads_outside(path: str) -> bool:
    """Whether a path in the file is absolute, or leads up and out of the folder that the file stands in."""
    depth = 0
    for part in path.replace("\\", "/").split("/"):
        depth += -1 if part == ".." else part not in ("", ".")
        if depth < 0:
            return True
    return path.startswith(("/", "\\", "~")) or path[1:2] == ":"


def inside(folder: Path, name: str) -> Path | None:
    """The file `name` below `folder`, links followed; None where it is outside, or no path at all."""
    try:
        found = (folder / name).resolve()
        return found if not leads_outside(name) and found.is_relative_to(folder.resolve()) else None
    except (ValueError, OSError, RuntimeError):  # no path, too long, or links in a circle
        return None
