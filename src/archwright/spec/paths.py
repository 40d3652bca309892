"""Paths that a file names: they stay in its folder."""

from __future__ import annotations


def leads_outside(path: str) -> bool:
    """Whether a path in the file is absolute, or leads up and out of the folder that the file stands in."""
    depth = 0
    for part in path.replace("\\", "/").split("/"):
        depth += -1 if part == ".." else part not in ("", ".")
        if depth < 0:
            return True
    return path.startswith(("/", "\\", "~")) or path[1:2] == ":"
