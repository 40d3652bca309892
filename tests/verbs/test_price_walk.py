"""Every figure of price and decide can be asked why, down to leaves with a source; bad input is said, never a zero."""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archwright.cli.main import main
from archwright.report.figures import Book
from archwright.verbs.decide import decide_project
from archwright.verbs.explain import explain_project
from archwright.verbs.price import price_project
from archwright.verbs.project import open_project
from tests.plan.small import EXAMPLE

DAY = dt.date(2026, 11, 21)
SEED = 20261121
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


def walked(book: Book, keys: list[str]) -> None:
    """Each has a formula over others that are there and computes to it, or is a leaf that says whose it is."""
    for key in keys:
        said = book.explain(key)
        assert key in said
        for leaf in book.leaves(key):
            assert not leaf.formula
            assert leaf.origin, leaf.key
            assert leaf.note or leaf.written or leaf.where.line, leaf.key
        figure = book[key]
        if figure.formula:
            assert figure.inputs or figure.formula.strip("0123456789. ") == "", key
            assert all(item in book for _, item in figure.inputs)


def chosen(book: Book, prefix: str, count: int) -> list[str]:
    keys = sorted(key for key in book if key.startswith(prefix))
    return random.Random(SEED).sample(keys, count)


def test_twenty_figures_of_a_price_are_explained_down_to_their_leaves() -> None:
    project = open_project(EXAMPLE, DAY)
    book = price_project(project).book
    assert book is not None
    keys = chosen(book, "price.", 20)
    walked(book, keys)
    for key in keys[:3]:
        assert explain_project(project, key).data["text"] == book.explain(key)


def test_twenty_figures_of_a_decision_are_explained_down_to_their_leaves(tmp_path: Path) -> None:
    book = decide_project(open_project(EXAMPLE, DAY), tmp_path).book
    assert book is not None
    walked(book, chosen(book, "decide.", 20))


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
