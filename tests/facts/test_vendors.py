"""The shelf of vendors: every file is complete, says what it was read from and when, and leads to the right host."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
from genai_prices.data import providers

from archwright.facts.vendors import names, vendor

# Their own documentation names another host today than the price data does.
MOVED = {"together"}


def test_the_shelf_is_listed() -> None:
    assert {"openai", "mistral"} <= set(names())
    assert list(names()) == sorted(names())


@pytest.mark.parametrize("name", names())
def test_a_vendor_is_complete(name: str) -> None:
    found = vendor(name)
    assert found is not None
    assert found.name == name
    address = urlsplit(found.endpoint)
    assert address.scheme == "https"
    assert not found.endpoint.endswith("/")
    assert re.fullmatch(r"[A-Z][A-Z0-9_]*_API_KEY", found.key)
    assert len(found.source) > 10
    assert dt.date(2026, 11, 1) <= dt.date.fromisoformat(found.checked)


@pytest.mark.parametrize("name", names())
def test_a_vendor_has_prices_and_the_host_that_they_name(name: str) -> None:
    item = next(
        item for item in providers if item.id == name or (item.provider_match and item.provider_match.is_match(name))
    )
    found = vendor(name)
    assert found is not None
    assert bool(re.match(item.api_pattern, found.endpoint)) != (name in MOVED)


def test_an_unknown_vendor_is_none() -> None:
    assert vendor("acme") is None
    assert vendor("../prices") is None
