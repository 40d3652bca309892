"""The three questions are those whose answers move most: shown on drafts where that is known."""

from __future__ import annotations

from dataclasses import replace

from archwright.analysis.adopt.evidence import Evidence, Fact
from archwright.analysis.adopt.questions import questions
from tests.analysis.adopt.drafts import drafted, of_file, of_text

ONE = "model_list:\n- model_name: desk\n  litellm_params: {model: gpt-4.1-mini}\n"


def asked(evidence: Evidence) -> tuple[str, ...]:
    _, _, book = drafted(evidence)
    return questions(evidence, book.deciding("price.month", 12))


def test_two_for_the_cost_and_one_for_a_verdict() -> None:
    first, second, third = asked(of_text(ONE))
    assert "journeys.ask-desk.volume" in first
    assert "+10.0 %" in first
    assert "journeys.ask-desk.ask.output.median" in second
    assert "personal data" in third


def test_each_guess_named_moves_the_cost_at_least_as_much_as_any_other() -> None:
    evidence = of_file("config.yaml")
    _, _, book = drafted(evidence)
    named = [question for question in asked(evidence) if "monthly cost" in question]
    strongest = [figure.key for figure, _ in book.deciding("price.month", len(named))]
    assert all(key in question for key, question in zip(strongest, named, strict=True))


def test_facts_that_are_known_are_not_asked_for() -> None:
    evidence = replace(of_text(ONE), data={"sensitivity": Fact("personal"), "residency": Fact(("eu",))})
    assert "What may a month cost" in asked(evidence)[2]
    evidence = replace(
        evidence,
        gateway={"budget": Fact("$5/month")},
        context={"decisions.mode": Fact("reviewed")},
        head={"owner": Fact("me"), "summary": Fact("s")},
    )
    assert all("monthly cost" in question for question in asked(evidence))
    evidence = replace(evidence, data={"sensitivity": Fact("personal")})
    assert "Where must the personal data stay?" in asked(evidence)[2]


def test_the_spread_beside_a_measured_mean_is_not_worth_a_question() -> None:
    assert not any("spread" in question for question in asked(of_file("usage.json")))
