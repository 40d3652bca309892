"""The verb: what it reads beside the file, what it writes, and what the examples come to."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archwright.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
DESK = ROOT / "examples" / "support-desk"
PAGE = ROOT / "docs" / "concepts" / "governance.md"
HOW_TO = ROOT / "docs" / "how-to.md"
FORBIDDEN = "compl" + "iant"
OWN = """\
prefix: OWN
title: House rules
label: "rule {}"
version: "1"
valid_from: 2026-01-01
valid_to: 2027-01-01
checked_on: 2026-01-01
source: us
licence: ours
controls:
  - {id: "1", title: ask first, when: {people.workers: true}, next: ask}
"""
SMALL = "system: x\nowner: me\ncomponents: {m: {kind: ml-model}}\ncontext: {people: {workers: true}}\n"


def govern(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["govern", *map(str, arguments), "--as-of", "2026-11-21"])


def test_the_support_desk_is_limited(tmp_path: Path) -> None:
    ended = govern(DESK, "--json", "--out", tmp_path)
    assert ended.exit_code == 0, ended.output
    said = json.loads(ended.output)
    assert said["tier"]["lowest"] == said["tier"]["highest"] == "limited"
    status = {duty["control"]: duty["status"] for duty in said["obligations"]}
    assert status["EU:50(1)"] == "evidence"
    assert status["EU:9"] == "not applicable"
    assert said["tier"]["why"]["limited"]["holds"] is True
    assert said["findings"] == []
    assert len(said["controls"]) == 72
    assert len(said["next"]) == 5
    page, checklist = (tmp_path / "governance.html", tmp_path / "checklist.md")
    assert [str(page), str(checklist)] == said["written"]
    for text in (ended.output, page.read_text("utf-8"), checklist.read_text("utf-8")):
        assert FORBIDDEN not in text.lower()


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    assert govern(DESK, "--out", first).exit_code == govern(DESK, "--out", second).exit_code == 0
    for name in ("governance.html", "checklist.md"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


@pytest.mark.parametrize(
    ("industry", "said"),
    [("health", "§ 164.312(b)"), ("finance", "SR 26-2"), ("public", "OMB M-25-21"), ("retail", "any industry")],
)
def test_the_industry_picks_the_checklist(tmp_path: Path, industry: str, said: str) -> None:
    file = tmp_path / "system.yaml"
    file.write_text(SMALL)
    ended = govern(file, "--industry", industry, "--out", tmp_path)
    assert ended.exit_code == 0, ended.output
    assert said in ended.output


def test_an_industry_that_nobody_knows(tmp_path: Path) -> None:
    ended = govern(DESK, "--industry", "helth", "--out", tmp_path)
    assert ended.exit_code == 2
    assert "did you mean `health`" in ended.output
    assert not list(tmp_path.iterdir())


def test_a_pack_of_one_s_own_joins_the_checklist(tmp_path: Path) -> None:
    (tmp_path / "system.yaml").write_text(SMALL)
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "own.yaml").write_text(OWN)
    ended = govern(tmp_path, "--json", "--out", tmp_path / "out")
    assert ended.exit_code == 0, ended.output
    found = {duty["control"]: duty["status"] for duty in json.loads(ended.output)["checklist"]}
    assert found["OWN:1"] == "open"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("people.workers", "people.wrkers", "people.workers"),
        ("workers: true", "workers: perhaps", "perhaps"),
        ("prefix: OWN", "prefix: EU", "EU"),
        ("valid_to: 2027-01-01", "valid_to: 1", "valid_to"),
        ("{people.workers: true}", "{any: people}", "any"),
        ("{people.workers: true}", "{people.informed: '>= 3'}", "people.informed"),
        ("{people.workers: true}", "{high_risk: false}", "high_risk"),
        ("next: ask", "who: [boss], next: ask", "boss"),
        ("{people.workers: true}", "{operation.logs.retention: '>= 3 apples'}", "operation.logs.retention"),
    ],
)
def test_a_pack_that_asks_for_what_does_not_exist_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "system.yaml").write_text(SMALL)
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "own.yaml").write_text(OWN.replace(old, new))
    ended = govern(tmp_path, "--out", tmp_path / "out")
    assert ended.exit_code == 2, ended.output
    assert said in ended.output
    assert "own.yaml" in ended.output


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a list",
        "prefix: [",
        "prefix: a\nprefix: b\n",
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
        "\udcff",
    ],
)
def test_a_pack_that_is_no_yaml_or_a_bomb_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "system.yaml").write_text(SMALL)
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "own.yaml").write_bytes(text.encode("utf-8", "surrogateescape"))
    ended = govern(tmp_path, "--out", tmp_path / "out")
    assert ended.exit_code == 2, ended.output
    assert "own.yaml" in ended.output


def test_the_pack_in_the_documents_is_one(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    (tmp_path / "system.yaml").write_text(SMALL)
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "house.yaml").write_text(shown)
    ended = govern(tmp_path, "--json", "--out", tmp_path / "out")
    assert ended.exit_code == 0, ended.output
    found = {duty["control"]: duty["status"] for duty in json.loads(ended.output)["checklist"]}
    assert (found["HOUSE:1"], found["HOUSE:2"]) == ("open", "may apply")


def test_the_facts_in_the_how_to_are_read(tmp_path: Path) -> None:
    texts = re.findall(r"^```yaml\n(.*?)^```", HOW_TO.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    facts, statements = (next(text for text in texts if text.startswith(key)) for key in ("context:", "attestations:"))
    (tmp_path / "system.yaml").write_text(f"system: x\ncomponents: {{}}\n{facts}{statements}")
    ended = govern(tmp_path, "--json", "--out", tmp_path / "out")
    assert ended.exit_code == 0, ended.output
    said = json.loads(ended.output)
    assert {duty["control"]: duty["status"] for duty in said["obligations"]}["EU:4"] == "attested"
    assert {duty["control"]: duty["status"] for duty in said["controls"]}["N:GOVERN 2.2"] == "attested"


@pytest.mark.parametrize(
    ("evidence", "status", "codes"),
    [("kept.txt", "attested", []), ("other.txt", "stale", ["ATT02"]), ("gone.txt", "stale", ["ATT02"]),
     ("https://example.org/kept.txt", "attested", [])],
)  # fmt: skip
def test_evidence_that_changed_is_no_evidence(tmp_path: Path, evidence: str, status: str, codes: list[str]) -> None:
    (tmp_path / "kept.txt").write_text("who was there")
    (tmp_path / "other.txt").write_text("who was not")
    digest = hashlib.sha256(b"who was there").hexdigest()
    (tmp_path / "system.yaml").write_text(
        f"{SMALL}attestations:\n  s: {{controls: ['N:GOVERN 2.2'], statement: done, owner: me, approver: you, "
        f"stated: 2026-11-01, evidence: '{evidence}', digest: 'sha256:{digest}'}}\n"
    )
    ended = govern(tmp_path, "--json", "--out", tmp_path / "out")
    assert ended.exit_code == 0, ended.output
    said = json.loads(ended.output)
    assert {duty["control"]: duty["status"] for duty in said["controls"]}["N:GOVERN 2.2"] == status
    assert [item["code"] for item in said["findings"]] == codes


def test_evidence_outside_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "system.yaml").write_text(
        f"{SMALL}attestations:\n  s: {{controls: ['EU:4'], statement: done, owner: me, stated: 2026-11-01, "
        f"evidence: ../../etc/passwd, digest: 'sha256:{'0' * 64}'}}\n"
    )
    ended = govern(tmp_path, "--out", tmp_path / "out")
    assert ended.exit_code == 2
    assert "path-outside" in ended.output


def test_findings_end_with_1_where_that_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "system.yaml"
    file.write_text("system: x\nowner: me\ncomponents: {}\ncontext: {functions: [social-scoring]}\n")
    assert govern(file, "--out", tmp_path).exit_code == 0
    assert govern(file, "--out", tmp_path, "--fail-on", "error").exit_code == 1


def test_a_file_that_says_nothing_is_governed_too(tmp_path: Path) -> None:
    file = tmp_path / "system.yaml"
    file.write_text("system: x\ncomponents: {}\n")
    ended = govern(file, "--json", "--out", tmp_path)
    assert ended.exit_code == 0, ended.output
    tier = json.loads(ended.output)["tier"]
    assert (tier["lowest"], tier["highest"]) == ("minimal", "prohibited-practice-possible")
    assert "found by GOV02" in (tmp_path / "governance.html").read_text("utf-8")
