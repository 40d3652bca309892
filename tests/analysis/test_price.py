"""What a system costs, by hand to the cent, and what must hold of every forecast."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archwright.analysis.price import PriceResult, price, price_document
from archwright.base.errors import InputError
from archwright.base.money import PICO, show_money
from archwright.plan.compile import compile_plan
from archwright.report.document import Document, Table, Text, Tiles
from archwright.spec.load import loads
from tests.plan.small import example, small

EVEN = ("output: {median: 50, spread: 0.8}", "output: 50")
CACHED = ("route: answer", "route: cached")
REPEATS = (
    "volume: 1M/month",
    "volume: 1M/month\n      repetition: {answers: 100, skew: 1.0}",
)


def priced(*edits: tuple[str, str]) -> PriceResult:
    compiled = small(*edits)
    return price(compiled.plan, compiled.book)


def dollars(result: PriceResult, key: str) -> float:
    return result.book[key].value / PICO


def texts(document: Document) -> list[Text]:
    return [block for section in document.sections for block in section.blocks if isinstance(block, Text)]


COPIED = (
    ("answer: {targets: [model], deadline: 30 s}", "answer: {targets: [model], shadow: {target: spare, share: 20 %}}"),
    EVEN,
)


def test_copies_cost_what_their_model_takes_of_their_share() -> None:
    """A fifth of 875,000 calls at the spare model's prices, beside a bill that is else the same."""
    alone, result = priced(EVEN), priced(*COPIED)
    base = "price.ask.think"
    assert result.book[f"{base}.shadow.billed"].value == pytest.approx(0.2 * alone.book[f"{base}.billed"].value)
    tokens_in, tokens_out = result.book[f"{base}.tokens_in"].value, result.book[f"{base}.tokens_out"].value
    spare = [result.book[f"prices.spare.{kind}"].value for kind in ("input", "output")]
    copies = 175_000 * (tokens_in * spare[0] + tokens_out * spare[1]) / PICO
    assert dollars(result, "price.component.spare.month") == pytest.approx(copies)
    assert dollars(result, "price.component.model.month") == pytest.approx(905.00)
    assert dollars(result, "price.models.month") == pytest.approx(905.00 + copies)
    kinds = sum(dollars(result, f"price.kind.{kind}.month") for kind in ("input", "cached", "output"))
    assert kinds == pytest.approx(905.00 + copies)
    assert result.book["price.requests.month"].value == pytest.approx(875_000)
    lines = sum(result.book[line.key].value for line in result.lines if line.group == "models")
    assert lines / PICO == pytest.approx(905.00 + copies)


def test_a_month_by_hand() -> None:
    """Half of 1,000,000 journeys think 1.75 times (1 + 1/2 + 1/4, the most is 3): 875,000 calls.

    A call reads 100 + 200 tokens and 30 for each run before it, 4/7 of a run in the mean ((0.5 + 2 * 0.25) / 1.75):
    875,000 * (300 + 30 * 4/7) = 277.5 M tokens at $2 a million are $555. It writes 50: 43.75 M at $8 are $350.
    10,000 talks of 6 minutes at $30 an hour are $30,000.
    """
    result = priced(EVEN)
    assert dollars(result, "price.requests.month") * PICO == pytest.approx(875_000)
    assert dollars(result, "price.kind.input.month") == pytest.approx(555.00)
    assert dollars(result, "price.kind.output.month") == pytest.approx(350.00)
    assert dollars(result, "price.models.month") == pytest.approx(905.00)
    assert dollars(result, "price.component.model.month") == pytest.approx(905.00)
    assert dollars(result, "price.ask.month") == pytest.approx(905.00)
    assert dollars(result, "price.ask.journey") == pytest.approx(0.000905)
    assert dollars(result, "price.request") == pytest.approx(905 / 875_000)
    assert dollars(result, "price.people.month") == pytest.approx(30_000.00)
    assert dollars(result, "price.call.journey") == pytest.approx(3.00)
    assert dollars(result, "price.month") == pytest.approx(30_905.00)
    assert result.book["price.models.month"].shown == "$905.00"


def test_the_cached_share_of_the_input_is_paid_at_the_cached_price() -> None:
    """40 % of 277.5 M tokens at $0.50 are $55.50, the rest at $2 $333; with $350 for the output $738.50."""
    result = priced(EVEN, ("model: acme/large", "model: acme/large\n    prompt_cache: 40 %"))
    assert dollars(result, "price.kind.cached.month") == pytest.approx(55.50)
    assert dollars(result, "price.kind.input.month") == pytest.approx(333.00)
    assert dollars(result, "price.models.month") == pytest.approx(738.50)


def test_a_loop_finds_the_input_before_in_the_cache() -> None:
    """Runs read 300, 330 and 360 tokens with weights 4, 2 and 1; the second finds 300 of them, the third 330.

    (2 * 300 + 330) / 7 = 132.857 cached of 317.143 a call: 875,000 calls read 116.25 M at $0.50 and 161.25 M at $2.
    """
    result = priced(EVEN, ("growth: 30}", "growth: 30, prefix: true}"))
    assert result.book["price.ask.think.tokens_cached"].value == pytest.approx((2 * 300 + 330) / 7)
    assert dollars(result, "price.kind.cached.month") == pytest.approx(58.125)
    assert dollars(result, "price.kind.input.month") == pytest.approx(322.50)


def test_the_first_target_of_a_route_is_priced() -> None:
    result = priced(EVEN, ("targets: [model], deadline", "targets: [spare, model], deadline"))
    assert dollars(result, "price.component.spare.month") == pytest.approx(277.5 * 0.1 + 43.75 * 0.4)
    assert "price.component.model.month" not in result.book


@given(st.integers(1, 10**7))
def test_without_a_cache_the_bill_is_linear_in_the_volume(volume: int) -> None:
    """With one it is not: the more often something is asked, the more of it the cache answers; see the next test."""
    one, two = (priced(("volume: 1M/month", f"volume: {count}/month")) for count in (volume, 2 * volume))
    assert dollars(two, "price.models.month") == pytest.approx(2 * dollars(one, "price.models.month"))
    assert dollars(two, "price.request") == pytest.approx(dollars(one, "price.request"))


def test_with_a_cache_twice_the_volume_costs_less_than_twice() -> None:
    one = priced(CACHED, REPEATS)
    two = priced(CACHED, (REPEATS[0], REPEATS[1].replace("1M", "2M")))
    assert (
        dollars(one, "price.models.month") < dollars(two, "price.models.month") < 2 * dollars(one, "price.models.month")
    )
    hits = one.book["price.ask.think.hits"]
    assert 0.5 < hits.value < 1
    assert one.book["price.ask.think.billed"].value == pytest.approx(0.875 * (1 - hits.value))


@pytest.mark.parametrize(
    ("edits", "note"), [((REPEATS,), "the route has no cache"), ((CACHED,), "no repetition is stated")]
)
def test_where_nothing_can_be_cached_it_says_why(edits: tuple[tuple[str, str], ...], note: str) -> None:
    hits = priced(*edits).book["price.ask.think.hits"]
    assert (hits.value, hits.note) == (0, note)


COUNTS = st.integers(0, 10**6)


@given(COUNTS, COUNTS, COUNTS, st.integers(0, 1000), st.sampled_from(["system", "input", "output", "growth"]))
def test_more_tokens_never_cost_less(system: int, given_: int, output: int, growth: int, more: str) -> None:
    stated = {"system": system, "input": given_, "output": output, "growth": growth}

    def month(tokens: dict[str, int]) -> float:
        text = ", ".join(f"{kind}: {count}" for kind, count in tokens.items())
        old = "tokens: {system: 100, input: 200, output: {median: 50, spread: 0.8}, growth: 30}"
        return dollars(priced((old, f"tokens: {{{text}}}")), "price.models.month")

    before = month(stated)
    assert before >= 0
    assert month({**stated, more: stated[more] + 1000}) > before


def test_parts_sum_to_the_whole() -> None:
    result = price(example().plan, example().book)
    book = result.book
    for of in ("kind", "component"):
        parts = [figure.value for key, figure in book.items() if key.startswith(f"price.{of}.")]
        whole = "price.models.month" if of == "kind" else "price.month"
        assert sum(parts) == pytest.approx(book[whole].value)
    months = [book[f"price.{journey.name}.month"].value for journey in result.plan.journeys]
    assert sum(months) == pytest.approx(book["price.month"].value)
    assert all(figure.value >= 0 for figure in book.values())


def test_a_journey_without_model_calls_costs_what_its_people_cost() -> None:
    assert dollars(priced(), "price.call.month") == pytest.approx(30_000)
    nobody = priced(("{name: talk, at: team}", "{name: talk, at: app}"))
    assert dollars(nobody, "price.call.month") == 0
    assert dollars(nobody, "price.people.month") == 0


def test_a_system_without_model_calls_has_a_price_and_no_price_of_a_request() -> None:
    compiled = small()
    silent = [
        replace(journey, steps=tuple(step for step in journey.steps if step.route < 0))
        for journey in compiled.plan.journeys
    ]
    result = price(replace(compiled.plan, journeys=tuple(silent)), compiled.book)
    assert dollars(result, "price.models.month") == 0
    assert dollars(result, "price.month") == pytest.approx(30_000)
    assert "price.request" not in result.book
    assert price_document(result).sections


@pytest.mark.parametrize(("limit", "tone", "word"), [("$906", "good", "kept"), ("$904", "bad", "broken")])
def test_a_promise_is_held_against_the_bill(limit: str, tone: str, word: str) -> None:
    document = price_document(priced(EVEN, ("at_most: $900/month", f"at_most: {limit}/month")))
    (said,) = (text for text in texts(document) if text.words.startswith("Objective"))
    assert said.tone == tone
    assert said.words == f"Objective cheap, at most {limit}.00 for models a month: $905.00, {word}."


def test_the_document_shows_what_the_book_says() -> None:
    result = price(example().plan, example().book)
    document = price_document(result)
    assert [section.name for section in document.sections] == [
        "price-summary", "price-steps", "price-shares", "price-guesses",
    ]  # fmt: skip
    (tiles,) = (block for block in document.sections[0].blocks if isinstance(block, Tiles))
    assert all(result.book[key].shown == value for _, value, _, key in tiles.items)
    (table,) = (block for block in document.sections[1].blocks if isinstance(block, Table))
    assert all(len(row) == len(table.headings) for row in table.rows)
    assert len(table.rows) == 4 + 1 + 1  # four model calls, one person's work, the whole journey
    assert ("as of", "2026-11-01") in document.facts


def test_the_guesses_that_decide_are_shown_with_what_they_move() -> None:
    result = price(example().plan, example().book)
    (table,) = (block for block in price_document(result).sections[3].blocks if isinstance(block, Table))
    keys = [row[1] for row in table.rows]
    assert len(keys) == 3
    ranked = [figure.key for figure, _ in result.book.deciding("price.models.month")]
    assert keys == ranked
    assert "journeys.question.volume" in keys


def test_hardware_of_our_own_is_paid_by_the_hour_used_or_not() -> None:
    """Two replicas of four accelerators at $2.50: 2 x 4 x 2.50 x 730.5 h = $14,610 a month; its tokens cost nothing."""
    text = """
system: own hardware
components:
  gw: {kind: gateway, routes: {chat: [own]}}
  own:
    kind: self-hosted-model
    model: local/llama-70b
    pace: {first_token: 300 ms, per_token: 20 ms}
    replicas: 2
    accelerators: 4
    hourly: $2.50
flows: [{from: gw, to: own, timeout: 9 s}]
workload:
  journeys:
    chat: {volume: 1M/month, steps: [{name: ask, at: gw, route: chat, tokens: {input: 10, output: 5}}]}
"""
    compiled = compile_plan(loads(text), dt.date(2026, 11, 21))
    book = price(compiled.plan, compiled.book).book
    assert show_money(book["price.models.month"].value) == "$14,610"
    assert book["price.chat.ask.month"].value == 0
    with pytest.raises(InputError, match="what that costs is not stated"):
        compile_plan(loads(text.replace("    hourly: $2.50\n", "")), dt.date(2026, 11, 21))


def test_tenants_do_not_share_answers() -> None:
    tenants = "  tenants:\n    first: {share: 60 %, budget: $1k/month, requests: 5/s}\n    second: {share: 40 %}\n"
    apart = priced(REPEATS, CACHED).book["price.ask.think.hits"]
    together = priced(REPEATS, CACHED, (tenants, "")).book["price.ask.think.hits"]
    assert 0 < apart.value < together.value
    assert {"tenants.first.share", "tenants.second.share"} <= {key for _, key in apart.inputs}


def test_a_cache_by_meaning_answers_a_share_of_what_an_exact_one_leaves() -> None:
    """At 2 % of wrong answers it saves 60 % of the rest."""
    meaning = "{mode: on, curve: [{wrong: 1 %, saved: 40 %}, {wrong: 2 %, saved: 60 %}]}"
    plain = priced(CACHED, REPEATS)
    found = priced(CACHED, REPEATS, ("entries: 100}", f"entries: 100, semantic: {meaning}}}"))
    exact = plain.book["price.ask.think.hits"].value
    assert found.book["price.ask.think.exact"].value == exact
    assert found.book["price.ask.think.hits"].value == pytest.approx(exact + (1 - exact) * 0.6)
    saved = dollars(plain, "price.ask.think.month") - dollars(found, "price.ask.think.month")
    assert saved == pytest.approx(0.6 * dollars(plain, "price.ask.think.month"))


def test_looking_up_by_meaning_costs_vectors_and_a_judge() -> None:
    """875,000 calls are looked up, none is repeated: 100 tokens each at the embedder's price for its input.

    A judge reads its 60 tokens, the 100 of the question and twice the 50 of an answer, and says 3.
    """
    meaning = "{mode: shadow, embedder: spare, compare: judge, judge: answer}"
    found = priced(EVEN, CACHED, ("entries: 100}", f"entries: 100, semantic: {meaning}}}"))
    book, lines = found.book, {line.key for line in found.lines}
    given = book["journeys.ask.think.input.median"].value
    assert book["price.ask.think.recall.tokens"].value == pytest.approx(875_000 * given)
    each = 60 + given + 2 * 50
    assert book["price.ask.think.judge.tokens"].value == pytest.approx(875_000 * each)
    assert book["price.ask.think.verdict.tokens"].value == pytest.approx(875_000 * 3)
    assert {"price.ask.think.recall.month", "price.ask.think.judge.month", "price.ask.think.verdict.month"} <= lines
    parts = [book[key].value for key in book if key.startswith("price.component.")]
    assert sum(parts) == pytest.approx(book["price.month"].value)
