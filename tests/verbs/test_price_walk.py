"""Every figure of price and decide can be asked why, down to leaves with a source; bad input is said, never a zero."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archwright.cli.main import main
from archwright.report.figures import WHOLE, Book
from archwright.verbs.decide import decide_project
from archwright.verbs.explain import explain_project
from archwright.verbs.price import price_project
from archwright.verbs.project import open_project
from tests.plan.small import EXAMPLE

DAY = dt.date(2026, 11, 21)
FILE = """\
system: Small
components:
  app: {kind: service}
  gateway: {kind: gateway, routes: {r: {targets: [m]}}}
  m: {kind: managed-model, pace: {first_token: 1 s, per_token: 1 ms}, model: openai/gpt-4.1}
flows:
  - {from: gateway, to: m, timeout: 40 s}
workload:
  journeys:
    j:
      critical: true
      volume: 1M/month
      steps:
        - {name: s, at: app, route: r, tokens: {input: 1000, output: 200}}
"""


# The examples, of which three hold decisions: every figure of each is asked why.
WALKED = (
    "support-desk/system.yaml",
    "rag-assistant/system.yaml",
    "document-batch/system.yaml",
    "prompt-to-production/production.yaml",
    "chat-platform/1-self-managed-gpus.yaml",
    "chat-platform/3-provisioned.yaml",
)
OF_THE_FILE = ("measured", "sourced", "guessed", "set", "judged", "default")


def walked(book: Book) -> None:
    """Each figure computes by its formula from others that are there, or says how it was made, or whose it is.

    What a person wrote says its line or what it follows from, a fact its source and its day.
    """
    for key, figure in book.items():
        said = book.explain(key, WHOLE)
        assert said.startswith(f"{key} = {figure.shown}"), key
        assert "more: explain" not in said
        assert all(item in book and f"{item} = " in said for _, item in figure.inputs), key
        if figure.formula:
            rule = book.rule(key)
            assert rule is not None, key
            assert rule(**{name: book[item].value for name, item in figure.inputs}) == figure.value, key
            assert figure.inputs or figure.formula.strip("0123456789. ") == "", key
            assert figure.label, key
            continue
        assert figure.origin, key
        if figure.origin == "fact":
            assert re.search(r"\d{4}-\d{2}-\d{2}|^definition", figure.note), f"{key}: {figure.note}"
        elif figure.origin in OF_THE_FILE:
            assert figure.where.line or figure.note, key
            assert not figure.written or figure.where.line or figure.note == "default", key
        else:
            assert figure.origin in {"computed", "simulated"}, key
            assert figure.note, key
        if figure.origin == "computed":
            assert figure.inputs or figure.note, key


@pytest.mark.parametrize("name", WALKED)
def test_every_figure_of_a_price_is_explained_down_to_files_and_facts(name: str) -> None:
    project = open_project(EXAMPLE.parent.parent / name, DAY)
    book = price_project(project).book
    assert isinstance(book, Book)
    assert len(book) > 300
    walked(book)
    for key in list(book)[:3]:
        assert explain_project(project, key).data["text"] == book.explain(key, WHOLE)


@pytest.mark.parametrize("name", ["support-desk/system.yaml", "prompt-to-production/production.yaml"])
def test_every_figure_of_a_decision_is_explained_down_to_files_and_facts(name: str, tmp_path: Path) -> None:
    book = decide_project(open_project(EXAMPLE.parent.parent / name, DAY), tmp_path).book
    assert isinstance(book, Book)
    assert sum(key.startswith("decide.") for key in book) > 50
    walked(book)


def test_a_band_names_what_it_is_of_and_what_was_drawn() -> None:
    book = price_project(open_project(EXAMPLE, DAY)).book
    assert isinstance(book, Book)
    whole = book.explain("price.spread.month.p90", WHOLE)
    assert "price.month = " in whole
    assert "journeys.question.skew" in whole
    assert re.search(r"support-desk/system\.yaml:\d+:\d+", whole)
    assert len(book.explain("price.spread.month.p90").splitlines()) < 12  # on a page that holds one of every figure


def priced(folder: Path, *edits: tuple[str, str], prices: str = "") -> Result:
    text = FILE
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "system.yaml").write_text(text)
    if prices:
        (folder / "prices.yaml").write_text(prices)
    return CliRunner().invoke(main, ["price", str(folder), "--json", "--as-of", "2026-11-21"])


MODEL = "model: openai/gpt-4.1}"
TWICE = (
    "model: openai/gpt-4.1, price: {input: $2/Mtok, output: $8/Mtok, long: {over: 200k, input: $4/Mtok, "
    "output: $9/Mtok}, longer: [{over: 200k, input: $5/Mtok, output: $9/Mtok}]}}"
)
KIND = "kind: managed-model, pace: {first_token: 1 s, per_token: 1 ms}, model: openai/gpt-4.1"


@pytest.mark.parametrize(
    ("edits", "code", "words"),
    [
        ([(MODEL, "model: openai/gpt-4.11}")], "unknown-price", "did you mean `openai/gpt-4.1`"),
        ([(MODEL, "model: nobody/nothing}")], "unknown-price", "state the agreed price"),
        ([(MODEL, "model: openai/gpt-4.1, price: {input: $2/Mtok}}")], "missing-key", "output"),
        ([(MODEL, "model: openai/gpt-4.1, price: {input: -$2/Mtok, output: $8/Mtok}}")], "", "input"),
        ([(MODEL, "model: openai/gpt-4.1, price: {input: €2/Mtok, output: $8/Mtok}}")], "bad-quantity", "€2"),
        ([(MODEL, "model: openai/gpt-4.1, price: {input: $9e30/Mtok, output: $8/Mtok}}")], "", "9e30"),
        ([("volume: 1M/month", "volume: -1M/month")], "", "volume"),
        ([("volume: 1M/month", "volume: 1e40/month")], "", ""),
        ([("input: 1000", "input: -5")], "out-of-range", "at least 0"),
        ([(MODEL, "model: openai/gpt-4.1, prompt_cache: 140 %}")], "", "prompt_cache"),
        ([(MODEL, "model: openai/gpt-4.1, prompt_cache: 80 %, prompt_cache_writes: 40 %}")], "", ""),
        ([(KIND, "kind: self-hosted-model, model: own/llama-3.1-70b, accelerator: h1000")], "", "h1000"),
        ([(KIND, "kind: self-hosted-model, model: own/llama-3.1-70b, accelerator: rtx-4090")], "unknown-price", ""),
        ([(MODEL, TWICE)], "duplicate-tier", "200k"),
    ],
)  # fmt: skip
def test_what_cannot_be_priced_is_an_error_and_never_a_zero(
    tmp_path: Path, edits: list[tuple[str, str]], code: str, words: str
) -> None:
    found = priced(tmp_path, *edits)
    assert found.exit_code == 2, found.output
    told = json.loads(found.output[found.output.index("{") :])
    problems = told.get("problems") or told["error"]["problems"]
    if code:
        assert code in [problem["code"] for problem in problems]
    assert words in json.dumps(problems, ensure_ascii=False)
    assert "Traceback" not in found.output


AGREED = """\
prices:
  - model: openai/gpt-4.1
    valid_from: 2026-01-01
    valid_until: 2026-06-30
    source: contract 7
    input: $1/Mtok
    output: $4/Mtok
"""


def test_an_expired_price_is_said_and_another_one_is_used(tmp_path: Path) -> None:
    found = priced(tmp_path, prices=AGREED)
    assert found.exit_code == 0
    assert "ended on 2026-06-30" in found.output
    told = json.loads(found.stdout)
    assert told["figures"]["prices.m.input"]["value"] == 2_000_000


def test_mixed_currencies_are_refused(tmp_path: Path) -> None:
    mixed = AGREED.replace("    input: $1/Mtok", "    currency: EUR\n    input: $1/Mtok").replace("$4", "€4")
    rate = "currencies:\n  EUR: {dollars: 1.08, source: ECB reference rate, date: 2026-10-30}\n"
    found = priced(tmp_path, prices=rate + mixed)
    assert found.exit_code == 2
    assert "mixed-currency" in found.output
