"""Prompts are kept only where the file asks for it and every class of data that reaches the gateway allows it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from archwright.base.errors import InputError
from archwright.verbs.project import open_project

DESK = Path(__file__).resolve().parents[2] / "examples" / "support-desk" / "system.yaml"


def compiled(folder: Path, change: str, allowed: bool) -> bool:
    """The example with `record: prompts`, its data classes allowing it or not."""
    text = DESK.read_text(encoding="utf-8")
    assert "kind: gateway" in text
    text = text.replace("kind: gateway", f"kind: gateway\n    ledger: {change}", 1)
    if allowed:
        text = text.replace("    sensitivity:", "    prompts: recorded\n    sensitivity:")
    shutil.copytree(DESK.parent, folder, dirs_exist_ok=True)
    file = folder / "system.yaml"
    file.write_text(text, encoding="utf-8")
    return open_project(file).compiled.plan.gateway.record_prompts


def test_they_are_not_kept_unless_asked_for(tmp_path: Path) -> None:
    assert not compiled(tmp_path, "sync", allowed=True)


def test_asking_is_not_enough(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"prompts-not-allowed.*may not be recorded"):
        compiled(tmp_path, "{record: prompts}", allowed=False)


def test_they_are_kept_where_every_class_allows_it(tmp_path: Path) -> None:
    assert compiled(tmp_path, "{record: prompts}", allowed=True)


def cached(folder: Path, semantic: str, allowed: bool) -> str:
    """Where the example's cache keeps questions and answers."""
    text = DESK.read_text(encoding="utf-8")
    assert "    kind: cache\n" in text
    text = text.replace("    kind: cache\n", f"    kind: cache\n    semantic: {semantic}\n", 1)
    if allowed:
        text = text.replace("    sensitivity:", "    prompts: recorded\n    sensitivity:")
    shutil.copytree(DESK.parent, folder, dirs_exist_ok=True)
    file = folder / "system.yaml"
    file.write_text(text, encoding="utf-8")
    found = open_project(file).compiled.plan.caches[0].semantic
    return found.keep if found is not None else ""


def test_answers_are_in_a_file_only_where_every_class_allows_it(tmp_path: Path) -> None:
    assert cached(tmp_path / "a", "{mode: on}", allowed=False) == "memory"
    assert cached(tmp_path / "b", "{mode: shadow, keep: file}", allowed=True) == "file"
    assert cached(tmp_path / "c", "{mode: off, keep: file}", allowed=False) == ""
    with pytest.raises(InputError, match=r"prompts-not-allowed.*questions and answers.*keep: file"):
        cached(tmp_path / "d", "{mode: on, keep: file}", allowed=False)


def test_answers_are_shared_in_a_database_only_where_every_class_allows_it(tmp_path: Path) -> None:
    assert cached(tmp_path / "a", "{mode: on, index: pgvector}", allowed=True) == "memory"
    assert cached(tmp_path / "b", "{mode: off, index: pgvector}", allowed=False) == ""
    with pytest.raises(InputError, match=r"prompts-not-allowed.*questions and answers.*index: pgvector"):
        cached(tmp_path / "c", "{mode: on, index: pgvector}", allowed=False)
