"""What `check` gives back: findings, what is accepted, and a scan that is written in any case."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from archwright.base.errors import InputError, UsageError
from archwright.verbs.check import check_file, fails
from tests.render.test_sarif import wrong

DAY = dt.date(2026, 11, 21)
DESK = Path(__file__).resolve().parents[2] / "examples" / "support-desk" / "system.yaml"
BAD = "system: x\nowner: me\ncomponents: {a: {kind: service}, b: {kind: service}}\nflows: [{from: a, to: b}]\n"


def scan(file: Path, folder: Path, **options: Any) -> dict[str, Any]:
    out = folder / "scan.sarif"
    check_file(file, DAY, scan=out, **options)
    read: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return read


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the program is started."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_example_is_sound_and_lists_what_is_accepted() -> None:
    answer = check_file(DESK, DAY)
    assert answer.findings == ()
    assert [section.name for section in answer.documents[0].sections] == ["check-findings", "check-accepted", "risks"]
    assert [(item["code"], item["expires"]) for item in answer.data["accepted"]] == [
        ("INP01", "2027-09-30"), ("OUT02", "2027-09-30"),
    ]  # fmt: skip


def test_when_an_acceptance_ends_its_finding_fails_the_check_again() -> None:
    answer = check_file(DESK, dt.date(2027, 10, 1))
    assert {item.code for item in answer.findings} >= {"INP01", "OUT02", "ACC01"}
    assert answer.data["accepted"] == []
    assert fails(answer.findings, "error")


def test_a_scan_holds_findings_and_suppressions(here: Path) -> None:
    (here / "desk").mkdir()
    file = here / "desk" / "system.yaml"
    file.write_text(DESK.read_text(encoding="utf-8").partition("\ninclude:")[0], encoding="utf-8")
    read = scan(Path("desk/system.yaml"), here)
    assert list(wrong(read)) == []
    (run,) = read["runs"]
    assert [item["ruleId"] for item in run["results"]] == ["INP01", "OUT02"]
    assert all(item["suppressions"][0]["status"] == "accepted" for item in run["results"])
    places = {item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for item in run["results"]}
    assert places == {"desk/system.yaml"}
    assert run["invocations"][0]["exitCode"] == 0


def test_a_scan_has_the_same_bytes_each_time_and_no_path_of_the_machine(here: Path) -> None:
    file = here / "system.yaml"
    file.write_text(BAD)
    texts = []
    for _ in range(2):
        check_file(file, DAY, scan=here / "scan.sarif")
        texts.append((here / "scan.sarif").read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    assert str(here) not in texts[0]
    (run,) = json.loads(texts[0])["runs"]
    assert [item["ruleId"] for item in run["results"]] == ["REL01"]
    assert run["invocations"][0]["exitCode"] == 1


def test_marks_stay_when_lines_move(here: Path) -> None:
    file, moved = here / "a.yaml", here / "b.yaml"
    file.write_text(BAD)
    moved.write_text("# a word\n\n" + BAD)
    marks = [scan(each, here)["runs"][0]["results"][0]["partialFingerprints"] for each in (file, moved)]
    assert marks[0] == marks[1]


@pytest.mark.parametrize("text", ["", "system: x\ncomponents: {a: {kind: servce}}\n", "a: [", "\x00"])
def test_a_file_that_cannot_be_read_is_scanned_too(text: str, here: Path) -> None:
    file = here / "system.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        check_file(file, DAY, scan=here / "scan.sarif")
    read = json.loads((here / "scan.sarif").read_text(encoding="utf-8"))
    assert list(wrong(read)) == []
    (run,) = read["runs"]
    assert [item["ruleId"] for item in run["results"]] == [problem.code for problem in caught.value.problems]
    assert run["invocations"][0] == {"executionSuccessful": False, "exitCode": 2}


def test_so_is_one_that_accepts_a_rule_that_does_not_exist(here: Path) -> None:
    file = here / "system.yaml"
    file.write_text(BAD + "accepted: [{rule: REL99, subject: a, owner: me, reason: r, expires: 2027-01-01}]\n")
    with pytest.raises(InputError, match="no rule `REL99`"):
        check_file(file, DAY, scan=here / "scan.sarif")
    read = json.loads((here / "scan.sarif").read_text(encoding="utf-8"))
    assert [item["ruleId"] for item in read["runs"][0]["results"]] == ["unknown-rule"]


def test_a_scan_that_cannot_be_written_says_so(here: Path) -> None:
    file = here / "system.yaml"
    file.write_text(BAD)
    with pytest.raises(UsageError, match="cannot be written"):
        check_file(file, DAY, scan=here / "nowhere" / "scan.sarif")


def test_rules_are_linked_where_their_page_is_known(here: Path) -> None:
    file = here / "system.yaml"
    file.write_text(BAD)
    rules = scan(file, here, docs="https://example.org/rules.md")["runs"][0]["tool"]["driver"]["rules"]
    assert {rule["helpUri"] for rule in rules} >= {"https://example.org/rules.md#rel01"}


def test_a_scan_never_overwrites_another_kind_of_file(here: Path) -> None:
    file = here / "system.yaml"
    file.write_text(BAD)
    with pytest.raises(UsageError, match="no SARIF file"):
        check_file(file, DAY, scan=file)
    assert file.read_text() == BAD
    check_file(file, DAY, scan=here / "scan.sarif")
    check_file(file, DAY, scan=here / "scan.sarif")
