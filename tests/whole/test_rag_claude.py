"""The example that answers from documents, asked by Anthropic's client and answered by targets of either wire."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anthropic
import pytest
from msgspec.structs import replace

from archwright.plan.model import Plan
from tests.runtime.claude import message
from tests.runtime.sample import Case, Script, completion
from tests.whole.test_rag_assistant import OUTSIDE, QUESTIONS, REFUSAL, Desk, built, desk

__all__ = ["built"]

UPSTREAMS = ["emulated", "emulated-anthropic"]
QUESTION, FILE, SAID = QUESTIONS[0]


def ask(here: Desk, *turns: Any, **more: Any) -> Any:
    messages: Any = [{"role": "user", "content": turn} for turn in turns]
    url = str(here.client.base_url).removesuffix("/v1/")
    with anthropic.Anthropic(base_url=url, api_key="any", max_retries=0) as client:
        raw: Any = client.messages.with_raw_response.create(
            **{"model": "handbook", "max_tokens": 200, "messages": messages, **more}
        )
        raw.events = list(raw.parse()) if more.get("stream") else []
        return raw


def by_words(plan: Plan) -> Plan:
    return replace(plan, retrievers=(replace(plan.retrievers[0], embedder=-1),))


@pytest.mark.parametrize("upstream", UPSTREAMS)
def test_an_answer_is_cited_and_what_no_document_supports_is_refused(
    built: tuple[Plan, Path], tmp_path: Path, upstream: str
) -> None:
    with desk(by_words(built[0]), built[1], tmp_path, upstream=upstream) as here:
        for cache in ("miss", "hit"):
            raw = ask(here, QUESTION)
            answer = raw.parse()
            (block,) = answer.content
            (cited,) = [item for item in answer.citations if item["cited"]]
            assert SAID in block.text
            assert f"[{cited['number']}]" in block.text
            assert cited["file"] == FILE
            assert raw.headers["x-archwright-citations"] == "1 of 1 known"
            assert raw.headers["x-archwright-sources"].count("#") == len(answer.citations)
            assert raw.headers["x-archwright-cache"] == cache
        for question in OUTSIDE:
            raw = ask(here, question)
            assert [block.text for block in raw.parse().content] == [REFUSAL]
            assert raw.headers["x-archwright-retrieval"] == "refused"
            assert raw.headers["x-archwright-level"] == "0;rung=refused"
    rows = here.requests()
    assert [row.how for row in rows] == ["answered", "cached", *["refused"] * len(OUTSIDE)]
    assert all(row.known == row.cited == 1 for row in rows[:2])
    assert all(row.cost == 0 for row in rows[1:])


@pytest.mark.parametrize("upstream", UPSTREAMS)
def test_a_stream_ends_with_its_sources(built: tuple[Plan, Path], tmp_path: Path, upstream: str) -> None:
    with desk(by_words(built[0]), built[1], tmp_path, upstream=upstream) as here:
        for cache in ("miss", "hit"):
            raw = ask(here, QUESTION, stream=True)
            text = "".join(item.delta.text for item in raw.events if item.type == "content_block_delta")
            assert SAID in text
            assert [item.type for item in raw.events].count("message_stop") == 1
            assert raw.events[-1].type == "message_stop"
            assert [item["file"] for item in raw.events[-1].citations if item["cited"]] == [FILE]
            assert raw.events[-1].citations_known == "1 of 1 known"
            assert FILE in raw.headers["x-archwright-sources"]
            assert raw.headers["x-archwright-cache"] == cache
        refused = ask(here, OUTSIDE[0], stream=True).events
        assert "".join(item.delta.text for item in refused if item.type == "content_block_delta") == REFUSAL


def test_an_answer_that_was_kept_whole_is_given_as_a_stream_with_its_sources(
    built: tuple[Plan, Path], tmp_path: Path
) -> None:
    for upstream in UPSTREAMS:
        (tmp_path / upstream).mkdir()
        with desk(by_words(built[0]), built[1], tmp_path / upstream, upstream=upstream) as here:
            ask(here, QUESTION)
            raw = ask(here, QUESTION, stream=True)
            assert raw.headers["x-archwright-cache"] == "hit"
            assert raw.headers["x-archwright-citations"] == "1 of 1 known"
            assert [item["file"] for item in raw.events[-1].citations if item["cited"]] == [FILE]


async def says(case: Case) -> None:
    """An answer in the wire in which it was asked."""
    said = "Five days [1], as on the moon [9]."
    await case.reply(200, message(said) if "system" in case.body else completion(said))


@pytest.mark.parametrize(
    ("system", "kept"),
    [
        ("Be kind.", "Be kind.\n\n"),
        (None, ""),
        ([{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}], None),
    ],
)
def test_in_its_own_wire_passages_stand_after_the_instructions(
    built: tuple[Plan, Path], tmp_path: Path, system: Any, kept: str | None
) -> None:
    script = Script(dict.fromkeys([target.name for target in built[0].targets], says))
    more = {} if system is None else {"system": system}
    with desk(by_words(built[0]), built[1], tmp_path, script, "emulated-anthropic") as here:
        raw = ask(here, QUESTION, **more)
    assert raw.headers["x-archwright-citations"] == "1 of 2 known"
    body = script.seen[0].body
    assert body["messages"] == [{"role": "user", "content": QUESTION}]
    if kept is None:
        assert body["system"][:1] == system
        assert "Up to five unused days" in body["system"][1]["text"]
        assert len(body["system"]) == 2
    else:
        assert body["system"].startswith(f"{kept}Answer the question from the passages")
        assert "Up to five unused days" in body["system"]
        assert "Question:" not in body["system"]


def test_in_openai_s_wire_passages_stand_before_the_question_and_results_of_tools_stay_where_they_are(
    built: tuple[Plan, Path], tmp_path: Path
) -> None:
    script = Script(dict.fromkeys([target.name for target in built[0].targets], says))
    use = {"type": "tool_use", "id": "t1", "name": "calendar", "input": {}}
    messages = [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "2026"}]},
    ]
    tool = {"name": "calendar", "input_schema": {"type": "object", "properties": {}}}
    with desk(by_words(built[0]), built[1], tmp_path, script, "emulated") as here:
        ask(here, messages=messages, tools=[tool])
    asked = script.seen[0].body["messages"]
    assert [item["role"] for item in asked] == ["user", "assistant", "tool"]
    assert asked[0]["content"].endswith(f"Question: {QUESTION}")
    assert "Up to five unused days" in asked[0]["content"]
    assert asked[2]["content"] == "2026"


def test_openai_s_client_is_answered_by_a_target_of_anthropic_s_wire(built: tuple[Plan, Path], tmp_path: Path) -> None:
    with desk(by_words(built[0]), built[1], tmp_path, upstream="emulated-anthropic") as here:
        raw = here.ask(QUESTION)
        chunks = list(here.ask(QUESTIONS[1][0], stream=True).parse())
        refused = here.ask(OUTSIDE[0]).parse()
    assert SAID in raw.parse().choices[0].message.content
    assert [item["file"] for item in raw.parse().citations if item["cited"]] == [FILE]
    assert [item["file"] for item in chunks[-1].citations if item["cited"]] == [QUESTIONS[1][1]]
    assert refused.choices[0].message.content == REFUSAL


def test_an_answer_that_is_too_old_still_has_its_sources(built: tuple[Plan, Path], tmp_path: Path) -> None:
    """Kept as a target of OpenAI's wire wrote it, and given again when every target is down."""
    up = [True]

    async def once(case: Case) -> None:
        await case.reply(*((200, completion("Five days [1].")) if up[0] else (500, {"error": {"message": "down"}})))

    plan = by_words(built[0])
    plan = replace(
        plan,
        routes=tuple(replace(route, stale_s=60.0) for route in plan.routes),
        caches=tuple(replace(cache, ttl_s=1e-6) for cache in plan.caches),
    )
    script = Script(dict.fromkeys([target.name for target in plan.targets], once))
    with desk(plan, built[1], tmp_path, script) as here:
        ask(here, QUESTION)
        up[0] = False
        whole = ask(here, QUESTION)
        stream = ask(here, QUESTION, stream=True)
    assert whole.headers["x-archwright-cache"] == stream.headers["x-archwright-cache"] == "stale"
    for told in (whole.parse(), stream.events[-1]):
        assert [item["file"] for item in told.citations if item["cited"]] == [FILE]
    assert whole.headers["x-archwright-citations"] == stream.headers["x-archwright-citations"] == "1 of 1 known"
