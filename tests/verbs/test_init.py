"""The verb: what it writes, and that it writes nothing where anything is wrong."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from archwright.base.errors import ArchwrightError, InputError, UsageError
from archwright.spec.load import load
from archwright.verbs.init import init, init_answered, init_from, init_questions, read_answers

DAY = dt.date(2026, 11, 21)
FILES = Path(__file__).parents[1] / "analysis" / "adopt" / "files"


def test_a_draft_is_written_with_its_questions_on_top_and_can_be_asked_why(tmp_path: Path) -> None:
    answer = init_from(tmp_path / "desk", FILES / "config.yaml", as_of=DAY)
    file = tmp_path / "desk" / "system.yaml"
    assert answer.written == (file, tmp_path / "desk" / "system.schema.json")
    head = file.read_text().splitlines()[:8]
    assert [line for line in head if line.startswith("#   ")] == [
        f"#   {number}. {question}" for number, question in enumerate(answer.data["questions"], 1)
    ]
    assert load(file).system.system == "desk"
    assert answer.book["price.month"].value > 0
    assert len(answer.findings) == 4


def test_the_same_file_gives_the_same_bytes_wherever_it_lies(tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "usage.json"
    copy.parent.mkdir()
    copy.write_bytes((FILES / "usage.json").read_bytes())
    for number, source in enumerate((FILES / "usage.json", copy)):
        init_from(tmp_path / f"{number}.yaml", source, name="Desk", as_of=DAY)
    assert (tmp_path / "0.yaml").read_bytes() == (tmp_path / "1.yaml").read_bytes()


@pytest.mark.parametrize(
    ("source", "kind", "said"),
    [
        ("nowhere.yaml", "", "there is no such file"),
        (".", "", "no regular file"),
        ("odd.txt", "", "nobody recognises"),
        ("odd.txt", "litellm", "no `model_list`"),
        ("odd.txt", "openai-usage", "no columns"),
        ("odd.txt", "ledger", "not a ledger row"),
        ("odd.txt", "litelm", "did you mean 'litellm'?"),
        ("empty", "", "the file is empty"),
        ("binary", "litellm", "not UTF-8 text"),
    ],
)
def test_nothing_is_written_where_anything_is_wrong(tmp_path: Path, source: str, kind: str, said: str) -> None:
    (tmp_path / "odd.txt").write_text("hello: you\n")
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "binary").write_bytes(b"model_list:\n\xff\xfe")
    with pytest.raises(ArchwrightError, match=said):
        init_from(tmp_path / "new", tmp_path / source, kind, as_of=DAY)
    assert not (tmp_path / "new").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "system.yaml"
    file.write_text("mine")
    (tmp_path / "system.schema.json").write_text("mine too")
    for attempt in (
        lambda: init(tmp_path),
        lambda: init_questions(tmp_path),
        lambda: init_from(file, FILES / "config.yaml", as_of=DAY),
    ):
        with pytest.raises(UsageError, match="is there already"):
            attempt()
    assert file.read_text() == "mine"
    init(tmp_path / "other.yaml")
    assert (tmp_path / "system.schema.json").read_text() == "mine too"


@pytest.mark.parametrize("as_json", [False, True])
def test_answers_come_from_a_file(tmp_path: Path, as_json: bool) -> None:
    given = {
        "name": "Help desk",
        "volume": "2k/day",
        "volume_source": "web counter",
        "personal_data": "yes",
        "region": "eu",
    }
    text = json.dumps(given) if as_json else "".join(f"{key}: {value}\n" for key, value in given.items())
    (tmp_path / "answers").write_text(text)
    answers = read_answers(tmp_path / "answers", init_questions(tmp_path), DAY)
    answer = init_answered(tmp_path, answers, DAY)
    system = load(tmp_path / "system.yaml").system
    assert system.system == "Help desk"
    assert system.workload.journeys["question"].volume.note == "web counter"
    assert system.data["messages"].residency == ("eu",)
    assert answer.book["price.month"].value > 0


def test_wrong_answers_come_at_once_with_their_places(tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text("volume: 100\nmodle: x/y\nmodel: openai/gpt-4.1-mni\nname: [a]\nspeed: 8\n")
    with pytest.raises(InputError) as error:
        read_answers(tmp_path / "answers.yaml", init_questions(tmp_path), DAY)
    found = {(problem.where.line, problem.mend) for problem in error.value.problems}
    assert (2, "did you mean `model`?") in found
    assert (3, "did you mean `openai/gpt-4.1-mini`?") in found
    assert {line for line, _ in found} == {1, 2, 3, 4, 5}
