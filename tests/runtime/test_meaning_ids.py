"""The id of an answer: in a header or in its text, also after a restart; a log for a replay has every answer's."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from archwright.runtime.gateway.ask import Ask
from archwright.runtime.gateway.meaning import opening
from archwright.runtime.gateway.meaning.compare import Pair, by_id
from archwright.runtime.gateway.meaning.subject import subject
from archwright.runtime.wires import WIRES
from archwright.verbs.past import read_past
from tests.runtime import sample as s
from tests.runtime.test_meaning import PARCEL, SAME, Sure, cache_of, plan, semantic
from tests.runtime.test_meaning import shop as recorded
from tests.runtime.test_meaning_kept import shop

NAMED = semantic(answer_id="", answer_header="x-kb-id", keep="file")
WORDS = "Its id is in no text"


@pytest.fixture(autouse=True)
def sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "Recall", Sure)
    Sure.told, Sure.heard, Sure.audit = [], [], True


async def named(case: s.Case) -> None:
    """Answers in words of their own; what they are is in a header."""
    asked = json.dumps(case.body["messages"])
    about = "KB-2" if "refund" in asked else "KB-1"
    await case.reply(200, s.completion(f"{WORDS}: {len(asked)}"), X_KB_ID=about)


@pytest.mark.parametrize("between", [False, True])
def test_answers_are_compared_by_a_header_also_after_a_restart(tmp_path: Path, between: bool) -> None:
    made = plan(NAMED)
    with shop(tmp_path, made, model=named) as desk:
        desk.ask(PARCEL)
        if not between:
            desk.ask(SAME)
            desk.ask("a parcel or a refund")
    if between:
        with shop(tmp_path, made, model=named) as desk:
            desk.ask(SAME)
            desk.ask("a parcel or a refund")
    assert [same for _, same in Sure.told] == [True, False]


async def test_a_header_goes_before_the_text_where_both_answers_have_one() -> None:
    both = by_id(r"KB-\d+")
    assert await both(Pair("", "KB-1", "KB-2", {}, ("x", "x"))) is True
    assert await both(Pair("", "KB-1", "KB-1", {}, ("x", "y"))) is False
    assert await both(Pair("", "KB-1", "KB-1", {}, ("x", ""))) is True
    assert await by_id("")(Pair("", "KB-1", "KB-1", {}, ("x", ""))) is None


def test_what_came_from_the_cache_is_in_the_log_of_prompts_with_its_words(tmp_path: Path) -> None:
    Sure.audit = False
    base = plan(semantic())
    made = replace(base, gateway=replace(base.gateway, record_prompts=True))
    with recorded(tmp_path, made) as desk:
        told = [cache_of(desk.ask(text)) for text in (PARCEL, PARCEL, SAME)]
        told.append(cache_of(desk.ask(SAME, stream=True)))
        assert told == ["miss", "hit", "semantic", "semantic"]
    past = read_past(str(tmp_path / "ledger.prompts.jsonl"), r"KB-\d+", "kept")
    assert [item.answer for item in past] == ["KB-1"] * 4


def test_another_header_is_of_no_use(tmp_path: Path) -> None:
    async def other(case: s.Case) -> None:
        await case.reply(200, s.completion(WORDS), X_OTHER="KB-1")

    with shop(tmp_path, plan(NAMED), model=other) as desk:
        answers: list[httpx.Response] = [desk.ask(PARCEL), desk.ask(SAME)]
    assert [cache_of(item) for item in answers] == ["miss", "miss"]
    assert [same for _, same in Sure.told] == [None]


def test_who_says_it_is_no_other_s_answer() -> None:
    def space(**more: str) -> int:
        body = {"model": "r", "messages": [{"role": "user", "content": "What is my name?", **more}]}
        found = subject(Ask(msgspec.json.encode(body), WIRES.get("openai")), ("t", "r", ""), b"", False)
        assert found is not None
        return found.space

    assert len({space(), space(name="alice"), space(name="bob")}) == 3
