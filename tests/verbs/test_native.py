"""Compiling the gateway ahead: what is lacking is said, and what is there is not made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.base.errors import DependencyMissing
from archwright.runtime.compiled import home
from archwright.verbs.native import warm_gateway


def test_a_compiler_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler -O2")
    with pytest.raises(DependencyMissing, match="no `no-such-compiler`: install gcc"):
        warm_gateway(lambda _: None, tmp_path)
    assert not home(tmp_path).exists()


def test_what_is_compiled_is_not_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    home(tmp_path).mkdir()
    said: list[str] = []
    assert warm_gateway(said.append, tmp_path) == home(tmp_path)
    assert said == []
