"""Which engine simulates: compiled ahead or beside, loaded when it is needed, made anew when it is broken or old."""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from msgspec.structs import replace

from archwright import policy
from archwright.analysis.stress import engines as hand
from archwright.analysis.stress.at_hand import put_at_hand
from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.kernel import loop, sources
from archwright.base.errors import DependencyMissing, UsageError
from archwright.verbs import engines
from tests.analysis.stress import designs as d


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, and the kernel as it stands in the place of a compiler, which is slow."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv(engines.WANTED, "auto")
    monkeypatch.setattr(engines, "_compiled", lambda _place: loop.run)
    monkeypatch.setattr(engines, "_home", lambda place: _made(place / "0123"))
    return tmp_path / "archwright" / "compiled"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture(autouse=True)
def plain_afterwards() -> Any:
    yield
    put_at_hand(None)


def test_what_is_compiled_is_loaded_when_something_is_simulated(place: Path, said: list[str]) -> None:
    engines.warm(said.append)
    assert said == ["compiling the fast engine, about a minute"]
    assert (place / "0123" / engines.READY).exists()
    engines.at_first_need(said.append)
    plan, scenario = d.plan(), d.scenario(20.0)
    fast = simulate(plan, scenario, seed=1)
    assert hand.fast_for(plan) is not None
    put_at_hand(None)
    assert hand.fast_for(plan) is None
    assert simulate(plan, scenario, seed=1) == fast
    engines.warm(said.append)
    assert len(said) == 1, "what is compiled is not compiled again"


def test_nobody_waits_for_a_compiler(place: Path, said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda line, **_: started.append(line))
    engines.at_first_need(said.append)
    assert simulate(d.plan(), d.scenario(20.0), seed=1).arrivals > 0
    assert said == [engines.COLD]
    assert [line[-2:] for line in started] == [["warm", "engine"]]
    assert hand.fast_for(d.plan()) is None
    assert place.is_dir()


def test_who_wants_the_fast_engine_waits_for_it(place: Path, said: list[str]) -> None:
    engines.choose("fast")
    engines.at_first_need(said.append)
    assert hand.fast_for(d.plan()) is not None
    assert (place / "0123" / engines.READY).exists()


def test_what_is_broken_is_made_anew(place: Path, said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    home = engines.warm(said.append)

    def broken(_place: Path) -> Any:
        raise EOFError("ran out of input")

    monkeypatch.setattr(engines, "_compiled", broken)
    assert engines.loaded(said.append) is None
    assert "ran out of input" in said[-1]
    assert not home.exists()
    assert place.is_dir()


def test_without_a_compiler_the_plain_engine_says_so(
    place: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _name: None)
    engines.at_first_need(said.append)
    assert hand.fast_for(d.plan()) is None
    assert said == [engines.NO_COMPILER]
    assert not place.exists()
    engines.choose("fast")
    engines.at_first_need(said.append)
    for ask in (lambda: hand.fast_for(d.plan()), lambda: engines.warm(said.append)):
        with pytest.raises(DependencyMissing, match=r"archwright\[fast\]"):
            ask()


def test_what_the_fast_engine_cannot_run_is_told_once(place: Path, said: list[str]) -> None:
    engines.warm(said.append)
    engines.at_first_need(said.append)
    plan = d.plan(stations=(replace(d.station(), shared=True, servers=1),))
    assert hand.fast_for(plan) is None
    assert hand.fast_for(plan) is None
    assert said[1:] == ["the plain engine simulates, because work shares its servers"]
    assert place.is_dir()


def test_there_are_three_wishes() -> None:
    with pytest.raises(UsageError, match="auto, fast, plain"):
        engines.choose("warp")


def test_only_the_newest_are_kept(place: Path, said: list[str]) -> None:
    for name in range(engines.KEPT + 1):
        _made(place / str(name))
    engines.warm(said.append)
    assert len([item for item in place.iterdir() if item.is_dir()]) == engines.KEPT


def test_who_waits_for_another_process_is_told(place: Path, said: list[str]) -> None:
    lock = (_made(place) / "0123.lock").open("a")
    fcntl.flock(lock, fcntl.LOCK_EX)

    def say(words: str) -> None:
        said.append(words)
        lock.close()

    engines.warm(say)
    assert said[0] == engines.WAITING


def test_the_same_sources_in_another_place_are_compiled_into_another_folder(tmp_path: Path) -> None:
    here, there = tmp_path / "here.py", tmp_path / "there.py"
    for file in (here, there):
        file.write_text("", encoding="utf-8")
        os.utime(file, ns=(0, 0))
    assert sources.folder(here) != sources.folder(there)
    before = sources.folder(here)
    assert sources.folder(here) == before
    os.utime(here, ns=(0, 1))
    assert sources.folder(here) != before


def test_an_edited_policy_has_another_digest(tmp_path: Path) -> None:
    copied = tmp_path / "policy"
    copied.mkdir()
    for file in Path(str(policy.__file__)).parent.glob("*.py"):
        (copied / file.name).write_bytes(file.read_bytes())
    module = ModuleType("copied")
    module.__file__ = str(copied / "__init__.py")
    before = sources.digest((module,))
    assert before == sources.digest((policy,))
    file = copied / "retry.py"
    file.write_text(file.read_text(encoding="utf-8").replace("bound * u", "bound - u"), encoding="utf-8")
    assert sources.digest((module,)) != before
