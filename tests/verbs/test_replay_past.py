"""A log of past questions: what a cache by meaning would have saved, its curve for the file, and bad logs."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archwright.cli.main import main
from archwright.facts.corpus import corpus
from archwright.policy.chance import uniform
from archwright.runtime.emulator.hashing import vector
from archwright.runtime.replay.prompts import question
from archwright.verbs.past import is_past, read_past
from tests.verbs.test_price import desk as desk

ROWS = 1500


def lines() -> Iterator[dict[str, Any]]:
    """Forty questions in many wordings, the first ones often, with vectors of the emulated embedder."""
    for at in range(ROWS):
        answer, wording = int(40 * uniform(1, at, 0, 1) ** 2), int(24 * uniform(1, at, 0, 2))
        text = question(corpus(), answer, wording)
        yield {"asked": text, "id": answer, "at": at, "vector": vector(text)}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("past") / "past.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines()), encoding="utf-8")
    return file


def replay(*args: object) -> Result:
    return CliRunner().invoke(main, ["replay", *map(str, args)])


def test_a_promise_is_answered_from_the_log_and_its_curve_can_be_used(log: Path, desk: Path) -> None:
    asked = [log, desk, "--set", "components.kept.semantic.wrong=1%"]
    told = json.loads(replay(*asked, "--json").stdout)
    assert told["asked"]["wrong_at_most"] == 0.01
    assert told["requests"] == ROWS
    assert told["asked"]["net"] > 0.1
    assert told["asked"]["wrong"] <= 0.01 * told["asked"]["served"] + 2
    assert told["figures"]["recall.saved"]["value"] > 0
    saved = [point["saved"] for point in told["curve"]]
    assert saved == sorted(saved)
    shown = replay(*asked).stdout
    assert "curve: [{wrong: 0.5 %" in shown
    text = desk.read_text()
    before, _, after = text.partition("curve: [")
    desk.write_text(before + told["yaml"] + after.partition("]")[2])
    priced = CliRunner().invoke(main, ["price", str(desk), "--json"])
    figures = json.loads(priced.stdout)["figures"]
    assert figures["price.ask.call.seen"]["value"] == pytest.approx(told["curve"][2]["saved"], abs=1e-3)


@pytest.mark.parametrize("more", [[], ["--set", "components.kept.semantic.mode=off"]])
def test_a_cache_that_is_off_is_asked_as_if_it_were_on_with_what_is_set(log: Path, desk: Path, more: list[str]) -> None:
    asked = [log, desk, "--set", "components.kept.semantic.wrong=1%", *more, "--json"]
    assert json.loads(replay(*asked).stdout)["asked"]["wrong_at_most"] == 0.01


def test_prompts_that_a_gateway_kept_are_such_a_log(tmp_path: Path) -> None:
    def kept(text: str, system: str, said: str) -> str:
        messages = [{"role": "system", "content": system}, {"role": "user", "content": text}]
        row = {"request": "1", "at": "2026-11-21T10:00:00+00:00", "tenant": "a", "route": "ask", "answered": said}
        return json.dumps({**row, "asked": {"model": "ask", "messages": messages}})

    file = tmp_path / "x.prompts.jsonl.gz"
    rows = [kept("Where?  ...", "Be kind", "Here KB-1"), kept("Where", "Be kind", "KB-1!"), kept("Where?", "Else", "?")]
    with gzip.open(file, "wt") as out:
        out.write("\n".join((*rows, rows[0].replace('"ask"', '"other"'))))
    assert is_past(str(file))
    first, second, third = read_past(str(file), r"KB-\d+", "ask")
    assert first.text == "Where?"
    assert first.answer == second.answer == "KB-1"
    assert first.space == second.space != third.space
    assert len({item.key for item in (first, second, third)}) == 3  # an exact cache knows no other signs


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"asked": "x"}', "neither"),
        ("{", "no past request"),
        ('{"asked": {"messages": 3}, "id": 1}', "no request"),
        ('{"asked": "x", "id": 1, "at": "tomorrow"}', "no time"),
    ],
)
def test_a_bad_line_is_named(desk: Path, tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text(f'{{"asked": "Where?", "id": 1, "vector": [1, 0]}}\n\n{line}\n')
    found = replay(file, desk)
    assert found.exit_code == 2
    assert said in found.stderr
    assert "log.jsonl:3" in found.stderr


def test_vectors_of_several_lengths_are_refused(desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text('{"asked": "a", "id": 1, "vector": [1, 0]}\n{"asked": "b", "id": 1, "vector": [1]}\n')
    assert "differ in length" in replay(file, desk).stderr


def test_a_file_without_a_cache_is_told_what_it_lacks(desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text('{"asked": "a", "id": 1, "vector": [1, 0]}\n')
    desk.write_text(desk.read_text().replace(", cache: kept", ""))
    assert "no route of the file has a cache" in replay(file, desk).stderr


def test_a_ledger_is_no_such_log(tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").write_text('{"kind": "run", "plan": "x"}\n')
    (tmp_path / "empty.jsonl").write_text("")
    assert not any(is_past(str(tmp_path / name)) for name in ("ledger.jsonl", "empty.jsonl", "missing.jsonl"))
    assert not is_past("postgresql://here/db")
