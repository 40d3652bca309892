"""Prices of accelerators: each has its source and the day on which it was checked."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from archwright.facts.accelerators import accelerator, names


@pytest.mark.parametrize("name", names())
def test_every_offer_says_where_it_is_from(name: str) -> None:
    found = accelerator(name)
    assert found is not None
    assert found.title
    assert found.hardware.source
    dt.date.fromisoformat(found.hardware.checked_on)
    for offer in found.offers:
        assert offer.hourly > 0
        assert offer.provider
        assert offer.region
        assert " at " in offer.source
        dt.date.fromisoformat(offer.checked_on)


def test_the_dearest_offer_counts() -> None:
    found = accelerator("b200")
    assert found is not None
    assert found.counted is not None
    assert found.counted.hourly == max(offer.hourly for offer in found.offers) == Decimal("6.89")


def test_hardware_is_in_bytes_and_operations_a_second() -> None:
    found = accelerator("h100-80gb")
    assert found is not None
    assert found.hardware.memory == 80 * 2**30
    assert found.hardware.bandwidth == 3.35e12
    assert found.hardware.speed("bf16") == 989e12
    assert found.hardware.speed("fp4") == found.hardware.speed("fp8") == 1978e12  # it has no unit for fp4


def test_an_accelerator_without_an_offer_has_no_price() -> None:
    found = accelerator("rtx-4090")
    assert found is not None
    assert found.counted is None


def test_what_nobody_offered_is_not_known() -> None:
    assert accelerator("abacus") is None
    assert accelerator("") is None


def test_the_figures_are_those_that_were_seen(shared: Path) -> None:
    with (shared / "data/capacity/gpu_prices_seen.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    seen = {(row["provider"], round(float(row["usd_per_hour_on_demand"]) / int(row["count"]), 4)) for row in rows}
    offers = [offer for name in names() for offer in (accelerator(name) or pytest.fail(name)).offers]
    assert {(offer.provider, float(offer.hourly)) for offer in offers} <= seen
