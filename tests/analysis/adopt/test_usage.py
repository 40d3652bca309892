"""A usage export as evidence: volumes, tokens, cached share, peak and growth, and what is wrong with a bad one."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archwright.base.errors import InputError
from archwright.base.units import DAY, MONTH
from tests.analysis.adopt.drafts import FILES, drafted, of_file, of_text

HEAD = "start_time,end_time,model,num_model_requests,input_tokens,output_tokens,input_cached_tokens"
START = 1759276800


def test_hours_give_volume_peak_tokens_and_cached_share() -> None:
    text, system, book = drafted(of_file("usage.json"))
    ((_, journey),) = system.workload.journeys.items()
    requests = 2 * (23 * 10 + 130)
    assert journey.volume.value * 2 * DAY == pytest.approx(requests, rel=1e-3)
    assert journey.volume.origin == "measured"
    assert journey.volume.note == f"usage.json, 2025-10-01 to 2025-10-02, {requests} requests"
    assert journey.peak.value == pytest.approx(130 / (requests / 48), rel=1e-2)
    assert journey.peak.origin == "measured"
    assert book["price.kind.cached.month"].value > 0
    assert book["components.gpt-4o-mini-2024-07-18.prompt_cache"].value == 0.25
    assert "growth: not known" in text


def test_the_mean_that_is_paid_for_is_kept() -> None:
    _, system, book = drafted(of_file("usage.json"))
    (base,) = [key.removesuffix(".tokens_in") for key in book if key.endswith(".tokens_in")]
    assert book[f"{base}.tokens_in"].value == pytest.approx(800, rel=2e-3)
    assert book[f"{base}.tokens_out"].value == pytest.approx(200, rel=5e-3)
    assert system.with_trait("managed")


def test_days_give_growth_and_only_a_guess_of_the_peak_hour() -> None:
    text, system, _ = drafted(of_file("usage.csv"))
    first, second = system.workload.journeys.values()
    requests = 13 * 100 + 14 * 200
    assert first.volume.value == pytest.approx(requests / (28 * DAY), rel=1e-3)
    assert second.volume.value == pytest.approx(requests / 10 / (28 * DAY), rel=1e-3)
    assert first.growth.value == pytest.approx((2800 / 1300) ** (MONTH / (14 * DAY)) - 1, rel=1e-2)
    assert first.peak.origin == "guessed"
    assert "the busiest day has" in text


def test_the_same_in_other_clothes_is_the_same() -> None:
    text = (FILES / "usage.csv").read_text()
    others = [text.replace(",", "\t"), text.replace(",", ";"), "\ufeff" + text.replace("\n", "\r\n")]
    plain = of_text(text)
    assert all(of_text(other).journeys == plain.journeys for other in others)
    page = json.loads((FILES / "usage.json").read_text())
    pages = of_text(json.dumps([{**page, "data": page["data"][:20]}, {**page, "data": page["data"][20:]}]))
    by_line = of_text(json.dumps({**page, "data": page["data"][:20]}) + "\n" + json.dumps({"data": page["data"][20:]}))
    assert pages.journeys == by_line.journeys == of_text(json.dumps(page)).journeys


def test_a_page_that_says_there_are_more_and_models_without_names_are_owned_up_to() -> None:
    bucket = {"start_time": START, "end_time": START + 3600, "results": [
        {"input_tokens": 10, "output_tokens": 5, "num_model_requests": 2, "model": None}]}  # fmt: skip
    evidence = of_text(json.dumps({"object": "page", "data": [bucket], "has_more": True}))
    assert any("there are more" in item for item in evidence.lost)
    text, _, _ = drafted(evidence)
    assert "the export is not grouped by model, a guess" in text


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 0, "the file is empty"),
        ("start_time,end_time,start_time_iso,end_time_iso\n1,2,,\n", 1, "no columns `num_model_requests`"),
        ("start_time,num_model_request,input_tokens,output_tokens,model\n", 1, "is `num_model_request` meant"),
        (f"{HEAD}\n{START},{START + 60},m,,,,\n", 0, "there is no request in it"),
        (f"{HEAD}\n{START},{START + 60},m,1,x,1,0\n", 2, "`input_tokens` is 'x'"),
        (f"{HEAD}\n{START},{START + 60},m,1,1e400,1,0\n", 2, "`input_tokens` is '1e400'"),
        (f"{HEAD}\n{START},{START + 60},m,-1,1,1,0\n", 2, "`num_model_requests` is '-1'"),
        (f"{HEAD}\n{START},{START + 60},m,1,5,1,6\n", 2, "more input tokens were cached than there were"),
        (f"{HEAD}\n{START}000,{START + 60},m,1,1,1,0\n", 2, "no time in seconds"),
        (f"{HEAD}\n{START},{START},m,1,1,1,0\n", 2, "ends before it begins"),
        (f"{HEAD}\n{START},{START + 60},m,1\n", 2, "4 values under 7 headings"),
        (f"{HEAD}\n{START},{START + 7200},m,1,1,1,0\n{START},{START + 60},m,1,1,1,0\n", 2, "times overlap"),
        ('{"object":"page","data":[{"start_time":', 1, "not JSON"),
        ('{"object":"page","data":{}}', 1, "no list of buckets"),
        ('{"object":"page","data":[7]}', 1, "no bucket"),
        ('{"object":"page","data":[]}', 0, "there is no request in it"),
        ('{"object":"bucket","start_time":1759276800,"end_time":1759276860,"results":[{"amount":1}]}', 1, "is missing"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(InputError) as error:
        of_text(text)
    assert said in str(error.value)
    assert error.value.problems[0].where.line == line


def test_wrong_lines_come_together() -> None:
    with pytest.raises(InputError) as error:
        of_text(HEAD + "".join(f"\n{START},{START + 60},m,x,1,1,0" for _ in range(30)))
    assert len(error.value.problems) == 20


ROW = st.tuples(
    st.integers(0, 40), st.sampled_from(["gpt-4o", "gpt-4.1-mini", "une bête", "o" * 90]),
    st.integers(0, 10**5),  # more in a minute is more than anybody simulates, and the file says so
    st.integers(0, 10**15), st.integers(0, 10**15),
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(ROW, min_size=1, max_size=12), st.sampled_from([60, 3600, 86400]))
def test_whatever_was_used_the_draft_loads_and_has_a_price(
    rows: list[tuple[int, str, int, int, int]], width: int
) -> None:
    lines = [f"{START + s * width},{START + (s + 1) * width},{m},{n},{i},{o},0" for s, m, n, i, o in rows]
    try:
        evidence = of_text("\n".join([HEAD, *lines]))
    except InputError:
        assert not any(row[2] > 0 for row in rows)
        return
    _, _, book = drafted(evidence)
    assert math.isfinite(book["price.month"].value)
