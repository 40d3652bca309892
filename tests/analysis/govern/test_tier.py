"""The tier: scenarios by hand, and the law that fewer facts never say more."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archwright.analysis.govern.duties import World, duties
from archwright.analysis.govern.situation import Fact, situation
from archwright.analysis.govern.tier import Tiering, narrowings, tiering
from archwright.analysis.govern.vocabulary import slips
from archwright.facts.frameworks import EU_AI_ACT, Tiers, names, pack
from archwright.spec.context import HIGH_RISK_USES, NEAR_MISSES, ORDINARY_USES, TIERS, Context, People
from archwright.spec.given import Word
from archwright.spec.kinds import KINDS
from archwright.spec.model import Component, System
from archwright.spec.operation import Operation
from tests.analysis.govern.designs import AS_OF, LATER, PLAIN, assessed, designed
from tests.spec.systems import records

MINIMAL, LIMITED, HIGH, PROHIBITED = TIERS
CLAIM = "{condition: preparatory-task, assessment: docs/a.md, no_significant_risk: true}"
VAGUE = "{condition: preparatory-task, assessment: docs/a.md}"
BARE = "{condition: preparatory-task, no_significant_risk: true}"
CASES: dict[str, tuple[dict[str, str], str, str]] = {
    "internal search": ({}, MINIMAL, MINIMAL),
    "nothing is known": (dict.fromkeys(PLAIN, ""), MINIMAL, PROHIBITED),
    "a chat": ({"transparency": "{interacts: true}"}, LIMITED, LIMITED),
    "text for a newsletter": ({"functions": "[generates-text]"}, LIMITED, LIMITED),
    "deep fakes": ({"functions": "[deep-fakes]"}, LIMITED, LIMITED),
    "whether it talks is unknown": ({"transparency": "{interacts: unknown}"}, MINIMAL, LIMITED),
    "screening of applicants": ({"use_cases": "[recruitment]"}, HIGH, HIGH),
    "screening that also chats": (
        {"use_cases": "[recruitment]", "transparency": "{interacts: true}"}, HIGH, HIGH,
    ),
    "credit scores": ({"use_cases": "[credit-scoring]"}, HIGH, HIGH),
    "fraud detection": ({"use_cases": "[fraud-detection]"}, MINIMAL, MINIMAL),
    "the use is unknown": ({"use_cases": ""}, MINIMAL, HIGH),
    "fraud detection and perhaps more": ({"use_cases": "[fraud-detection, unknown]"}, MINIMAL, HIGH),
    "benefits by an authority": ({"use_cases": "[public-benefits]", "public_body": "true"}, HIGH, HIGH),
    "benefits by a shop": ({"use_cases": "[public-benefits]"}, MINIMAL, MINIMAL),
    "benefits by nobody knows whom": ({"use_cases": "[public-benefits]", "public_body": ""}, MINIMAL, HIGH),
    "a brake": ({"safety_component": "true", "product_assessment": "true"}, HIGH, HIGH),
    "a brake that nobody must assess": ({"safety_component": "true"}, MINIMAL, MINIMAL),
    "a brake, assessment unknown": ({"safety_component": "true", "product_assessment": ""}, MINIMAL, HIGH),
    "a claim that holds": ({"use_cases": "[recruitment]", "derogation": CLAIM}, MINIMAL, MINIMAL),
    "a claim without a conclusion": ({"use_cases": "[recruitment]", "derogation": VAGUE}, MINIMAL, HIGH),
    "a claim without an assessment": ({"use_cases": "[recruitment]", "derogation": BARE}, MINIMAL, HIGH),
    "a claim while profiling": (
        {"use_cases": "[recruitment]", "derogation": CLAIM, "decisions": "{profiling: true}"}, HIGH, HIGH,
    ),
    "a claim, profiling unknown": (
        {"use_cases": "[recruitment]", "derogation": CLAIM, "decisions": "{effect: none}"}, MINIMAL, HIGH,
    ),
    "a claim while scoring persons": (
        {"use_cases": "[recruitment]", "derogation": CLAIM, "functions": "[scores-persons]"}, HIGH, HIGH,
    ),
    "a claim does not lift a product": (
        {"derogation": CLAIM, "safety_component": "true", "product_assessment": "true"}, HIGH, HIGH,
    ),
    "social scoring": ({"functions": "[social-scoring]"}, PROHIBITED, PROHIBITED),
    "social scoring, an exception is argued": (
        {
            "functions": "[social-scoring]",
            "exceptions": "[{practice: social-scoring, reason: not unrelated, assessment: docs/b.md}]",
        }, MINIMAL, PROHIBITED,
    ),
    "social scoring, an exception is only said": (
        {"functions": "[social-scoring]", "exceptions": "[{practice: social-scoring, reason: not unrelated}]"},
        PROHIBITED, PROHIBITED,
    ),
    "emotions of callers": ({"functions": "[emotion-inference]"}, HIGH, HIGH),
    "emotions of workers": (
        {"functions": "[emotion-inference]", "people": "{workers: true, students: false}"}, PROHIBITED, PROHIBITED,
    ),
    "emotions of nobody knows whom": ({"functions": "[emotion-inference]", "people": ""}, HIGH, PROHIBITED),
    "sorting by biometrics": ({"functions": "[biometric-categorisation]"}, LIMITED, LIMITED),
    "sorting by biometrics into sensitive traits": (
        {"functions": "[biometric-categorisation, infers-sensitive-traits]"}, PROHIBITED, PROHIBITED,
    ),
    "functions are unknown": ({"functions": ""}, MINIMAL, PROHIBITED),
    "pictures without safeguards": (
        {"functions": "[generates-image]", "transparency": "{interacts: false, media_safeguards: false}"},
        LIMITED, LIMITED,
    ),
}  # fmt: skip


def tier(**context: str) -> Tiering:
    found = assessed(designed(**context)).tier
    assert found is not None
    return found


@pytest.mark.parametrize(("context", "lowest", "highest"), CASES.values(), ids=CASES)
def test_a_scenario(context: dict[str, str], lowest: str, highest: str) -> None:
    found = tier(**context)
    assert (found.lowest, found.highest) == (lowest, highest)


@pytest.mark.parametrize("use", HIGH_RISK_USES)
def test_every_listed_use_is_high_risk(use: str) -> None:
    found = tier(use_cases=f"[{use}]", public_body="true")
    assert (found.lowest, found.highest) == (HIGH, HIGH)
    assert found.terms["listed"].holds


@pytest.mark.parametrize("use", [*NEAR_MISSES, *ORDINARY_USES])
def test_no_other_use_is(use: str) -> None:
    assert tier(use_cases=f"[{use}]").highest == MINIMAL


@pytest.mark.parametrize("safeguards", ["false", "unknown", "true"])
def test_a_prohibition_begins_on_its_day(safeguards: str) -> None:
    system = designed(
        functions="[generates-image]", transparency=f"{{interacts: false, media_safeguards: {safeguards}}}"
    )
    before, after = assessed(system, AS_OF).tier, assessed(system, LATER).tier
    assert before is not None
    assert after is not None
    assert before.highest == LIMITED
    assert {day for day, _ in before.later} == {LATER}
    assert after.later == ()
    expected = {"false": (PROHIBITED, PROHIBITED), "unknown": (LIMITED, PROHIBITED), "true": (LIMITED, LIMITED)}
    assert (after.lowest, after.highest) == expected[safeguards]


def test_what_would_settle_it_does() -> None:
    (item,) = assessed(designed(use_cases="")).narrowing
    assert item.fact == "use_cases"
    assert item.answer == "none of what matters"
    assert (item.lowest, item.highest) == (MINIMAL, MINIMAL)


# ------------------------------------------------------------------------------------------------- the property


def tiers() -> Tiers:
    found = pack(EU_AI_ACT).tiers
    assert found is not None
    return found


def a_system(context: Context, operation: Operation | None = None) -> System:
    part = Component(kind=Word("ml-model"), settings=KINDS.get("ml-model").settings())
    return System(system=Word("x"), context=context, components={"m": part}, operation=operation or Operation())


def forgotten(fact: Fact, how: str) -> Fact:
    """The fact, unknown; or, of a list, without the end that closes it."""
    if how == "open" and not fact.single:
        return dataclasses.replace(fact, closed=False)
    return dataclasses.replace(fact, words=frozenset(), closed=False, number=None)


# A claim or an exception is made or not made; it is nothing that one can know less about.
ACTS = ("derogation.condition", "derogation.assessment")


@given(context=records(Context), data=st.data(), as_of=st.sampled_from([AS_OF, LATER]))
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_fewer_facts_never_say_more(context: Any, data: st.DataObject, as_of: dt.date) -> None:
    facts = situation(a_system(context), "eu")
    hidden = data.draw(
        st.dictionaries(st.sampled_from(sorted(facts.keys() - set(ACTS))), st.sampled_from(["all", "open"]), min_size=1)
    )
    fewer = facts | {name: forgotten(facts[name], how) for name, how in hidden.items()}
    more, less = (tiering(tiers(), known, context.exceptions, as_of) for known in (facts, fewer))
    assert TIERS.index(less.lowest) <= TIERS.index(more.lowest)
    assert TIERS.index(less.highest) >= TIERS.index(more.highest)


@given(context=records(Context), operation=records(Operation), data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_fewer_facts_never_settle_a_control(context: Any, operation: Any, data: st.DataObject) -> None:
    """Whether a control applies, and whether facts speak for it: what is settled by few facts stays so with more."""
    system = a_system(context, operation)
    name = data.draw(st.sampled_from(names()))
    facts = situation(system, pack(name).market)
    hidden = data.draw(st.sets(st.sampled_from(sorted(facts.keys() - {"since"})), min_size=1))
    fewer = facts | {item: forgotten(facts[item], "all") for item in hidden}
    terms = tiering(tiers(), facts, context.exceptions, AS_OF).terms
    more = duties(pack(name), facts, World(AS_OF, terms))
    less = duties(pack(name), fewer, World(AS_OF, terms))
    for one, other in zip(less, more, strict=True):
        assert one.applies.holds in (None, other.applies.holds), one.name
        if one.evidence is not None and other.evidence is not None:
            assert one.evidence.holds in (None, other.evidence.holds), one.name


@given(context=records(Context))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_claim_never_raises_the_tier(context: Any) -> None:
    with_, without = context, dataclasses.replace(context, derogation=None, exceptions=())
    claimed, plain = (
        tiering(tiers(), situation(a_system(item), "eu"), item.exceptions, AS_OF) for item in (with_, without)
    )
    assert TIERS.index(claimed.lowest) <= TIERS.index(plain.lowest)
    assert TIERS.index(claimed.highest) <= TIERS.index(plain.highest)


@given(context=records(Context))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_would_settle_it_lies_inside_the_interval(context: Any) -> None:
    facts = situation(a_system(context), "eu")
    now = tiering(tiers(), facts, context.exceptions, AS_OF)
    for item in narrowings(tiers(), facts, context.exceptions, AS_OF):
        assert item.width < now.width
        assert TIERS.index(now.lowest) <= TIERS.index(item.lowest)
        assert TIERS.index(item.highest) <= TIERS.index(now.highest)


@pytest.mark.parametrize("name", names())
def test_no_pack_asks_for_what_a_file_cannot_say(name: str) -> None:
    assert slips(pack(name)) == ()


def test_a_fact_of_the_file_is_read_as_it_stands() -> None:
    facts = situation(a_system(Context(people=People(workers="true"), functions=(Word("unknown"),))), "eu")
    assert facts["people.workers"].has("true") is True
    assert facts["people.workers"].has("false") is False
    assert facts["people.students"].has("true") is None
    assert facts["functions"].has("social-scoring") is None
    assert facts["roles"].has("provider") is None
