"""What hardware costs by the hour: stated, or offered, or a problem."""

from __future__ import annotations

import pytest

from archwright.base.errors import InputError
from archwright.base.money import pico
from tests.plan.small import small

OURS = ("kind: managed-model\n    model: acme/large", "kind: self-hosted-model\n    model: acme/large")


def test_a_stated_price_wins_over_an_offer() -> None:
    edit = (OURS[0], f"{OURS[1]}\n    accelerator: h100-80gb\n    hourly: $2")
    figure = small(edit).book["components.model.hourly"]
    assert (figure.value, figure.origin) == (pico(2), "guessed")


def test_an_offer_is_a_fact_with_source_and_day() -> None:
    figure = small((OURS[0], f"{OURS[1]}\n    accelerator: h100-80gb")).book["components.model.hourly"]
    assert (figure.value, figure.origin) == (pico("2.95"), "fact")
    assert "SkyPilot catalog" in figure.note
    assert "checked on 2026-11-21" in figure.note


@pytest.mark.parametrize("accelerator", ["", "\n    accelerator: abacus"])
def test_hardware_that_nobody_offers_needs_a_price(accelerator: str) -> None:
    with pytest.raises(InputError) as caught:
        small((OURS[0], OURS[1] + accelerator))
    (problem,) = caught.value.problems
    assert problem.code == "unknown-price"
    assert "h100-80gb" in problem.mend
