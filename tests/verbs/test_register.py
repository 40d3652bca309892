"""Existing decision records: listed, drafted into a file, and never overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.errors import InputError
from archwright.spec.madr import read_record
from archwright.verbs.decide import decide_project
from archwright.verbs.project import open_project
from archwright.verbs.register import import_records, index_records

DESK = Path(__file__).resolve().parents[2] / "examples/support-desk"

MADR4 = """\
---
status: accepted
date: 2025-03-04
decision-makers: [ada, grace]
consulted: security
---
# Use **PostgreSQL** for orders

## Context and Problem Statement

Orders must survive a crash.
Which [database](https://x) keeps them?

## Considered Options

* PostgreSQL
* SQLite
  beside the service

## Decision Outcome

Chosen option: "PostgreSQL", because two services write
at once.

## Pros and Cons of the Options

### PostgreSQL

* Good, because many writers
* Bad, because somebody runs it

### SQLite beside the service

* Good, because nothing to run
"""
MADR2 = """\
# 7. Keep orders in files

* Status: superseded by [ADR-0002](0002-postgres.md)
* Deciders: ada
* Date: 2024-01-02

## Considered Options

* Files
* A database

## Decision Outcome

Chosen option: Files, because it was quick.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("0001-files.md", MADR2), ("0002-postgres.md", MADR4), ("notes.md", "# no record")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_what_stands_in_a_record() -> None:
    found = read_record(MADR4, 2)
    assert found is not None
    assert (found.title, found.status, found.date) == ("Use PostgreSQL for orders", "accepted", "2025-03-04")
    assert found.makers == "ada, grace"
    assert found.question == "Orders must survive a crash. Which database keeps them?"
    assert list(found.options) == ["PostgreSQL", "SQLite beside the service"]
    assert found.options["PostgreSQL"] == (["many writers"], ["somebody runs it"])
    assert (found.chosen, found.because) == ("PostgreSQL", "two services write at once.")


def test_an_older_form_is_read_too() -> None:
    found = read_record(MADR2, 1)
    assert found is not None
    assert (found.title, found.status, found.replaced_by) == ("Keep orders in files", "superseded", 2)
    assert (found.makers, found.date, found.chosen) == ("ada", "2024-01-02", "Files")


NYGARD = """# 2. Use files for orders

Date: 2016-02-12

## Status

Accepted

Superseded by [3. Use a database](0003-use-a-database.md)

## Context

Orders must survive a crash.

## Decision

We will use `files`.

## Consequences

Nobody runs a database.
"""


def test_a_record_of_nygards_form_is_read_too() -> None:
    found = read_record(NYGARD, 2)
    assert found is not None
    assert (found.title, found.status, found.replaced_by) == ("Use files for orders", "superseded", 3)
    assert (found.date, found.question) == ("2016-02-12", "Orders must survive a crash.")
    assert (found.chosen, found.because) == ("Use files for orders", "We will use files.")
    spelt = read_record(NYGARD.replace("Superseded by", "Superceded by"), 2)  # as adr-tools writes it
    assert spelt is not None
    assert (spelt.status, spelt.replaced_by) == ("superseded", 3)
    plain = read_record(NYGARD.replace("Superseded by [3. Use a database](0003-use-a-database.md)", ""), 2)
    assert plain is not None
    assert (plain.status, plain.replaced_by) == ("accepted", 0)
    empty = read_record(NYGARD.replace("We will use `files`.", ""), 2)
    assert empty is not None
    assert (empty.options, empty.chosen) == ({}, "")


def test_the_index_lists_them_and_is_written_once(folder: Path) -> None:
    answer = index_records(folder, write=True)
    assert [item["number"] for item in answer.data["records"]] == [1, 2]
    text = (folder / "index.md").read_text("utf-8")
    assert "| 0001 | [Keep orders in files](0001-files.md) | superseded by 0002 | 2024-01-02 |" in text
    assert index_records(folder, write=True).written == (folder / "index.md",)
    assert (folder / "index.md").read_text("utf-8") == text


def test_an_index_that_somebody_wrote_is_left_alone(folder: Path) -> None:
    (folder / "index.md").write_text("mine\n", encoding="utf-8")
    answer = index_records(folder, write=True)
    assert answer.written == ()
    assert "left as it is" in answer.data["notes"][0]
    assert (folder / "index.md").read_text("utf-8") == "mine\n"


def test_an_index_in_which_somebody_changed_a_line_is_left_alone(folder: Path) -> None:
    index_records(folder, write=True)
    file = folder / "index.md"
    changed = file.read_text("utf-8").replace("# Decisions\n", "# Decisions\n\nAsk Ada first.\n")
    file.write_text(changed, encoding="utf-8")
    assert index_records(folder, write=True).written == ()
    assert file.read_text("utf-8") == changed


def test_a_draft_says_what_the_records_say(folder: Path) -> None:
    found = yaml.safe_load(str(import_records(folder).data["text"]))["decisions"]
    later = found["use-postgresql-for-orders"]
    assert later["supersedes"] == ["keep-orders-in-files"]
    assert (later["status"], later["chosen"], later["number"]) == ("accepted", "postgresql", 2)
    assert later["options"]["postgresql"]["good"] == ["many writers"]


def test_a_day_that_no_record_says_is_not_made_up(tmp_path: Path) -> None:
    (tmp_path / "0001-a.md").write_text("---\nstatus: accepted\ndate: {YYYY-MM-DD}\n---\n# A\n")
    text = import_records(tmp_path).data["text"]
    assert isinstance(text, str)
    assert "date" not in yaml.safe_load(text)["decisions"]["a"]
    assert "a `date`" in text


def test_a_completed_draft_is_decided(folder: Path, tmp_path: Path) -> None:
    """A person adds what other options cost; then the file loads, and the earlier record says what replaced it."""
    found = yaml.safe_load(str(import_records(folder).data["text"]))
    for item in found["decisions"].values():
        for name, option in item["options"].items():
            if name != item["chosen"]:
                option["cost"] = "$5k/month"
    home = tmp_path / "desk"
    home.mkdir()
    text = (DESK / "system.yaml").read_text("utf-8").replace("include: [decisions.yaml, value.yaml]", "")
    (home / "system.yaml").write_text(text + yaml.safe_dump(found, sort_keys=False), encoding="utf-8")
    answer = decide_project(open_project(home), tmp_path / "out", ("keep-orders-in-files",))
    (record,) = (file for file in answer.written if file.suffix == ".md")
    assert "superseded by ADR-0002" in record.read_text("utf-8")


def test_our_own_records_are_read_back(tmp_path: Path) -> None:
    decide_project(open_project(DESK), tmp_path)
    (record,) = index_records(tmp_path).data["records"]
    assert (record["title"], record["chosen"]) == ("Keep the preferred model managed", "Managed model")
    assert record["options"] == ["Managed model", "Own open weights", "Do not build it"]


def test_what_a_later_decision_amends_is_said_in_both(tmp_path: Path) -> None:
    text = (DESK / "system.yaml").read_text("utf-8").replace("include: [decisions.yaml, value.yaml]", "")
    two = "options: {{a: {{}}, b: {{cost: $1k/month}}}}"
    lines = ["decisions:"] + [
        f"  {name}: {{title: {name}, date: 2026-11-20, question: Which?, {two.format()}{more}}}"
        for name, more in (("first", ""), ("second", ", amends: [first]"))
    ]
    (tmp_path / "system.yaml").write_text(text + "\n".join(lines) + "\n", encoding="utf-8")
    decide_project(open_project(tmp_path), tmp_path / "out")
    words = {file.name: file.read_text("utf-8") for file in (tmp_path / "out").glob("*.md")}
    assert "It is amended by ADR-0002, second." in words["0001-first.md"]
    assert "It amends ADR-0001, first." in words["0002-second.md"]


def test_what_is_wrong_is_told(folder: Path) -> None:
    (folder / "0002-again.md").write_text("# Again\n\n- Status: superseded by ADR-9\n", encoding="utf-8")
    (folder / "0003-empty.md").write_text("", encoding="utf-8")
    (folder / "0004-bytes.md").write_bytes(b"\xff\xfe\x00")
    words = " ".join(finding.message for finding in index_records(folder).findings)
    assert "two records have the number 0002" in words
    assert "0003-empty.md is no record" in words
    assert "0004-bytes.md is no record" in words
    assert "superseded by 0009, which is not there" in words


def test_a_folder_without_records_is_refused(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError):
            index_records(place)


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    read_record(text, 1)
    read_record(f"---\n{text}\n---\n# T\n{text}", 1)


def test_a_draft_has_names_that_a_file_takes_and_loses_no_option_whose_title_begins_as_another_does(
    tmp_path: Path,
) -> None:
    one, other = (f"Keep the managed Postgres database in region {name}" for name in ("eu-west-1", "us-east-1"))
    text = (
        "---\nstatus: accepted\ndate: 2026-01-05\n---\n# Datenbank für Aufträge\n\n"
        "## Context and Problem Statement\nx\n"
        f"## Considered Options\n* {one}\n* {other}\n* Größere Maschine\n* 日本語\n"
        f'## Decision Outcome\nChosen option: "{one}", because 1.\n'
    )
    for number in (1, 2):
        (tmp_path / f"000{number}-x.md").write_text(text, encoding="utf-8")
    found = yaml.safe_load(import_records(tmp_path).data["text"])["decisions"]
    assert list(found) == ["datenbank-fur-auftrage", "datenbank-fur-auftrage-2"]
    options = found["datenbank-fur-auftrage"]["options"]
    assert [item["title"] for item in options.values()] == [one, other, "Größere Maschine", "日本語"]
    assert options[found["datenbank-fur-auftrage"]["chosen"]]["title"] == one
    assert all(name.isascii() for name in options)
