"""The gateway's data path compiled: faults and money as with its sources, and never from older sources.

It is compiled once and kept in the user's cache; without a C compiler the tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archwright.base.errors import DependencyMissing
from archwright.runtime import compiled
from archwright.verbs.native import warm_gateway

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "archwright"
# The same tests as ever, with the compiled modules in place of the sources.
AGAIN = """
import sys
from archwright.runtime import compiled
compiled.use()
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""
# A class that is compiled is nobody's base.
NOT = "not what_lies_unread_as_the_client_leaves"
TRIALS = ("test_faults.py", "test_hedge.py", "test_money.py", "test_shadow.py", "test_shutdown.py")


@pytest.fixture(scope="module")
def built() -> Path:
    """Where the compiled gateway lies."""
    try:
        return warm_gateway(lambda _: None)
    except DependencyMissing as lacking:
        pytest.skip(str(lacking))


def run(code: str, *arguments: str, way: str = "compiled", package: Path = PACKAGE) -> subprocess.CompletedProcess[str]:
    """A Python process in which the data path is wanted in one way."""
    environment = {**os.environ, compiled.WANTED: way, "PYTHONPATH": str(package.parent)}
    line = [sys.executable, "-c", code, *arguments]
    return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.alone
def test_what_holds_of_the_sources_holds_of_the_compiled_ones(built: Path) -> None:
    files = [f"tests/runtime/{name}" for name in TRIALS]
    ran = run(AGAIN, "-q", "-p", "no:cacheprovider", "-k", NOT, *files)
    assert ran.returncode == 0, f"{ran.stdout[-3000:]}{ran.stderr[-1000:]}"
    assert built.is_dir()


@pytest.mark.alone
def test_every_module_is_the_compiled_one(built: Path) -> None:
    names = "from archwright.runtime import compiled; compiled.use(); import importlib\n"
    names += "for name in compiled.MODULES: print(importlib.import_module(name).__file__)"
    ran = run(names)
    assert ran.returncode == 0, ran.stderr
    assert all(line.startswith(str(built)) for line in ran.stdout.split())
    assert len(ran.stdout.split()) == len(compiled.MODULES)


@pytest.mark.alone
def test_an_edited_source_is_never_served_from_an_older_build(built: Path, tmp_path: Path) -> None:
    package = tmp_path / "archwright"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    where = "from archwright.runtime import compiled; compiled.use(); import archwright.runtime.gateway.way as way\n"
    where += "print(way.__file__)"
    same = run(where, package=package)
    assert same.stdout.strip().startswith(str(built)), same.stderr
    way = package / "runtime" / "gateway" / "way.py"
    way.write_text(way.read_text(encoding="utf-8").replace("BODY_S: Final = 30.0", "BODY_S: Final = 31.0"))
    auto = run(where, way="auto", package=package)
    assert auto.stdout.strip() == str(way), auto.stderr
    wanted = run(where, package=package)
    assert wanted.returncode
    assert "archwright warm gateway" in wanted.stderr


def test_plain_is_plain(tmp_path: Path) -> None:
    ran = run("from archwright.runtime import compiled as c; c.use(); print(c.told())", way="plain")
    assert ran.stdout.strip() == f"requests go through plain Python: as {compiled.WANTED} says"


def test_a_way_that_there_is_not_is_refused() -> None:
    ran = run("from archwright.runtime import compiled as c; c.use()", way="quick")
    assert "known: auto, compiled, plain" in ran.stderr


def test_what_cannot_be_loaded_is_said_where_it_is_wanted(tmp_path: Path) -> None:
    """Half a file, or one of another machine."""
    broken = compiled.home(tmp_path)
    broken.mkdir()
    (broken / f"{compiled.GROUP}__mypyc{compiled.SUFFIX}").write_bytes(b"\x7fELF")
    code = f"from pathlib import Path; from archwright.runtime import compiled as c; c.use(Path({str(tmp_path)!r}))"
    assert "cannot be loaded" in run(code).stderr
    assert run(f"{code}; print(c.told())", way="auto").stdout.startswith("requests go through plain Python")


@pytest.mark.parametrize("floor", ["base", "plan", "policy", "runtime"])
def test_the_place_changes_with_any_source(tmp_path: Path, floor: str) -> None:
    package = tmp_path / "archwright"
    (package / floor / "deep").mkdir(parents=True)
    source = package / floor / "deep" / "one.py"
    found = set()
    for text in ("A = 1", "A = 2"):
        source.write_text(text)
        compiled.digest.cache_clear()
        found.add(compiled.home(tmp_path, package))
    source.rename(source.with_name("two.py"))
    compiled.digest.cache_clear()
    found.add(compiled.home(tmp_path, package))
    compiled.digest.cache_clear()
    assert len(found) == 3
