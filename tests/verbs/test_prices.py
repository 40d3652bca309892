"""Prices in use with their age, and ours held against another list."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from archwright.base.errors import InputError
from archwright.verbs.decide import decide_project
from archwright.verbs.price import price_project
from archwright.verbs.prices import diff_prices, list_prices
from archwright.verbs.project import Project, open_project

DESK = Path(__file__).resolve().parents[2] / "examples/support-desk"
DAY = dt.date(2026, 11, 1)


def listed(folder: Path, **models: dict[str, object]) -> Path:
    file = folder / "prices.json"
    file.write_text(json.dumps({name.replace("__", "/"): item for name, item in models.items()}), encoding="utf-8")
    return file


def of(provider: str, into: float, out: float, **more: object) -> dict[str, object]:
    return {"litellm_provider": provider, "input_cost_per_token": into, "output_cost_per_token": out, **more}


def test_what_agrees_differs_and_is_missing(tmp_path: Path) -> None:
    file = listed(
        tmp_path,
        sample_spec={"input_cost_per_token": 0},
        **{
            "gpt-4o": of("openai", 2.5e-6, 1e-5, cache_read_input_token_cost=1.25e-6),
            "gpt-4o-mini": of("openai", 3e-7, 6e-7),
            "gemini__gemini-2.5-pro": of("gemini", 1.25e-6, 1e-5),
            "nobody-1": of("nobody", 1e-6, 1e-6),
            "dall-e-3": {"litellm_provider": "openai", "input_cost_per_pixel": 1e-8},
        },
    )
    data = diff_prices(file, DAY).data
    assert data["agree"] == 2
    (conflict,) = data["conflicts"]
    assert conflict == {"model": "openai/gpt-4o-mini", "kind": "input", "ours": 1.5e-7, "theirs": 3e-7}
    assert data["only_theirs"] == ["nobody/nobody-1"]
    assert "openai/gpt-4.1" in data["only_ours"]
    assert "google/gemini-2.5-flash" in data["only_ours"]


def test_what_can_be_no_price_is_none(tmp_path: Path) -> None:
    """Negative, infinite, or more than a dollar a token: left out, and named."""
    absurd = {"o3": of("openai", 2e-6, 1e300), "gpt-4o": of("openai", -1, 1e-5), "gpt-4.1": of("openai", 2, 8e-6)}
    data = diff_prices(listed(tmp_path, **absurd), DAY).data
    assert (data["agree"], data["conflicts"]) == (1, [])
    assert "openai/gpt-4o" in data["only_ours"]
    into, out = "input_cost_per_token", "output_cost_per_token"
    assert data["no_price"] == [f"o3 {out}", f"gpt-4o {into}", f"gpt-4.1 {into}"]


def test_an_older_day_is_compared_with_the_prices_of_that_day(tmp_path: Path) -> None:
    """o3 cost $10 in until 9 June 2025, and $2 from then on."""
    file = listed(tmp_path, o3=of("openai", 2e-6, 8e-6))
    assert diff_prices(file, DAY).data["conflicts"] == []
    assert len(diff_prices(file, dt.date(2025, 6, 1)).data["conflicts"]) == 2


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"a": 1}', '{"a": {"litellm_provider": "openai"}}', "\x00"])
def test_what_is_no_list_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "prices.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="not a price list"):
        diff_prices(file, DAY)


def test_a_missing_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        diff_prices(tmp_path / "none.json", DAY)


def test_prices_in_use_name_their_source() -> None:
    answer = list_prices(open_project(DESK, DAY))
    words = str(answer.documents[0])
    assert "openai/gpt-4.1-mini" in words
    assert "genai-prices" in words
    assert answer.findings == ()


def test_a_day_before_the_history_is_warned_of() -> None:
    answer = list_prices(open_project(DESK, dt.date(2024, 1, 1)))
    assert {finding.code for finding in answer.findings} == {"PRI05"}
    assert any("history" in finding.message for finding in answer.findings)


def test_an_old_fact_is_called_old() -> None:
    assert "PRI06" in {finding.code for finding in list_prices(open_project(DESK, dt.date(2028, 1, 1))).findings}


PRICES = """\
prices:
  - {model: openai/gpt-4.1-mimi, valid_from: 2026-01-01, source: contract, input: $1/Mtok, output: $2/Mtok}
  - model: openai/gpt-4.1-mini
    valid_from: 2026-01-01
    valid_until: 2026-06-30
    source: contract
    input: $0.10/Mtok
    output: $0.20/Mtok
"""


def test_a_price_for_nobody_and_a_price_that_ended_are_warned_of(tmp_path: Path) -> None:
    file = tmp_path / "agreed.yaml"
    file.write_text(PRICES, encoding="utf-8")
    project = open_project(DESK, DAY, file)
    said = {item.code: item for item in project.warnings}
    assert "did you mean `openai/gpt-4.1-mini`?" in said["unused-price"].mend
    assert "ended on 2026-06-30" in said["expired-price"].message
    assert project.compiled.book["prices.primary-model.input"].origin == "fact"
    held = open_project(DESK, dt.date(2026, 6, 30), file).compiled.book["prices.primary-model.input"]
    assert held.shown == "$0.100/Mtok"
    assert "until 2026-06-30" in held.note


def test_old_prices_are_told_with_every_bill_and_decision(tmp_path: Path) -> None:
    """A forecast for a day years after the data says so; on a day that the data knows it says nothing."""
    later, now = open_project(DESK, dt.date(2028, 1, 1)), open_project(DESK, dt.date(2026, 11, 21))
    for answer in (price_project(later), decide_project(later, tmp_path)):
        assert "PRI06" in {finding.code for finding in answer.findings}
        notes = answer.data["notes"]
        assert isinstance(notes, list)
        assert any("the newest price change that the data knows" in note for note in notes)
    assert "PRI06" not in {finding.code for finding in price_project(now).findings}


CALLS = """\
system: Sound and vectors
components:
  app: {kind: service}
  door: {kind: gateway, routes: {vectors: {targets: [vectors]}, talk: {targets: [talk]}}}
  vectors: {kind: managed-model, model: openai/text-embedding-3-small, pace: {first_token: 80 ms, per_token: 1 ms}}
  talk: {kind: managed-model, model: openai/gpt-4o-audio-preview, pace: {first_token: 1 s, per_token: 10 ms}}
flows:
  - {from: app, to: door, timeout: 9 s}
  - {from: door, to: vectors, timeout: 8 s}
  - {from: door, to: talk, timeout: 8 s}
workload:
  journeys:
    ask:
      volume: 1M/month
      steps:
        - {name: look, at: app, route: vectors, tokens: {input: 1000, output: 0}}
        - {name: say, at: app, route: talk, tokens: {input: 100, output: 100, audio: 500, speech: 50 %}}
"""


def calls(folder: Path, *edits: tuple[str, str]) -> Project:
    text = CALLS
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    file = folder / "system.yaml"
    file.write_text(text, encoding="utf-8")
    return open_project(file, DAY)


def test_a_model_that_writes_nothing_needs_no_price_of_what_it_writes(tmp_path: Path) -> None:
    """1M x 1,000 tokens at $0.02 a million; one call that writes asks for the price that nobody publishes."""
    book = price_project(calls(tmp_path)).book
    assert book is not None
    assert book["price.component.vectors.month"].shown == "$20.00"
    writing = calls(tmp_path, ("input: 1000, output: 0", "input: 1000, output: 1"))
    with pytest.raises(InputError, match="no published price for output tokens"):
        price_project(writing)


def test_sound_without_a_price_of_its_own_is_told(tmp_path: Path) -> None:
    told = [item.message.partition(" is known")[0] for item in calls(tmp_path).warnings if item.code == "sound-as-text"]
    assert told == ["no price of audio", "no price of speech"]
    priced = ("openai/gpt-4o-audio-preview", "openai/gpt-audio")
    assert "sound-as-text" not in {item.code for item in calls(tmp_path, priced).warnings}
    silent = (", audio: 500, speech: 50 %", "")
    assert "sound-as-text" not in {item.code for item in calls(tmp_path, silent).warnings}
