"""A ledger as evidence: what was put into the rows comes out as the numbers of a design."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archwright.base.errors import InputError
from archwright.base.units import MONTH
from archwright.ledger.rows import Attempt, Request, Row, Run, encode
from archwright.spec.settings.gateway import GatewaySettings
from archwright.spec.settings.models import ModelSettings
from tests.analysis.adopt.drafts import drafted, of_text

RUN = Run("0123", "Desk", "prices 1", "serve", "now")


def asked(number: int, **other: object) -> list[Row]:
    """A request of an hour in which one comes every ten seconds: its attempts and its own row."""
    at = f"2026-11-20T{10 + number // 360}:{number // 6 % 60:02}:{number % 6 * 10:02}+00:00"
    how = other.get("how", "answered")
    target = str(other.get("target", "primary"))
    rows: list[Row] = []
    if how != "cached":
        rows.append(
            Attempt(
                f"r{number}", 1, "0123", "answer", target, "gpt-4.1-mini", float(number), at,
                str(other.get("outcome", "ok")), first_s=0.55, total_s=0.55 + 0.01 * 99, tokens_in=1000,
                tokens_cached=500, tokens_out=100, price_source=str(other.get("price_source", "genai-prices 0.2.3")),
                price_in=int(str(other.get("price_in", 400_000))), price_out=1_600_000,
            )
        )  # fmt: skip
    rows.append(
        Request(
            f"r{number}", "0123", "", str(other.get("journey", "ask")), str(other.get("step", "think")),
            str(other.get("session", f"s{number}")), "answer", target, float(number), at, str(how), 200,
            hop=int(str(other.get("hop", 0))), cache=str(other.get("cache", "none")),
        )
    )  # fmt: skip
    return rows


def ledger(*rows: Row) -> bytes:
    return b"".join(encode(row) for row in rows)


def hour(**other: object) -> list[Row]:
    return [row for number in range(361) for row in asked(number, **other)]


def test_volume_tokens_pace_and_shares_come_back() -> None:
    _, system, book = drafted(of_text(ledger(RUN, *hour())))
    journey = system.workload.journeys["ask"]
    assert journey.volume.value == pytest.approx(361 / 3600, rel=1e-3)
    assert journey.volume.note == "given, 2026-11-20, 361 requests"
    (step,) = journey.steps
    assert step.tokens is not None
    assert (step.tokens.input.median.value, step.tokens.input.spread.value) == (1000, 0)
    model = system.components["primary"].settings_as(ModelSettings)
    assert model is not None
    assert model.model == "openai/gpt-4.1-mini"
    assert model.pace.per_token.value == pytest.approx(0.01)
    assert model.pace.first_token.value == pytest.approx(0.5)  # reading 1000 tokens took the other 50 ms
    assert (model.prompt_cache.value, model.error_rate.value) == (0.5, 0)
    assert book["price.requests.month"].value == pytest.approx(361 / 3600 * MONTH, rel=1e-3)


def test_compressed_time_is_stretched_and_a_rehearsal_is_no_measurement_of_volume() -> None:
    run = Run("0123", "Desk", "prices 1", "rehearse", "now", scale=10.0)
    _, system, _ = drafted(of_text(ledger(run, *hour())))
    journey = system.workload.journeys["ask"]
    assert journey.volume.value == pytest.approx(361 / 36000, rel=1e-3)
    assert journey.volume.origin == "guessed"
    assert "a rehearsal plays the busiest hour" in journey.volume.note
    model = system.components["primary"].settings_as(ModelSettings)
    assert model is not None
    assert model.pace.per_token.value == pytest.approx(0.1)


def test_repeats_and_probability_follow_from_sessions() -> None:
    rows = []
    for number in range(100):
        rows += asked(number, session=f"s{number // 2}")  # each session asks twice
    rows += [row for number in range(100, 110) for row in asked(number, session=f"s{number - 100}", step="check")]
    _, system, _ = drafted(of_text(ledger(RUN, *rows)))
    think, check = system.workload.journeys["ask"].steps
    assert (think.repeats.mean.value, think.repeats.most.value, think.probability.value) == (2, 2, 1)
    assert (check.repeats.mean.value, check.probability.value) == (1, 0.2)


def test_fallbacks_give_the_order_of_targets_and_failures_their_rate() -> None:
    rows = hour()[:40] + [row for n in range(50, 60) for row in asked(n, target="second", hop=1)]
    rows += [row for n in range(60, 64) for row in asked(n, outcome="transient", how="failed", hop=-1)]
    _, system, _ = drafted(of_text(ledger(RUN, *rows)))
    gateway = system.components["gateway"].settings_as(GatewaySettings)
    assert gateway is not None
    assert gateway.routes["answer"].targets == ("primary", "second")
    model = system.components["primary"].settings_as(ModelSettings)
    assert model is not None
    assert model.error_rate.value == pytest.approx(4 / 24, rel=1e-2)


def test_hits_give_a_cache_and_as_much_repetition_as_would_hit_so_often() -> None:
    rows = [row for n in range(361) for row in asked(n, cache="exact", how="cached" if n % 4 else "answered")]
    _, system, book = drafted(of_text(ledger(RUN, *rows)))
    assert system.components["cache"].has("cache")
    assert book["price.ask.think.hits"].value == pytest.approx(270 / 361, abs=0.02)


def test_an_agreed_price_and_hardware_of_our_own_are_known_by_their_source() -> None:
    _, _, book = drafted(of_text(ledger(RUN, *hour(price_source="agreed: contract 7", price_in=250_000))))
    assert book["prices.primary.input"].shown == "$0.250/Mtok"
    assert book["prices.primary.input"].note == "agreed: contract 7"
    _, system, _ = drafted(of_text(ledger(RUN, *hour(price_source="paid by the hour, not by tokens"))))
    assert system.components["primary"].has("self-hosted")


@pytest.mark.parametrize(
    ("data", "said", "line"),
    [
        (ledger(RUN), "no request is in it", 0),
        (ledger(RUN, asked(0, how="failed", hop=-1)[1]), "no model was called", 0),
        (ledger(RUN) + b'{"type":"nonsense"}\n' + ledger(RUN), "not a ledger row", 2),
        (ledger(Run("0", "D", "f", "serve", "now", schema=9)), "ledger version 9", 1),
    ],
)
def test_what_is_wrong_is_told(data: bytes, said: str, line: int) -> None:
    with pytest.raises(InputError) as error:
        of_text(data, "ledger")
    assert said in str(error.value)
    assert error.value.problems[0].where.line == line


WORD = st.text(max_size=8)
ODD = st.builds(
    Request, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, st.floats(0, 9), WORD,
    st.sampled_from(["answered", "cached", "failed"]), st.just(200), hop=st.integers(-1, 3),
    cache=st.sampled_from(["none", "exact"]),
)  # fmt: skip
TRIES = st.builds(
    Attempt, WORD, st.integers(1, 9), WORD, WORD, WORD, WORD, st.floats(0, 9), WORD, st.sampled_from(["ok", "cut"]),
    first_s=st.floats(-1, 1e6), total_s=st.floats(-1, 1e6), tokens_in=st.integers(0, 10**12),
    tokens_out=st.integers(0, 10**12), price_in=st.integers(0, 10**12), price_source=WORD,
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.tuples(TRIES, ODD), min_size=1, max_size=6))
def test_whatever_stands_in_it_the_draft_has_a_price(pairs: list[tuple[Attempt, Request]]) -> None:
    rows = [row for attempt, request in pairs for row in (attempt, request)]
    try:
        evidence = of_text(ledger(RUN, *rows), "ledger")
    except InputError:
        return  # refused with its reasons, which other tests look at
    _, _, book = drafted(evidence)
    assert math.isfinite(book["price.month"].value)
