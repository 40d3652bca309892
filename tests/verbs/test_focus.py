"""Cost rows: the mandatory columns, the rules that can be stated, and the sums of the forecast and of a ledger."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from archwright.base.errors import DependencyMissing, InputError
from archwright.ledger.rows import Attempt, Request, Run, encode
from archwright.render.focus import DECIMALS, MANDATORY, columns, focus_csv
from archwright.verbs.focus import focus_project, forecast_charges
from archwright.verbs.price import price_project
from archwright.verbs.project import Project, open_project

DESK = Path(__file__).resolve().parents[2] / "examples/support-desk"
SEEN = Path(__file__).resolve().parents[3] / "shared/data/capacity/focus_min.csv"
DAY = dt.date(2026, 11, 20)
Row = dict[str, str]

PERIODS = ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd")
NEVER_NULL = tuple(name for name in MANDATORY if name != "ChargeClass")


def rows_of(file: Path) -> list[Row]:
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8"))))


@pytest.fixture
def desk() -> Project:
    return open_project(DESK, DAY)


def ledger(folder: Path) -> Path:
    """Two requests of one hour and one of the next; 1,000 tokens in, 400 of them cached, 100 out, each."""
    file = folder / "ledger.jsonl"
    items: list[Run | Attempt | Request] = [Run("p", "Support desk", "facts", "serve", "2026-11-20T10:00:00+00:00")]
    for number, at in enumerate(("2026-11-20T10:05:00", "2026-11-20T10:55:00", "2026-11-20T11:05:00")):
        name, when = f"r{number}", f"{at}+00:00"
        price = {"price_in": 400_000, "price_cached": 100_000, "price_out": 1_600_000, "price_source": "card"}
        items.append(
            Attempt(name, 1, "p", "answer", "primary-model", "gpt-4.1-mini", 0.0, when, "answered", 200,
                    tokens_in=1000, tokens_cached=400, tokens_out=100, cost=600 * 400_000 + 400 * 100_000
                    + 100 * 1_600_000, **price)  # type: ignore[arg-type]
        )  # fmt: skip
        items.append(
            Request(name, "p", "shop", "question", "answer", "s", "answer", "primary-model", 0.0, when, "answered", 200)
        )
    file.write_bytes(b"".join(encode(item) for item in items))
    return file


def held(rows: list[Row], version: str = "1.2") -> None:
    """What the rule file of the specification asks of every row, as far as it can be said here."""
    assert rows
    for row in rows:
        assert tuple(row) == columns(version)
        assert all(row[name] for name in NEVER_NULL)
        assert row["ChargeClass"] == ""  # null: no row corrects an earlier one
        assert row["BillingCurrency"] == row["PricingCurrency"] == "USD"
        assert row["ChargeCategory"] == "Usage"
        assert row["ChargeFrequency"] == ("Recurring" if row["ConsumedUnit"] == "Months" else "Usage-Based")
        assert row["PricingCategory"] in {"Standard", "Dynamic", "Committed", "Other"}
        for name in PERIODS:
            assert dt.datetime.fromisoformat(row[name]).tzinfo is not None
            assert len(row[name]) == len("2026-11-01T00:00:00Z")
        assert row["BillingPeriodStart"] <= row["ChargePeriodStart"] < row["ChargePeriodEnd"] <= row["BillingPeriodEnd"]
        for name in DECIMALS:
            assert not row[name] or ("." in row[name] and "e" not in row[name].lower()), name
        cost, quantity, price = (Decimal(row[name]) for name in ("ListCost", "PricingQuantity", "ListUnitPrice"))
        assert cost >= 0
        assert cost == pytest.approx(quantity * price, abs=Decimal("0.000001"))
        assert row["BilledCost"] == row["EffectiveCost"] == row["ContractedCost"] == row["ListCost"]
        assert row["ConsumedQuantity"]
        assert row["ConsumedUnit"]
        if row["ConsumedUnit"] == "Tokens":
            assert row["PricingUnit"] == "1000000 Tokens"
            assert Decimal(row["ConsumedQuantity"]) / 10**6 == pytest.approx(quantity)
            assert (row["ServiceCategory"], row["ServiceSubcategory"]) == ("AI and Machine Learning", "Generative AI")
            assert set(json.loads(row["SkuPriceDetails"])) == {"x_Model", "x_TokenType", "x_ServiceTier"}
        assert all(name in columns("1.3") or name.startswith("x_") for name in row)
        assert isinstance(json.loads(row["Tags"] or "{}"), dict)
    for names in (("ServiceCategory", "ServiceName"), ("ServiceSubcategory", "ServiceName")):
        pairs = {tuple(row[name] for name in names) for row in rows}
        assert len(pairs) == len({service for _, service in pairs})  # one category for each service


def test_there_are_twenty_one_mandatory_columns() -> None:
    assert len(MANDATORY) == len(set(MANDATORY)) == 21
    assert set(MANDATORY) < set(columns("1.2")) < set(columns("1.3"))


def test_the_columns_are_those_that_a_validator_passed(shared: Path) -> None:
    """The set of columns that was run through the validator of the specification; ours adds own ones only."""
    with (shared / "data/capacity/focus_min.csv").open(encoding="utf-8") as lines:
        passed = next(csv.reader(lines))
    assert [name for name in columns("1.2") if not name.startswith("x_")] == [
        name for name in passed if not name.startswith("x_")
    ]


def test_rows_of_the_forecast_sum_to_its_month(desk: Project, tmp_path: Path) -> None:
    answer = focus_project(desk, tmp_path / "focus.csv")
    rows = rows_of(tmp_path / "focus.csv")
    held(rows)
    month = price_project(desk).book["price.month"].value / 1e12
    assert float(sum(Decimal(row["BilledCost"]) for row in rows)) == pytest.approx(month)
    assert answer.data["rows"] == len(rows)
    assert {row["x_Estimated"] for row in rows} == {"true"}
    assert any(row["x_AvoidedCost"] for row in rows)
    assert all(row["x_PriceSource"] for row in rows)


def test_the_newer_version_names_who_hosts_and_who_sells(desk: Project, tmp_path: Path) -> None:
    focus_project(desk, tmp_path / "focus.csv", version="1.3")
    rows = rows_of(tmp_path / "focus.csv")
    held(rows, "1.3")
    assert all(row["ServiceProviderName"] == row["ProviderName"] for row in rows)
    assert all(row["HostProviderName"] for row in rows)


def test_rows_of_a_ledger_sum_to_its_cost_to_the_pico_dollar(desk: Project, tmp_path: Path) -> None:
    """600 x $0.40 + 400 x $0.10 + 100 x $1.60 a million are $0.00044 a request; three of them $0.00132."""
    focus_project(desk, tmp_path / "focus.csv", str(ledger(tmp_path)))
    rows = rows_of(tmp_path / "focus.csv")
    held(rows)
    assert sum(Decimal(row["BilledCost"]) for row in rows) == Decimal("0.00132")
    assert len(rows) == 6  # two hours, three kinds of tokens
    first = rows[0]
    assert (first["SkuMeter"], first["PricingQuantity"]) == ("Input Tokens", "0.0012")
    assert first["ConsumedQuantity"] == "1200.0"
    assert first["x_RequestCount"] == "2"
    assert json.loads(first["Tags"])["tenant"] == "shop"


def test_what_is_no_ledger_is_refused(desk: Project, tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("nonsense\n", encoding="utf-8")
    for file in (tmp_path / "missing", tmp_path / "bad"):
        with pytest.raises(InputError):
            focus_project(desk, tmp_path / "focus.csv", str(file))


def test_parquet_without_pyarrow_says_what_to_install(
    desk: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DependencyMissing, match=r"archwright\[finops\]"):
        focus_project(desk, tmp_path / "focus.csv", parquet=True)


def test_commas_and_quotes_in_names_stay_in_their_column(desk: Project) -> None:
    from dataclasses import replace

    from archwright.analysis.price import price

    charge = next(iter(forecast_charges(desk, price(desk.compiled.plan, desk.compiled.book))))
    text = focus_csv([replace(charge, description='a, "b"\nc', tags={"team": 'x"y'})])
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["ChargeDescription"] == 'a, "b"\nc'
    assert json.loads(row["Tags"]) == {"team": 'x"y'}


def test_a_plan_is_usage_that_recurs(tmp_path: Path) -> None:
    plan = "    title: Retriever\n    charges: {monthly: $95/month}\n"
    text = (DESK / "system.yaml").read_text("utf-8").replace("    title: Retriever\n", plan)
    for name in ("decisions.yaml", "value.yaml", "self-hosted.yaml"):
        (tmp_path / name).write_text((DESK / name).read_text("utf-8"), encoding="utf-8")
    (tmp_path / "system.yaml").write_text(text, encoding="utf-8")
    focus_project(open_project(tmp_path, DAY), tmp_path / "focus.csv")
    rows = rows_of(tmp_path / "focus.csv")
    held(rows)
    (bought,) = (row for row in rows if row["ChargeFrequency"] == "Recurring")
    assert (bought["BilledCost"], bought["PricingUnit"]) == ("95.0", "Months")


def test_what_was_spent_stands_beside_the_budget(tmp_path: Path) -> None:
    """$0.00132 in November against $0.002: half of it on the 20th, all of it not reached; $0.00198 by its end."""
    text = (DESK / "system.yaml").read_text("utf-8") + "\nbudget: {monthly: $0.002/month, alert_at: [50 %, 100 %]}\n"
    for name in ("decisions.yaml", "value.yaml", "self-hosted.yaml"):
        (tmp_path / name).write_text((DESK / name).read_text("utf-8"), encoding="utf-8")
    (tmp_path / "system.yaml").write_text(text, encoding="utf-8")
    answer = price_project(open_project(tmp_path, DAY), ledger=str(ledger(tmp_path)))
    words = str(next(item for item in answer.documents[0].sections if item.name == "price-spent"))
    assert "2026-11-20" in words
    assert "not reached" in words
    assert answer.book["spent.2026-11"].value == pytest.approx(1.32e9)
    assert answer.book["spent.2026-11.end"].value == pytest.approx(1.32e9 / 20 * 30)
    assert answer.book["spent.use"].value == pytest.approx(0.66)


def kind_of(text: str) -> str:
    """What a cell is: null, decimal, moment, JSON or words."""
    if not text:
        return "null"
    if text.startswith("{"):
        return "json"
    if len(text) == 20 and text.endswith("Z"):
        return "moment"
    return "decimal" if text.replace(".", "", 1).lstrip("-").isdigit() and "." in text else "words"


def test_cells_are_of_the_kinds_and_words_that_a_validator_passed(desk: Project, tmp_path: Path, shared: Path) -> None:
    """Column by column against the rows that were run through it; null is let pass where nothing is to be said."""
    passed = rows_of(shared / "data/capacity/focus_min.csv")
    focus_project(desk, tmp_path / "focus.csv", str(ledger(tmp_path)))
    for row in rows_of(tmp_path / "focus.csv"):
        for name in columns("1.2"):
            if name.startswith("x_"):
                continue
            kinds = {kind_of(one[name]) for one in passed}
            assert kind_of(row[name]) in kinds | {"null"}, (name, row[name], kinds)
    closed = ("ChargeCategory", "ChargeFrequency", "PricingCategory", "PricingUnit", "ConsumedUnit", "ServiceCategory")
    for name in (*closed, "ServiceSubcategory", "BillingCurrency"):
        assert {row[name] for row in rows_of(tmp_path / "focus.csv")} <= {row[name] for row in passed}, name


def test_tokens_with_prices_of_their_own_are_rows_of_their_own(desk: Project, tmp_path: Path) -> None:
    """1,000 plain at $3, 2,000 read at $0.30, 600 and 400 written at $3.75 and $6, 600 out at $15: $0.01725."""
    file = tmp_path / "ledger.jsonl"
    kinds = (("cache_write_5m", 600, 3_750_000), ("cache_write_1h", 400, 6_000_000))
    price = {"price_in": 3_000_000, "price_cached": 300_000, "price_out": 15_000_000, "price_source": "card"}
    attempt = Attempt("r", 1, "p", "answer", "primary-model", "m", 0.0, "2026-11-20T10:05:00+00:00", "ok", 200,
                      tokens_in=4000, tokens_cached=2000, tokens_out=600, cost=17_250_000_000, kinds=kinds,
                      **price)  # type: ignore[arg-type]  # fmt: skip
    file.write_bytes(encode(Run("p", "Support desk", "facts", "serve", "2026-11-20T10:00:00+00:00")) + encode(attempt))
    focus_project(desk, tmp_path / "focus.csv", str(file))
    rows = rows_of(tmp_path / "focus.csv")
    held(rows)
    assert {row["SkuMeter"]: row["BilledCost"] for row in rows} == {
        "Input Tokens": "0.003", "Cached Input Tokens": "0.0006", "Output Tokens": "0.009",
        "Cache Write Tokens": "0.00225", "Cache Write Tokens 1h": "0.0024",
    }  # fmt: skip
