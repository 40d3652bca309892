"""`archwright init`: write a small system that passes, and the schema that editors complete it from."""

from __future__ import annotations

from pathlib import Path

from archwright.base.errors import UsageError
from archwright.spec.starter import starter
from archwright.verbs.answer import Answer
from archwright.verbs.schema import schema

SCHEMA = "system.schema.json"  # what the starter tells editors to complete from


def init(path: Path, name: str = "") -> Answer:
    """Write a first system to `path` (a folder stands for `system.yaml` in it).

    Raises:
        UsageError: something is there already; nothing is ever overwritten.
    """
    file = path / "system.yaml" if path.is_dir() or not path.suffix else path
    if file.exists():
        raise UsageError(f"{file} is there already; give another path, or edit it and run `archwright check {file}`")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(starter(name or file.resolve().parent.name), encoding="utf-8")
    written = [file]
    beside = file.parent / SCHEMA
    if not beside.exists():
        beside.write_text(schema().data["text"] + "\n", encoding="utf-8")
        written.append(beside)
    return Answer("init", written=tuple(written))
