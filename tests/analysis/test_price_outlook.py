"""The further parts of a forecast: distributions, what moves it, growth, scenarios, units, budget, energy."""

from __future__ import annotations

import pytest

from archwright.analysis.price import PriceResult, outlook, price, price_document
from archwright.analysis.price.spread import Spread
from archwright.base.money import PICO
from archwright.report.document import Bars, Chart, Tornado
from tests.plan.small import example, small

EVEN = ("output: {median: 50, spread: 0.8}", "output: 50")


def looked(*edits: tuple[str, str], seed: int = 1) -> tuple[PriceResult, Spread]:
    compiled = small(*edits)
    result = price(compiled.plan, compiled.book)
    return result, outlook(result, seed)


def dollars(result: PriceResult, key: str) -> float:
    return result.book[key].value / PICO


def test_percentiles_rise_and_hold_the_mean_between_them() -> None:
    result, found = looked()
    for key in found.months:
        own = f"price.spread.{key.removeprefix('price.')}"
        p10, p50, p90 = (result.book[f"{own}.{share}"].value for share in ("p10", "p50", "p90"))
        assert p10 <= p50 <= p90, key
    book = result.book
    assert book["price.spread.month.p10"].value < book["price.month"].value < book["price.spread.month.p90"].value


def test_the_same_seed_gives_the_same_figures() -> None:
    one, other, third = looked()[0].book, looked()[0].book, looked(seed=2)[0].book
    assert {key: figure.value for key, figure in one.items()} == {key: figure.value for key, figure in other.items()}
    assert one["price.spread.month.p90"].value != third["price.spread.month.p90"].value


def test_a_journey_without_luck_has_one_price() -> None:
    """All take the step once and write as many tokens: every journey costs the same."""
    result, found = looked(
        EVEN, ("probability: 50 %", "probability: 100 %"), ("repeats: {mean: 1.75, most: 3}", "repeats: 1")
    )
    assert "price.ask.journey" in found.journeys
    values = {result.book[f"price.spread.ask.journey.{share}"].value for share in ("p10", "p50", "p90")}
    assert values == {result.book["price.ask.journey"].value}


@pytest.mark.parametrize(
    ("price", "model", "tokens"),
    [
        ("cache_write_5m: $3/Mtok", "prompt_cache: 40 %\n    prompt_cache_writes: 20 %", ""),
        ("request: $0.01", "prompt_cache: 40 %", ""),
        ("image: $9/Mtok", "prompt_cache: 40 %", ", images: 1, image_tokens: 400"),
        ("reasoning: $9/Mtok, audio: $40/Mtok", "prompt_cache: 0 %", ", reasoning: 30 %, audio: 500"),
    ],
)
def test_what_has_a_price_of_its_own_is_counted_once(price: str, model: str, tokens: str) -> None:
    """Each journey takes three runs of the same tokens: without luck it costs what it costs in the mean."""
    usual = "input: $2/Mtok, cached_input: $0.50/Mtok, output: $8/Mtok"
    every = ("probability: 50 %", "probability: 100 %"), ("{mean: 1.75, most: 3}", "{mean: 3, most: 3}")
    priced = ("model: acme/large", f"model: acme/large\n    price: {{{usual}, {price}}}\n    {model}")
    book = looked(EVEN, *every, priced, ("growth: 30", f"growth: 30{tokens}"))[0].book
    mean = book["price.ask.journey"].value
    for share in ("p10", "p50", "p90"):
        assert book[f"price.spread.ask.journey.{share}"].value == pytest.approx(mean, rel=1e-6)


def test_one_request_carries_its_share_of_hardware_in_mean_and_percentiles() -> None:
    ours = "kind: self-hosted-model\n    model: acme/large\n    hourly: $3"
    half = "answer: {targets: [model, spare], choose: weight, weights: [50 %, 50 %], deadline: 30 s}"
    book = looked(
        EVEN, ("kind: managed-model\n    model: acme/large", ours), ("answer: {targets: [model], deadline: 30 s}", half)
    )[0].book
    share = book["price.component.model.month"].value / book["price.requests.month"].value
    assert book["price.spread.request.p10"].value == pytest.approx(share)
    assert share < book["price.request"].value < book["price.spread.request.p90"].value


def test_requests_of_a_journey_that_costs_nothing_by_itself_are_requests_too() -> None:
    """A fifth of the requests goes to a model that is paid by the token; of the others each carries hardware alone."""
    ours = "kind: self-hosted-model\n    model: acme/large\n    hourly: $3"
    step = "{name: jot, at: app, route: aside, tokens: {input: 9k, output: 9k}}"
    aside = f"at: team}}\n    note:\n      volume: 218.75k/month\n      steps:\n        - {step}"
    route = "answer: {targets: [model], deadline: 30 s}"
    result, _ = looked(
        ("kind: managed-model\n    model: acme/large", ours), ("at: team}", aside),
        (route, f"{route}\n      aside: {{targets: [spare], deadline: 30 s}}"),
    )  # fmt: skip
    book = result.book
    share = book["price.component.model.month"].value / book["price.requests.month"].value
    assert book["price.requests.month"].value == pytest.approx(875_000 + 218_750)
    assert [book[f"price.spread.request.{rank}"].value == pytest.approx(share) for rank in ("p10", "p50", "p90")] == [
        True, True, False
    ]  # fmt: skip
    assert "price.spread.ask.journey.p50" not in book
    assert "By token kind, a month" in {one.title for one in shares(result)}


def test_hardware_alone_has_no_chart_of_tokens() -> None:
    ours = "kind: self-hosted-model\n    model: acme/large\n    hourly: $3"
    result, _ = looked(("kind: managed-model\n    model: acme/large", ours))
    assert [one.title for one in shares(result)] == ["By model, a month"]
    held = {result.book[f"price.spread.request.{rank}"].value for rank in ("p10", "p50", "p90")}
    assert held == {result.book["price.request"].value}


def shares(result: PriceResult) -> list[Bars]:
    (section,) = [part for part in price_document(result).sections if part.name == "price-shares"]
    return [block for block in section.blocks if isinstance(block, Bars)]


def test_no_band_no_spread() -> None:
    """Every number of the small system is a guess by default; measured ones are taken at their word."""
    result, found = looked()
    assert found.bands
    assert all(result.book[key].origin == "guessed" or result.book[key].low is not None for key in found.bands)


def test_the_widest_swing_comes_first_and_ends_are_what_if() -> None:
    result, found = looked()
    items = found.tornado.items
    widths = [abs(item.at_high - item.at_low) for item in items]
    assert widths == sorted(widths, reverse=True)
    first = items[0]
    low = result.book.what_if("price.month", {first.figure: found.bands[first.figure].low})
    assert first.at_low == pytest.approx(low)
    assert found.tornado.base == result.book["price.month"].value


def test_a_year_of_growth_by_hand() -> None:
    """$905 of models grow 10 % a month, $30,000 of people stay: a year is 905 * (1.1^12 - 1) / 0.1 + 360,000."""
    edits = (EVEN, ("volume: 1M/month", "volume: 1M/month\n      growth: 10 %"))
    result, _ = looked(*edits)
    assert dollars(result, "price.growth.1") == pytest.approx(30_905.00)
    assert dollars(result, "price.growth.12") == pytest.approx(905 * 1.1**11 + 30_000)
    assert dollars(result, "price.year.1") == pytest.approx(905 * (1.1**12 - 1) / 0.1 + 360_000)
    assert dollars(result, "price.year.2") == pytest.approx(905 * 1.1**12 * (1.1**12 - 1) / 0.1 + 360_000)


def test_what_a_spike_adds_by_hand() -> None:
    """Ten minutes at twice the mean rate; for three of them four times as much: 1M / 43,830 min * 2 * 3 * 3 more."""
    result, _ = looked(EVEN)
    per_minute = 1e6 / 43_830 * 2
    assert dollars(result, "price.scenario.spike.ask.usual") == pytest.approx(per_minute * 10 * 0.000905)
    assert dollars(result, "price.scenario.spike.1.ask") == pytest.approx(per_minute * 3 * 3 * 0.000905)
    assert dollars(result, "price.scenario.baseline.extra") == 0


def test_a_model_that_is_away_leaves_its_calls_to_the_next() -> None:
    """The spare model costs a twentieth, so an outage of the first saves money."""
    result, _ = looked(EVEN, ("route: answer", "route: cached"))
    assert dollars(result, "price.scenario.spike.2.ask") < 0


UNITS = ("volume: 1M/month", "volume: 1M/month\n      monthly_users: 50k\n      resolved: 80 %")


def test_what_one_costs_by_hand() -> None:
    """$905 for 1,000,000 of which 800,000 are settled, and for 50,000 people."""
    result, _ = looked(EVEN, UNITS)
    assert dollars(result, "price.unit.ask") == pytest.approx(905 / 1e6)
    assert dollars(result, "price.unit.ask-resolved") == pytest.approx(905 / 8e5)
    assert dollars(result, "price.unit.ask-user") == pytest.approx(905 / 5e4)
    assert dollars(result, "price.tenant.first.month") == pytest.approx(0.6 * 30_905)


def test_a_journey_that_settles_nothing_has_no_price_of_one_that_does_and_says_so() -> None:
    stated = ("volume: 1M/month", "volume: 1M/month\n      resolved: 0 %")
    result, found = looked(EVEN, stated)
    assert "price.unit.ask-resolved" not in result.book
    (section,) = (part for part in price_document(result, found).sections if part.name == "price-units")
    assert "ask settles nothing" in str(section)
    assert "not stated for ask" not in str(section)


BUDGET = ("objectives:\n", "budget: {monthly: $20k/month, alert_at: [50 %, 100 %, 200 %]}\nobjectives:\n")


def test_the_day_on_which_a_share_of_the_budget_is_spent() -> None:
    """$30,905 in 30.4375 days are $1,015.36 a day: $10,000 after 9.85, $20,000 after 19.70, $40,000 not in a month."""
    result, found = looked(EVEN, BUDGET)
    due = [result.book[f"price.budget.alert.{n}"].value for n in (1, 2, 3)]
    assert due == pytest.approx([9.8487, 19.6975, 39.395], abs=1e-3)
    words = str(price_document(result, found))
    assert "day 10" in words
    assert "day 20" in words
    assert "not in a month like this" in words
    assert "month 1 is the first above it" in words


def test_energy_by_hand() -> None:
    """277.5M input tokens at 0.22 Wh a thousand and 43.75M output tokens at 0.6: 61,050 Wh and 26,250 Wh."""
    result, _ = looked(EVEN)
    assert result.book["price.energy.month"].value == pytest.approx(61_050 + 26_250)
    assert result.book["price.carbon.month"].value == pytest.approx(87_300 * 0.473)
    assert result.book["price.spread.energy.month.p90"].value > result.book["price.energy.month"].value


def test_the_bill_sums_to_the_month() -> None:
    compiled = example()
    result = price(compiled.plan, compiled.book)
    lines = sum(result.book[line.key].value for line in result.lines)
    assert lines == pytest.approx(result.book["price.month"].value)


def test_every_line_is_its_quantity_times_its_price() -> None:
    result, _ = looked()
    for line in result.lines:
        if line.quantity:
            made = result.book[line.quantity].value * result.book[line.price].value
            assert result.book[line.key].value == pytest.approx(made), line


def test_the_document_shows_all_of_it() -> None:
    result, found = looked(EVEN, UNITS, BUDGET)
    document = price_document(result, found, ("Web chat",))
    names = [section.name for section in document.sections]
    for name in ("bill", "spread", "moves", "growth", "scenarios", "units", "budget", "energy", "unpriced"):
        assert f"price-{name}" in names
    blocks = [block for section in document.sections for block in section.blocks]
    assert any(isinstance(block, Tornado) for block in blocks)
    assert any(isinstance(block, Chart) for block in blocks)


def test_every_figure_of_the_bill_can_be_explained() -> None:
    result, _ = looked(UNITS, BUDGET)
    for key in result.book:
        if key.startswith("price."):
            assert result.book.explain(key, depth=2)
