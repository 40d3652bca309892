"""The house rules that no tool holds. Each is a function that lists offences, and is shown one that it must find."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

import archwright

ROOT = Path(__file__).resolve().parents[1]
CODE = ("src", "tests", "benchmarks")
LONGEST = 400
# Files that are longer today, with their length. An entry may only shrink, and goes when the file is short enough.
LONGER: dict[str, int] = {}
ARCHITECTURE_LONGEST = 150
# Joined here, so that this file does not hold what it looks for.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("deb", "debian", "org"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
    )
)
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+).* \\$", re.MULTILINE)
REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)>=([0-9.]+)(?:;.*)?$")
DEPENDENCY_ROW = re.compile(
    r"^\| ([A-Za-z0-9._-]+) \| ([0-9.]+) \| ([a-z, ]+) \| [0-9.]+ \| (.{10,}) \|$", re.MULTILINE
)


def python_files(root: Path) -> list[Path]:
    return sorted(file for folder in CODE for file in (root / folder).rglob("*.py"))


def project_files(root: Path) -> list[Path]:
    """Every file that is in the repository or would be with the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [root / name for name in sorted(set(listed.stdout.split("\0"))) if name and (root / name).is_file()]


def pyproject() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


# ------------------------------------------------------------------------------------------------- the rules


def too_long(root: Path, longer: dict[str, int]) -> Iterator[str]:
    """Files beyond the limit, and entries of the allow-list that no longer say the truth."""
    lengths = {file.relative_to(root).as_posix(): file.read_bytes().count(b"\n") for file in python_files(root)}
    for name, length in lengths.items():
        if length > longer.get(name, LONGEST):
            yield f"{name} has {length} lines; {longer.get(name, LONGEST)} are allowed: split it"
    for name, allowed in longer.items():
        if lengths.get(name, 0) <= LONGEST:
            yield f"{name} is short enough or gone: take it off the list"
        elif lengths[name] < allowed:
            yield f"{name} shrank to {lengths[name]} lines: lower its entry of {allowed}"


def without_docstring(root: Path) -> Iterator[str]:
    for file in python_files(root):
        if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))):
            yield f"{file.relative_to(root)} has no docstring"


def with_long_introduction(root: Path) -> Iterator[str]:
    """A folder says in a line or two what it is and what it does not know."""
    for file in (root / "src").rglob("__init__.py"):
        text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        if len(text.split("\n\n")[0]) > 250:
            yield f"{file.relative_to(root)}: the first paragraph is longer than two lines"


def with_address(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        text = file.read_bytes().decode("utf-8", errors="ignore")
        for address in REGISTRIES:
            if address in text:
                yield f"{file} names the registry {address}"
        if file.suffix == ".lock" and re.search(r"https?:|^--(index|extra|find)", text, re.MULTILINE):
            yield f"{file} says where packages come from"


def outside_the_floors(root: Path, floors: Iterable[str]) -> Iterator[str]:
    """Folders of tests mirror the floors; what concerns several of them lies beside those folders or in `whole`."""
    known = {*floors, "whole", "__pycache__"}
    for folder in (root / "tests").iterdir():
        if folder.is_dir() and folder.name not in known:
            yield f"tests/{folder.name} is the name of no floor"


def floors_in(architecture: str) -> list[tuple[str, ...]]:
    """The list under "The floors", top first: what stands left of the two spaces."""
    found = re.search(r"^## The floors\n.*?^```\n(.*?)^```", architecture, re.MULTILINE | re.DOTALL)
    assert found, 'ARCHITECTURE.md has no list under "## The floors"'
    return [names(re.split(r" {2,}", line)[0]) for line in found[1].splitlines()]


def names(layer: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in layer.split("|"))


def contracts() -> list[dict[str, object]]:
    linter = pyproject()["tool"]["importlinter"]  # type: ignore[index]
    found: list[dict[str, object]] = linter["contracts"]
    return found


def linted_floors() -> list[tuple[str, ...]]:
    layers = next(contract["layers"] for contract in contracts() if contract["type"] == "layers")
    assert isinstance(layers, list)
    return [names(layer) for layer in layers]


def versions_of(changelog: str) -> list[str]:
    return re.findall(r"^## \[([^\]]+)\]", changelog, re.MULTILINE)


def wanted() -> dict[str, tuple[str, str]]:
    """Every package that pyproject names: its floor, and whom it is for."""
    project = pyproject()["project"]
    assert isinstance(project, dict)
    groups = {"base": project["dependencies"], **project["optional-dependencies"]}
    found: dict[str, tuple[str, str]] = {}
    for group, requirements in groups.items():
        for requirement in requirements:
            match = REQUIREMENT.match(requirement)
            assert match, f"{requirement!r} has no floor"
            name, floor = match.groups()
            users = found[name][1] + ", " if name in found else ""
            assert name not in found or found[name][0] == floor, f"{name} has two floors"
            found[name] = (floor, users + group)
    return found


def pins(lock: str) -> set[tuple[str, str]]:
    """(name, version) of everything in a lock."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    found = {(name.lower(), version) for name, version in PIN.findall(text)}
    assert found, f"{lock} pins nothing"
    return found


# ------------------------------------------------------------------------------------------ the house as it is


def test_the_walks_find_something() -> None:
    assert len(python_files(ROOT)) > 20
    assert {"pyproject.toml", "Makefile"} <= {file.name for file in project_files(ROOT)}


def test_files_are_short() -> None:
    assert list(too_long(ROOT, LONGER)) == []


def test_every_module_says_what_it_is() -> None:
    assert list(without_docstring(ROOT)) == []
    assert list(with_long_introduction(ROOT)) == []


def test_no_file_holds_a_registry_s_address() -> None:
    assert list(with_address(project_files(ROOT))) == []


def test_tests_mirror_the_floors() -> None:
    assert list(outside_the_floors(ROOT, (floor for layer in linted_floors() for floor in layer))) == []


def test_the_architecture_page_tells_the_linter_s_floors() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert floors_in(text) == linted_floors()
    assert len(text.splitlines()) <= ARCHITECTURE_LONGEST


def test_every_floor_is_a_folder() -> None:
    floors = {floor for layer in linted_floors() for floor in layer}
    assert floors == {file.parent.name for file in (ROOT / "src/archwright").glob("*/__init__.py")}


def test_every_pattern_in_a_contract_matches_a_module() -> None:
    modules = {
        file.relative_to(ROOT / "src").with_suffix("").as_posix().replace("/", ".") for file in python_files(ROOT)
        if file.is_relative_to(ROOT / "src")
    }  # fmt: skip
    patterns = {
        pattern
        for contract in contracts()
        for key in ("modules", "protected_modules")
        for pattern in contract.get(key, ())  # type: ignore[attr-defined]
    }
    assert patterns
    for pattern in patterns:
        expression = re.escape(pattern).replace(r"\*", "[^.]+")
        assert any(re.match(expression, module) for module in modules), f"{pattern} matches nothing"


def test_the_changelog_knows_this_version() -> None:
    versions = versions_of((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert versions
    assert versions[0] in ("Unreleased", archwright.__version__)


def test_the_readme_has_both_commands() -> None:
    lines = {line.strip().removeprefix("$ ") for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()}
    for command in ("make run", "make test"):
        assert any(line.split("#")[0].strip() == command for line in lines), f"README.md has no line `{command}`"


def test_the_dependency_page_lists_what_is_depended_on() -> None:
    rows = DEPENDENCY_ROW.findall((ROOT / "docs/dependencies.md").read_text(encoding="utf-8"))
    assert {name: (floor, users) for name, floor, users, _ in rows} == wanted()


def test_run_lock_is_a_part_of_test_lock() -> None:
    assert pins("install.lock") <= pins("run.lock") <= pins("test.lock")


def test_the_locks_pin_what_is_depended_on() -> None:
    base = {name.lower() for name, (_, users) in wanted().items() if "base" in users}
    assert base <= {name for name, _ in pins("run.lock")}
    # Whoever has a cluster installs its client, and pyarrow for Parquet; 200 MB for one test would be too many.
    here = {name.lower() for name, (_, users) in wanted().items() if users not in ("ray", "finops")}
    assert here <= {name for name, _ in pins("test.lock")}


def test_ci_runs_the_tests_and_nothing_else() -> None:
    script = ROOT / ".ci/run"
    lines = [
        line for line in script.read_text(encoding="utf-8").splitlines() if not line.startswith(("#", "set ", "cd "))
    ]
    assert lines == ["make test"]
    assert script.stat().st_mode & 0o100


# --------------------------------------------------------------------------------- each rule can say no


def plant(root: Path, name: str, text: str) -> Path:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("src/a.py", "x = 1\n" * 401, lambda root: too_long(root, {})),
        ("src/a.py", "x = 1\n" * 451, lambda root: too_long(root, {"src/a.py": 450})),
        ("src/a.py", "x = 1\n" * 449, lambda root: too_long(root, {"src/a.py": 450})),
        ("src/a.py", "x = 1\n" * 400, lambda root: too_long(root, {"src/a.py": 450})),
        ("src/a.py", "", lambda root: too_long(root, {"src/gone.py": 450})),
        ("src/a.py", "x = 1\n", without_docstring),
        ("src/a/__init__.py", f'"""{"word " * 60}"""\n', with_long_introduction),
        ("a.md", f"see https://{REGISTRIES[0]}/x", lambda root: with_address([root / "a.md"])),
        ("a.lock", "--index-url elsewhere\n", lambda root: with_address([root / "a.lock"])),
        ("a.lock", "x @ https://somewhere/x.whl\n", lambda root: with_address([root / "a.lock"])),
        ("tests/helpers/test_x.py", "", lambda root: outside_the_floors(root, ["base"])),
    ],
)  # fmt: skip
def test_a_rule_finds_what_it_is_for(
    tmp_path: Path, name: str, text: str, rule: Callable[[Path], Iterable[str]]
) -> None:
    plant(tmp_path, name, text)
    assert len(list(rule(tmp_path))) == 1


def test_a_list_of_floors_that_drifted_is_seen() -> None:
    text = "## The floors\n\nwords\n\n```\ncli      a face\na | b    two\n```\n"
    assert floors_in(text) == [("cli",), ("a", "b")]
    assert floors_in(text) != linted_floors()


FAULTS = {
    "Imports run down only": ("base/upward.py", "from archwright.spec import load"),
    "No circles": ("render/one.py", "from archwright.render import other"),
    "A face calls verbs": ("cli/reaching.py", "from archwright import plan"),
    "Pure floors have no clock": ("policy/clock.py", "def now() -> float:\n    import time\n    return time.time()"),
    "The runtime is the only network": ("verbs/network.py", "import socket"),
    "Only an analysis compiles": ("policy/compiled.py", "import numba"),
    "Analyses do not know each other": ("analysis/one.py", "from archwright.analysis import other"),
    "Kinds do not know each other": ("spec/kinds/one.py", "from archwright.spec.kinds import other"),
    "Rules do not know each other": (
        "analysis/check/rules/one.py",
        "from archwright.analysis.check.rules import other",
    ),
    "Overlays do not know each other": (
        "analysis/draw/overlays/one.py",
        "from archwright.analysis.draw.overlays import other",
    ),
    "Deliverables do not know each other": (
        "analysis/status/deliverables/one.py",
        "from archwright.analysis.status.deliverables import other",
    ),
    "Readers do not know each other": (
        "analysis/adopt/readers/one.py",
        "from archwright.analysis.adopt.readers import other",
    ),
    "Readers of recorded traffic do not know each other": (
        "plan/traces/one.py",
        "from archwright.plan.traces import other",
    ),
    "An item is reached through its shelf": ("verbs/shortcut.py", "from archwright.spec.kinds import other"),
}
OTHERS = {
    "render/other.py": "from archwright.render import one",
    "analysis/other.py": "",
    "analysis/check/__init__.py": "",
    "analysis/check/rules/__init__.py": "",
    "analysis/check/rules/other.py": "",
    "analysis/draw/__init__.py": "",
    "analysis/draw/overlays/__init__.py": "",
    "analysis/draw/overlays/other.py": "",
    "analysis/status/__init__.py": "",
    "analysis/status/deliverables/__init__.py": "",
    "analysis/status/deliverables/other.py": "",
    "analysis/adopt/__init__.py": "",
    "analysis/adopt/readers/__init__.py": "",
    "analysis/adopt/readers/other.py": "",
    "plan/traces/__init__.py": "",
    "plan/traces/other.py": "",
    "spec/kinds/other.py": "",
    "leftovers/__init__.py": "",
}


def test_the_import_linter_breaks_on_each_planted_fault(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    house = tmp_path / "src/archwright"
    for file in (ROOT / "src/archwright").glob("*/__init__.py"):
        plant(house, f"{file.parent.name}/__init__.py", "")
    plant(house, "__init__.py", "")
    for name in ("spec/__init__.py", "spec/load.py", "spec/kinds/__init__.py"):
        plant(house, name, "")
    assert linted(tmp_path).count("BROKEN") == 0
    for name, text in {**dict(FAULTS.values()), **OTHERS}.items():
        plant(house, name, text)
    said = linted(tmp_path)
    broken = [contract for contract in FAULTS if re.search(rf"^{re.escape(contract)}.*BROKEN$", said, re.MULTILINE)]
    assert broken == list(FAULTS)
    assert len(broken) == len(contracts())
    assert "leftovers" in said


def linted(project: Path) -> str:
    """What the import linter says of a project, one line a contract."""
    code = "import sys; sys.path.insert(0, 'src'); from importlinter.cli import lint_imports_command as c; c()"
    run = subprocess.run(
        [sys.executable, "-c", code, "--no-logo", "--no-cache"],
        cwd=project, env={"COLUMNS": "200", "PATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Contracts:" in run.stdout, run.stdout + run.stderr
    return run.stdout
