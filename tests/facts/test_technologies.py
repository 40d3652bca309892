"""The shelf of technologies: every entry is complete, says where it is from, and how far it can be trusted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from archwright.facts import accelerators
from archwright.facts.technologies import (
    ASPECTS,
    CONFIDENCES,
    MEASURES,
    Cost,
    Source,
    entries,
    families,
    names,
    technologies,
    technology,
)  # fmt: skip


def test_the_shelf_is_listed() -> None:
    assert 50 <= len(names()) <= 60
    assert list(names()) == sorted(names())
    assert set(families()) == {
        "vector_stores", "caches", "queues_and_streams", "lakes_and_warehouses", "serving_engines", "chips", "cloud_ai",
        "gpus",
    }  # fmt: skip


def test_a_name_stands_in_one_family_only() -> None:
    assert sum(len(family.entries) for family in families().values()) == len(technologies())
    assert not set(families()) & set(names())


@pytest.mark.parametrize("name", names())
def test_an_entry_is_complete(name: str) -> None:
    found = technology(name)
    assert found is not None
    assert found.name == name
    assert found.title
    assert found.licence
    assert found.costs
    assert set(found.limits) <= set(MEASURES)
    assert set(found.permits) <= set(ASPECTS)
    assert found.read <= set(found.permits)
    assert {"self-hosted", "managed"} <= set(found.permits)
    assert dt.date(2026, 11, 1) <= dt.date.fromisoformat(found.checked_on)
    said = [(found.confidence, found.source)]
    said += [(cost.confidence, cost.source) for cost in found.costs]
    said += [(limit.confidence, limit.source) for limit in found.limits.values()]
    for confidence, source in said:
        assert confidence in CONFIDENCES
        assert source.title
        assert source.place
        # What a list says is named by its title where the shelf of accelerators has no address of it.
        assert urlsplit(source.url).scheme == "https" or (found.family == "gpus" and not source.url)


@pytest.mark.parametrize("name", names())
def test_what_was_not_seen_is_said_wherever_it_is_shown(name: str) -> None:
    found = technology(name)
    assert found is not None
    for cost in found.costs:
        assert ("from memory" in cost.shown) == (cost.confidence == "memory" and cost.amount is not None)
        assert ("unknown" in cost.shown) == (cost.amount is None)
        assert cost.amount is None or cost.amount >= 0
    for limit in found.limits.values():
        assert ("from memory" in limit.shown) == (limit.confidence == "memory" and limit.most is not None)
        assert (limit.written == "unknown") == (limit.most is None)
        assert limit.most is None or limit.most > 0
    unread = found.licensed is None and not found.licence.startswith("proprietary")
    assert ("from memory" in found.terms) == unread
    remembered = [aspect for aspect, words in found.permits.items() if words != "unknown" and aspect not in found.read]
    assert ("from memory" in found.allows) == bool(remembered)


def test_of_every_entry_a_source_was_seen() -> None:
    """What is left from memory is single prices, limits and licences, each marked: never an entry as a whole."""
    assert {item.confidence for item in technologies().values()} == {"seen"}
    remembered = {item.name for item in technologies().values() if item.remembered}
    assert remembered == {"tpu-v5e", "tpu-v6e", "kinesis", "nats-jetstream", "vectorize"}


def test_gpus_are_the_accelerators_that_forecasts_count_with() -> None:
    assert set(families()["gpus"].entries) == set(accelerators.names())
    entry, known = technology("h100-80gb"), accelerators.accelerator("h100-80gb")
    assert entry is not None
    assert known is not None
    assert known.counted is not None
    assert [(cost.what, cost.amount) for cost in entry.costs] == [
        ("on demand", known.counted.hourly), ("spot", known.counted.spot)
    ]  # fmt: skip
    assert entry.costs[0].hourly
    assert entry.limits["memory"].most == known.hardware.memory
    assert "dense" in entry.constrains
    nobody = technology("gb200")
    assert nobody is not None
    assert nobody.costs[0].amount is None
    assert nobody.permits["managed"] == "unknown"


def test_limits_are_in_base_units() -> None:
    limits = {name: item.limits for name, item in technologies().items()}
    assert limits["pgvector"]["dimensions"].most == 2000
    assert limits["pgvector"]["dimensions"].written == "2,000"
    assert limits["sqs"]["retention"].most == 14 * 86400
    assert limits["sqs"]["message"].most == 262144
    assert limits["rabbitmq"]["message"].written == "536,870,912 B"
    assert limits["bedrock"]["batch"].most == 86400


def test_an_amount_is_written_as_money_and_unknown_is_not_free() -> None:
    def shown(amount: str | None, confidence: str = "seen") -> str:
        found = Decimal(amount) if amount is not None else None
        return Cost("storage", "a GB", found, "USD", "", Source("a", "b"), confidence).shown

    assert shown("0.4") == "storage: $0.40 a GB"
    assert shown("0.015") == "storage: $0.015 a GB"
    assert shown("40") == "storage: $40 a GB"
    assert shown("0") == "storage: free"
    assert shown(None) == shown(None, "memory") == "storage: unknown"
    assert shown("1", "memory") == "storage: $1 a GB (from memory)"


def test_what_is_asked_of_a_family_is_unknown_where_nobody_says_it() -> None:
    found = technology("elasticache-serverless")
    assert found is not None
    assert found.limits["value"].most is None
    assert found.permits["persistence"] == "unknown"
    assert found.remembered == 0


def test_what_its_source_says_comes_first() -> None:
    found = technology("valkey")
    assert found is not None
    assert found.allows.startswith("transactions: yes; persistence: ")
    assert "from memory, self-hosted: yes" in found.allows


def test_entries_are_found_once_each_and_others_left_out() -> None:
    assert [item.name for item in entries(["valkey", "nothing", "pgvector", "valkey"])] == ["valkey", "pgvector"]
    assert technology("../prices") is None
    assert technology("") is None
