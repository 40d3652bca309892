"""Questions and answers: each default is an answer, wrong ones are mended, numbers keep where they are from."""

from __future__ import annotations

import pytest

from archwright.analysis.adopt.interview import evidence, questions
from archwright.analysis.check import at_least, check
from tests.analysis.adopt.drafts import DAY, drafted

SERIES = questions("Desk")
DEFAULTS = {question.key: question.default for question in SERIES}
BY_KEY = {question.key: question for question in SERIES}


def test_every_default_is_an_answer_and_the_system_has_no_findings() -> None:
    assert all(question.check(question.default, DAY) == "" for question in SERIES)
    assert 8 <= sum(1 for question in SERIES if not question.unless[0]) <= 10
    text, system, _ = drafted(evidence(DEFAULTS, DAY))
    assert at_least(check(system), "warning") == ()
    assert 'volume: {value: 100k/month, guess: "asked on 2026-11-21"}' in text


@pytest.mark.parametrize(
    ("key", "answer", "mend"),
    [
        ("volume", "100000", "write `100000/month` or `100000/s`"),
        ("volume", "0/month", "more than 0"),
        ("volume", "1e30/month", "too large"),
        ("model", "gpt-4.1-mini", "did you mean `openai/gpt-4.1-mini`?"),
        ("model", "openai/gpt-4.1-mni", "did you mean `openai/gpt-4.1-mini`?"),
        ("model", "openia/gpt-4o", "did you mean `openai`?"),
        ("model", "none", "does not name its provider"),
        ("model", "", "does not name its provider"),
        ("fallback", "mistral/mistral-smal-latest", "did you mean `mistral/mistral-small-latest`?"),
        ("budget", "200", "$200/month"),
        ("budget", "$9e30/month", ""),
        ("personal_data", "yep", "did you mean `yes`?"),
        ("personal_data", "42", "write yes, no or unknown"),
        ("region", "e;u", "write a region"),
        ("speed", "8", "write `8 s`"),
        ("owner", "  ", "a few words"),
        ("summary", "x" * 301, "at most 300"),
    ],
)
def test_a_wrong_answer_is_told_how_to_mend_it(key: str, answer: str, mend: str) -> None:
    said = BY_KEY[key].check(answer, DAY)
    assert said
    assert mend in said


def test_answers_become_the_system() -> None:
    answers = DEFAULTS | {
        "volume": "2k/day", "volume_source": "web counter", "fallback": "none", "personal_data": "yes",
        "region": "eu, us-east", "human_check": "yes", "budget": "$80/month", "speed": "3 s", "speed_source": "Guess",
    }  # fmt: skip
    text, system, _ = drafted(evidence(answers, DAY))
    journey = system.workload.journeys["question"]
    assert (journey.volume.origin, journey.volume.note) == ("sourced", "web counter")
    assert "fallback" not in system.components
    assert system.data["messages"].residency == ("eu", "us-east")
    assert system.context.decisions.mode == "reviewed"
    assert 'at_most: {value: 3 s, guess: "asked on 2026-11-21"}' in text
    assert all(flow.data == ("messages",) for flow in system.flows)
    assert {finding.code for finding in check(system)} >= {"MOD05", "DAT01"}


def test_no_personal_data_is_written_too() -> None:
    _, system, _ = drafted(evidence(DEFAULTS | {"personal_data": "no"}, DAY))
    assert system.data["messages"].sensitivity == "internal"
    assert system.data["messages"].residency == ()
