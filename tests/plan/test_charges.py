"""Charges: what each part comes to, and that half of a pair is never a zero."""

from __future__ import annotations

import pytest

from archwright.analysis.price import PriceResult, price
from archwright.base.errors import InputError
from archwright.base.money import PICO
from tests.plan.small import small

APP = "app: {kind: service, latency: 10 ms, workers: 4, replicas: 2"
TOKENS = "tokens: {system: 100, input: 200, output: {median: 50, spread: 0.8}, growth: 30}"


def charged(words: str) -> tuple[str, str]:
    return APP, f"{APP}, charges: {{{words}}}"


def priced(*edits: tuple[str, str]) -> PriceResult:
    compiled = small(*edits)
    return price(compiled.plan, compiled.book)


def problems(*edits: tuple[str, str]) -> list[str]:
    with pytest.raises(InputError) as caught:
        small(*edits)
    return [problem.code for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("words", "dollars"),
    [
        ("monthly: $95/month", 95.00),
        ("hourly: $0.10", 2 * 730.5 * 0.10),
        ("per_call: $0.001", (1_000_000 + 875_000) * 0.001),
        ("stored: 40 GB, per_gb_month: $0.33", 13.20),
        ("sent: 1 MB, per_gb: $0.09", 1_875_000 / 1000 * 0.09),
        ("per_call: $0.001, calls: 10k/month", 10.00),
    ],
)
def test_each_part_by_hand(words: str, dollars: float) -> None:
    """1M journeys open the app once and think 875,000 times there; it has two replicas; a month has 730.5 hours."""
    result = priced(charged(words))
    assert result.book["price.infrastructure.month"].value / PICO == pytest.approx(dollars)
    assert result.book["price.component.app.month"].value / PICO == pytest.approx(dollars)


def test_without_charges_nothing_is_added() -> None:
    assert "price.infrastructure.month" not in priced().book


@pytest.mark.parametrize("words", ["stored: 40 GB", "per_gb_month: $0.33", "sent: 1 MB", "per_gb: $0.09"])
def test_half_of_a_pair_is_a_question(words: str) -> None:
    assert problems(charged(words)) == ["unknown-price"]


def test_calls_that_nobody_counts_are_a_question() -> None:
    old = "answers: {kind: cache, ttl: 1 h, entries: 100}"
    assert problems((old, "answers: {kind: cache, ttl: 1 h, entries: 100, charges: {per_call: $1}}")) == [
        "unknown-calls"
    ]


def test_engineers_are_a_line() -> None:
    edit = ("objectives:\n", "operation: {upkeep: {hours: 40 h, hourly: $95}}\nobjectives:\n")
    result = priced(edit)
    assert result.book["price.engineering.month"].value / PICO == pytest.approx(3_800)


def test_written_cache_needs_its_price() -> None:
    model = "model: acme/large\n"
    assert problems((model, f"{model}    prompt_cache_writes: 10 %\n")) == ["unknown-price"]
    agreed = "{input: $1/Mtok, output: $2/Mtok, cache_write_5m: $2/Mtok}"
    both = f"{model}    prompt_cache: 60 %\n    prompt_cache_writes: 50 %\n    price: {agreed}\n"
    assert problems((model, both)) == ["out-of-range"]


def test_pictures_need_their_tokens() -> None:
    assert problems((TOKENS, "tokens: {input: 200, output: 50, images: 2}")) == ["unknown-tokens"]


def test_thought_and_sound_are_parts_of_one_output() -> None:
    assert problems((TOKENS, "tokens: {input: 200, output: 50, reasoning: 80 %, speech: 30 %}")) == ["out-of-range"]


def test_spot_without_an_offer_is_a_question() -> None:
    old = "  model:\n    kind: managed-model\n    model: acme/large\n"
    new = "  model:\n    kind: self-hosted-model\n    model: acme/large\n    accelerator: a6000\n    bought: {}\n"
    assert problems((old, new.format("spot"))) == ["unknown-price"]
    assert problems((old, new.format("reserved"))) == ["unknown-price"]
    assert problems((old, new.format("on-demand").replace("a6000", "a9000"))) == ["unknown-price"]


@pytest.mark.parametrize("more", ["hourly: $2\n    bought: reserved", "bought: on-demand"])
def test_a_discount_that_nothing_is_taken_off_by_is_refused(more: str) -> None:
    old = "  model:\n    kind: managed-model\n    model: acme/large\n"
    ours = (
        "  model:\n    kind: self-hosted-model\n    model: acme/large\n    accelerator: h100-80gb\n    discount: 35 %\n"
    )
    assert problems((old, f"{ours}    {more}\n")) == ["unused-discount"]


@pytest.mark.parametrize(
    "words", ["monthly: -$5/month", "monthly: 95", "per_call: €0.01", "stored: much", "hourly: $1e40", "yearly: $5"]
)
def test_absurd_amounts_are_refused(words: str) -> None:
    assert problems(charged(words))


def test_what_is_kept_is_priced_by_the_technology_that_a_component_names() -> None:
    """40 GB at Pinecone's $0.33 of the catalogue; what the file says itself wins."""
    result = priced((APP, f"{APP}, technology: pinecone, charges: {{stored: 40 GB}}"))
    assert result.book["price.component.app.month"].value / PICO == pytest.approx(13.20)
    leaf = result.book["charges.app.per_gb_month"]
    assert leaf.origin == "fact"
    assert "https://" in leaf.note
    said = priced((APP, f"{APP}, technology: pinecone, charges: {{stored: 40 GB, per_gb_month: $0.20}}"))
    assert said.book["price.component.app.month"].value / PICO == pytest.approx(8.00)
    assert problems((APP, f"{APP}, technology: valkey, charges: {{stored: 40 GB}}")) == ["unknown-price"]
