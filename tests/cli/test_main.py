"""The command line: exit codes, JSON, errors as text, and how little it loads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DESK = ROOT / "examples" / "support-desk"
DAY = ("--as-of", "2026-11-21")
VERBS = (
    "init",
    "check",
    "draw",
    "price",
    "stress",
    "decide",
    "build",
    "diff",
    "serve",
    "rehearse",
    "measure",
    "explain",
    "run",
    "schema",
)


def archwright(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would."""
    command = [sys.executable, "-m", "archwright", *(str(argument) for argument in arguments)]
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False)


def test_help_names_every_verb_and_the_exit_codes() -> None:
    said = archwright("--help").stdout
    for verb in VERBS:
        assert f"  {verb}" in said
    assert "1  findings at or above --fail-on" in said


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_and_json(verb: str) -> None:
    said = archwright(verb, "--help")
    assert said.returncode == 0
    assert "--json" in said.stdout


def test_a_sound_design_ends_with_0() -> None:
    assert archwright("check", DESK, *DAY).returncode == 0


def test_findings_end_with_1_from_the_severity_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "system.yaml"
    text = (DESK / "system.yaml").read_text().partition("\ninclude:")[0]
    text = text.replace("    budget: $2k/month\n", "").replace("\nowner: customer-care", "")
    file.write_text(text)
    found = archwright("check", file, "--json", *DAY)
    severities = {finding["severity"] for finding in json.loads(found.stdout)["findings"]}
    assert severities
    assert archwright("check", file, "--fail-on", "note").returncode == 1
    assert archwright("check", file, "--fail-on", "never").returncode == 0
    assert found.returncode == (1 if "error" in severities else 0)


@pytest.mark.parametrize("arguments", [("check", "nowhere.yaml"), ("explain", DESK, "price.nonsense"), ("chekc",)])
def test_bad_input_ends_with_2_and_no_traceback(arguments: tuple[object, ...]) -> None:
    ended = archwright(*arguments)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert ended.stderr.strip()


def test_every_problem_comes_at_once_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "system.yaml"
    file.write_text(
        "system: x\ncomponents:\n  gw:\n    kind: gateway\n    concurency: 3\n    routes: {chat: [m]}\n"
        "  m: {kind: manged-model}\nflows:\n  - {from: gw, to: mm}\n"
    )
    ended = archwright("check", file)
    for place in (":5:5:", ":7:13:", ":9:20:"):
        assert f"{file}{place}" in ended.stderr
    assert "did you mean `concurrency`?" in ended.stderr
    problems = json.loads(archwright("check", file, "--json").stdout)["problems"]
    assert [(problem["line"], problem["column"]) for problem in problems] == [(5, 5), (7, 13), (9, 20)]


def test_price_as_json_carries_figures_and_the_plan() -> None:
    answer = json.loads(archwright("price", DESK, *DAY, "--json").stdout)
    assert len(answer["plan"]) == 16
    assert answer["figures"]["price.models.month"]["value"] > 0


def test_the_same_question_gives_the_same_bytes() -> None:
    first, second = (archwright("price", DESK, *DAY, "--json").stdout for _ in range(2))
    assert first == second


def test_explain_goes_down_to_line_and_fact() -> None:
    said = archwright("explain", DESK, "price.models.month", *DAY).stdout
    assert "system.yaml:" in said
    assert "genai-prices" in said
    assert "as of 2026-11-21" in said
    assert "guessed" in said


def test_explain_lists_what_begins_with_a_word() -> None:
    said = archwright("explain", DESK, "price.kind", *DAY).stdout
    assert said.splitlines()[0].startswith("price.kind.input.month = $")


def test_init_writes_a_system_that_passes_and_never_overwrites(tmp_path: Path) -> None:
    assert archwright("init", tmp_path / "desk", "--name", "Help desk").returncode == 0
    assert archwright("check", tmp_path / "desk").returncode == 0
    again = archwright("init", tmp_path / "desk")
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_draw_writes_both_texts(tmp_path: Path) -> None:
    assert archwright("draw", DESK, "--out", tmp_path).returncode == 0
    assert (tmp_path / "architecture.svg").read_text().startswith("<svg")
    assert (tmp_path / "architecture.mmd").read_text().count("flowchart") == 1


def test_build_writes_the_same_plan_twice(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert archwright("build", DESK, "--out", tmp_path / name, *DAY).returncode == 0
    assert (tmp_path / "a" / "plan.json").read_bytes() == (tmp_path / "b" / "plan.json").read_bytes()


# What takes long to load must not be loaded where there is little to do; this holds the promise of a quick answer
# without a clock.
HEAVY = ("genai_prices", "pydantic", "aiohttp", "httptools", "uvloop", "pygraphviz", "numba", "numpy", "asyncio", "ssl")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["check", str(DESK)], ["check", "nowhere.yaml"], ["schema"]]
)
def test_little_work_loads_little(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom archwright.cli.main import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert ended.stderr.strip().splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        ("draw", DESK, "--out", "{file}"),
        ("build", DESK, "--out", "{file}/deeper"),
        ("init", "{file}/deeper"),
        ("check", "x" * 300),
        ("rehearse", DESK, "--out", "{file}"),
        ("stress", DESK, "--load", "nan"),
        ("rehearse", DESK, "--scale", "nan"),
        ("check", "/dev/null"),
    ],
)
def test_what_cannot_be_read_or_written_ends_with_2(tmp_path: Path, arguments: tuple[object, ...]) -> None:
    file = tmp_path / "a-file"
    file.write_text("here")
    ended = archwright(*(str(item).replace("{file}", str(file)) for item in arguments))
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stderr.strip()
    assert file.read_text() == "here"


def test_a_very_long_line_is_shown_in_part(tmp_path: Path) -> None:
    """Deep nesting on one line of 200 KB: the place is shown, and nothing is measured that is not shown."""
    file = tmp_path / "deep.yaml"
    file.write_text("system: " + "[" * 200_000)
    ended = archwright("check", file)
    assert ended.returncode == 2
    assert "too-deep" in ended.stderr
    assert max(len(line) for line in ended.stderr.splitlines()) < 400


def test_agreed_prices_hold_for_every_verb(tmp_path: Path) -> None:
    prices = tmp_path / "agreed.yaml"
    prices.write_text(
        "prices:\n  - {model: openai/gpt-4.1-mini, valid_from: 2026-01-01, source: offer, "
        "input: $9/Mtok, output: $9/Mtok}\n"
    )
    built = json.loads(archwright("build", DESK, "--out", tmp_path, "--prices", prices, *DAY, "--json").stdout)
    priced = json.loads(archwright("price", DESK, "--prices", prices, *DAY, "--json").stdout)
    assert built["plan"] == priced["plan"]
    said = archwright("explain", DESK, "prices.primary-model.input", "--prices", prices, *DAY).stdout
    assert "$9.00/Mtok" in said
    assert "offer" in said


def test_a_rehearsal_that_is_broken_off_is_not_measured_as_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "rehearsal.json").write_text("{}")
    command = [sys.executable, "-m", "archwright", "rehearse", str(DESK), "--out", str(tmp_path), "--visits", "400"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stderr is not None
        assert "times as fast" in child.stderr.readline()
        while not (tmp_path / "ledger.jsonl").exists():  # the gateway is there, so the rehearsal is under way
            assert child.poll() is None
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate()
    assert child.returncode == 130
    assert "Traceback" not in said
    ended = archwright("measure", DESK, "--out", tmp_path)
    assert ended.returncode == 2
    assert "there is no rehearsal" in ended.stderr


def test_diff_ends_with_1_only_where_it_is_asked_to(tmp_path: Path) -> None:
    other = tmp_path / "system.yaml"
    desk = (DESK / "system.yaml").read_text().partition("\ninclude:")[0]
    before = tmp_path / "before.yaml"
    before.write_text(desk)
    other.write_text(desk.replace("replicas: 12", "replicas: 9"))
    arguments = ("diff", before, other, "--no-simulation", *DAY)
    assert archwright(*arguments).returncode == 0
    assert archwright(*arguments, "--exit-code").returncode == 1
    same = archwright("diff", DESK, DESK, "--no-simulation", "--exit-code", *DAY)
    assert (same.returncode, same.stdout) == (0, "no difference\n")
    told = json.loads(archwright(*arguments, "--json").stdout)
    assert [change["key"] for change in told["changes"]] == ["replicas"]


def test_a_scan_is_written_beside_the_text(tmp_path: Path) -> None:
    out = tmp_path / "scan.sarif"
    ended = archwright("check", DESK, "--sarif", out, *DAY)
    assert ended.returncode == 0
    assert f"wrote {out}" in ended.stdout
    assert json.loads(out.read_text())["version"] == "2.1.0"
    missing = archwright("check", tmp_path / "nowhere.yaml", "--sarif", out)
    assert missing.returncode == 2
    assert json.loads(out.read_text())["runs"][0]["invocations"][0]["exitCode"] == 2


def test_a_wrong_option_is_json_too_where_json_was_asked_for() -> None:
    ended = archwright("price", DESK, "--bad", "--json")
    assert ended.returncode == 2
    assert json.loads(ended.stdout)["message"] == "No such option '--bad'."
    assert "Usage:" in archwright("price", DESK, "--bad").stderr


def test_no_command_loads_the_gateway_before_it_was_said_in_which_form() -> None:
    """What is imported as source stays source: `serve` would not run what was compiled."""
    code = (
        "import sys, archwright.cli.main, archwright.cli.commands.serve\n"
        "from archwright.runtime.compiled import MODULES\n"
        "print([name for name in MODULES if name in sys.modules])\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
