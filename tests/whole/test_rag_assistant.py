"""The example that answers from documents, served before the emulated supplier, asked by a real client."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from msgspec.structs import replace

from archwright.base.errors import InputError
from archwright.ledger.rows import Request, decode
from archwright.plan.model import Plan, encode
from archwright.runtime.emulator.app import Emulator
from archwright.runtime.gateway.app import Gateway
from archwright.runtime.gateway.server import gateway
from archwright.runtime.gateway.setup import Setup, Upstream
from archwright.verbs.build import build_project
from archwright.verbs.check import check_project
from archwright.verbs.measure import measure_project
from archwright.verbs.project import open_project
from archwright.verbs.rehearsal import Wish, rehearse_project
from tests.runtime.sample import Script, completion, running

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/rag-assistant"
DAY = dt.date(2026, 11, 21)
REFUSAL = "The handbook says nothing about this. Please ask the people team."
QUESTIONS = (
    ("How many days of annual leave can I carry over into next year?", "leave.md", "five unused days"),
    ("What may a hotel night cost in a capital city?", "travel.md", "190 euros"),
    ("My laptop was stolen, whom do I tell?", "security.md", "within one hour"),
    ("How fast must a page be acknowledged when I am on call?", "on-call.md", "10 minutes"),
    ("How much budget do I have for courses and conferences?", "learning.md", "1,200 euros"),
)
OUTSIDE = ("Who won the football world cup in 2022?", "How do I bake sourdough bread?", "hello")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Path]:
    """The plan and its folder."""
    folder = tmp_path_factory.mktemp("built")
    project = open_project(EXAMPLE, DAY)
    build_project(project, folder)
    return project.compiled.plan, folder


class Desk:
    """A running gateway and a client of it."""

    def __init__(self, app: Gateway, url: str, folder: Path) -> None:
        self.app = app
        self.client = openai.OpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0)
        self.ledger = folder / "ledger.jsonl"

    def ask(self, *turns: str, **more: Any) -> Any:
        messages: Any = [{"role": "user", "content": turn} for turn in turns]
        return self.client.chat.completions.with_raw_response.create(model="handbook", messages=messages, **more)

    def requests(self) -> list[Request]:
        with self.ledger.open("rb") as lines:
            return [row for row in decode(lines, "ledger") if isinstance(row, Request)]


@contextlib.contextmanager
def desk(plan: Plan, built: Path, folder: Path, supplier: Any = None, upstream: str = "emulated") -> Iterator[Desk]:
    quick = tuple(replace(target, first_token_s=0.001, per_token_s=0.0, error_rate=0.0) for target in plan.targets)
    plan = replace(plan, targets=quick)
    with running(supplier or Emulator(plan, 1.0)) as shop:
        setup = Setup(
            plan=encode(plan),
            upstreams=tuple(Upstream(upstream, shop.url) for _ in plan.targets),
            ledger=str(folder / "ledger.jsonl"),
            indexes=(str(built / "index-handbook-search.json"),),
        )
        with gateway(setup) as app, running(app) as server:
            here = Desk(app, server.url, folder)
            with here.client:
                yield here


def test_the_example_has_no_findings() -> None:
    assert check_project(open_project(EXAMPLE, DAY)).findings == ()


@pytest.mark.parametrize("vectors", [True, False])
def test_questions_are_answered_from_the_right_document_and_others_refused(
    built: tuple[Plan, Path], tmp_path: Path, vectors: bool
) -> None:
    plan, folder = built
    if not vectors:
        plan = replace(plan, retrievers=(replace(plan.retrievers[0], embedder=-1),))
    with desk(plan, folder, tmp_path) as here:
        for question, file, said in QUESTIONS:
            raw = here.ask(question)
            answer = raw.parse()
            text = answer.choices[0].message.content
            cited = [item for item in answer.citations if item["cited"]]
            assert said in text, question
            assert [item["file"] for item in cited] == [file]
            assert f"[{cited[0]['number']}]" in text
            assert said in cited[0]["quote"]
            first, last = cited[0]["lines"]
            lines = (EXAMPLE / "handbook" / file).read_text("utf-8").splitlines()[first - 1 : last]
            assert said.split()[0] in "\n".join(lines)
            assert raw.headers["x-archwright-retrieval"] == ("vectors" if vectors else "words")
            assert raw.headers["x-archwright-citations"] == "1 of 1 known"
            assert raw.headers["x-archwright-sources"].count("#") == len(answer.citations)
        for question in OUTSIDE:
            raw = here.ask(question)
            assert raw.status_code == 200
            assert raw.parse().choices[0].message.content == REFUSAL
            assert raw.headers["x-archwright-retrieval"] == "refused"
        again = here.ask(QUESTIONS[0][0])
        assert again.headers["x-archwright-cache"] == "hit"
        assert again.parse().citations[0]["file"] == "leave.md"
        metrics = here.client.get("/../metrics", cast_to=str)
    assert f'archwright_retrievals_total{{route="handbook",how="refused"}} {len(OUTSIDE)}' in metrics
    rows = here.requests()
    assert [row.how for row in rows] == ["answered"] * 5 + ["refused"] * 3 + ["cached"]
    assert all(row.passages in (1, 2, 3) and row.support >= 0.2 and row.cited == row.known == 1 for row in rows[:5])
    assert all((row.retrieval, row.passages, row.status) == ("refused", 0, 200) for row in rows[5:8])
    assert all((row.cost > 0) is vectors for row in rows[5:8])


def test_a_stream_ends_with_its_sources(built: tuple[Plan, Path], tmp_path: Path) -> None:
    question, file, said = QUESTIONS[1]
    with desk(*built, tmp_path) as here:
        for cache in ("miss", "hit"):
            raw = here.ask(question, stream=True)
            chunks = list(raw.parse())
            text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
            assert said in text
            assert raw.headers["x-archwright-cache"] == cache
            assert file in raw.headers["x-archwright-sources"]
            assert chunks[-1].choices == []
            assert [item["file"] for item in chunks[-1].citations if item["cited"]] == [file]
            assert chunks[-1].citations_known == "1 of 1 known"
        refused = list(here.ask(OUTSIDE[0], stream=True).parse())
    assert "".join(chunk.choices[0].delta.content or "" for chunk in refused if chunk.choices) == REFUSAL


def test_a_refusal_gives_its_place_back_and_owes_what_the_search_cost(built: tuple[Plan, Path], tmp_path: Path) -> None:
    plan = replace(built[0], gateway=replace(built[0].gateway, concurrency=1, queue=0))
    with desk(plan, built[1], tmp_path) as here:
        for question in OUTSIDE:
            assert here.ask(question).headers["x-archwright-retrieval"] == "refused"
        assert here.ask(QUESTIONS[0][0]).headers["x-archwright-retrieval"] == "vectors"
        spent = here.app.house.brain.machine.spent
    assert spent.reserved == 0
    assert spent.settled == sum(row.cost for row in here.requests())


def test_a_short_question_leans_on_what_was_said_before(built: tuple[Plan, Path], tmp_path: Path) -> None:
    with desk(*built, tmp_path) as here:
        answer = here.ask("What may a hotel night cost?", "And Lisbon?").parse()
    assert "travel.md" in {item["file"] for item in answer.citations}


def test_a_number_that_no_passage_has_is_told(built: tuple[Plan, Path], tmp_path: Path) -> None:
    async def invents(case: Any) -> None:
        await case.reply(200, completion("Five days [1], as on the moon [9]."))

    plan = replace(built[0], retrievers=(replace(built[0].retrievers[0], embedder=-1),))
    script = Script(dict.fromkeys([target.name for target in plan.targets], invents))
    with desk(plan, built[1], tmp_path, script) as here:
        raw = here.ask(QUESTIONS[0][0], max_tokens=50)
        parts: Any = [{"type": "text", "text": "How many days of annual leave can I carry over?"}]
        messages: Any = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": parts}]
        here.client.chat.completions.create(model="handbook", messages=messages)
    assert raw.headers["x-archwright-citations"] == "1 of 2 known"
    assert (here.requests()[0].cited, here.requests()[0].known) == (2, 1)
    (asked,) = script.seen[0].body["messages"]
    assert asked["content"].endswith(f"Question: {QUESTIONS[0][0]}")
    assert "Up to five unused days" in asked["content"]
    system, user = script.seen[1].body["messages"]
    assert system == {"role": "system", "content": "Be kind."}
    assert user["content"][0]["text"].endswith("Question: ")
    assert user["content"][1:] == parts


def test_words_go_on_where_the_embedder_fails(built: tuple[Plan, Path], tmp_path: Path) -> None:
    async def answers(case: Any) -> None:
        await case.reply(200, completion("Five days [1]."))

    script = Script(dict.fromkeys([target.name for target in built[0].targets], answers))
    with desk(*built, tmp_path, script) as here:
        raw = here.ask(QUESTIONS[0][0])
    assert raw.headers["x-archwright-retrieval"] == "words"


@pytest.mark.parametrize("messages", [[], [{"role": "system", "content": "x"}], [{"role": "user", "content": 7}]])
def test_a_request_without_a_question_is_refused_as_wrong(
    built: tuple[Plan, Path], tmp_path: Path, messages: Any
) -> None:
    with desk(*built, tmp_path) as here, pytest.raises(openai.BadRequestError):
        here.client.chat.completions.create(model="handbook", messages=messages)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda file: file.write_bytes(file.read_bytes().replace(b"28 days", b"99 days")), "stale-index"),
        (lambda file: file.unlink(), "no-index"),
        (lambda file: file.write_bytes(b"{"), "bad-index"),
    ],
)
def test_another_index_than_the_plan_s_is_not_served(
    built: tuple[Plan, Path], tmp_path: Path, change: Any, code: str
) -> None:
    file = tmp_path / "index-handbook-search.json"
    file.write_bytes((built[1] / file.name).read_bytes())
    change(file)
    with pytest.raises(InputError) as told, desk(built[0], tmp_path, tmp_path):
        pass
    assert [problem.code for problem in told.value.problems] == [code]


@pytest.mark.alone
def test_a_rehearsal_agrees_with_the_simulation(tmp_path: Path) -> None:
    project = open_project(EXAMPLE, DAY)
    rehearse_project(project, tmp_path, Wish(scenario="baseline", visits=60), lambda _: None)
    book = measure_project(project, tmp_path).book
    for name in ("journeys", "requests", "attempts", "failures", "degraded"):
        assert book[f"rehearsed.{name}"].value == pytest.approx(book[f"predicted.{name}"].value, rel=0.03, abs=1), name
    assert book["rehearsed.cost"].value == pytest.approx(book["predicted.cost"].value, rel=0.05)
    with (tmp_path / "ledger.jsonl").open("rb") as lines:
        rows = [row for row in decode(lines, "ledger") if isinstance(row, Request)]
    assert {row.how for row in rows} <= {"answered", "cached"}
    assert all(row.known == row.cited > 0 for row in rows)
