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
    caution,
    entries,
    families,
    family,
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
    assert set(found.read) <= set(found.permits)
    assert {"self-hosted", "managed"} <= set(found.permits)
    assert dt.date(2026, 11, 1) <= dt.date.fromisoformat(found.checked_on)
    said = [(found.confidence, found.source)]
    said += [(cost.confidence, cost.source) for cost in found.costs]
    said += [(limit.confidence, limit.source) for limit in found.limits.values()]
    said += [("seen", source) for source in found.read.values()]
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


def test_of_every_entry_every_statement_was_seen() -> None:
    """No price, no limit, no permission and no licence is from memory; what nobody found is unknown."""
    assert {item.confidence for item in technologies().values()} == {"seen"}
    assert [item.name for item in technologies().values() if item.remembered] == []


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
    assert nobody.trust("managed") == "unknown"
    older = technology("v100")
    assert older is not None
    assert older.permits["engines"] != entry.permits["engines"]


def test_limits_are_in_base_units() -> None:
    limits = {name: item.limits for name, item in technologies().items()}
    assert limits["pgvector"]["dimensions"].most == 2000
    assert limits["pgvector"]["dimensions"].written == "2,000"
    assert limits["sqs"]["retention"].most == 14 * 86400
    assert limits["sqs"]["message"].most == 1048576
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
    assert found.remembered == 0
    other = technology("s3-vectors")
    assert other is not None
    assert other.permits["transactions"] == "unknown"


FILE = """\
title: Shelves
checked_on: 2026-11-21
limits: []
permits: [self-hosted, ordering]
entries:
  plank:
    title: Plank
    licence: MIT
    confidence: seen
    source: &plank {title: "Planks, README", url: "https://example.org/plank"}
    costs: [{what: software, amount: 0}]
    permits: {replay: yes, self-hosted: yes, managed: by others}
    read: {self-hosted: *plank, managed: {title: "Others, Planks", url: "https://example.org/others"}}
"""


def test_each_permitted_word_has_the_page_on_which_it_was_read() -> None:
    found = family("shelves", FILE).entries["plank"]
    assert {aspect: source.title for aspect, source in found.read.items()} == {
        "self-hosted": "Planks, README", "managed": "Others, Planks"
    }  # fmt: skip
    assert [found.trust(aspect) for aspect in ("self-hosted", "ordering", "replay")] == ["seen", "unknown", "memory"]
    assert found.allows == "self-hosted: yes; managed: by others; ordering: unknown; from memory, replay: yes"
    assert [source.title for source in found.sources] == ["Planks, README", "Others, Planks"]
    assert found.origin == "Planks, README; Others, Planks, seen, 2026-11-21"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("read: {self-hosted", "read: {ordering", "`plank` says where it read `ordering`"),
        ("permits: {replay: yes, self-hosted: yes, ", "permits: {", "`plank` says where it read `self-hosted`"),
        ('{title: "Others, Planks", url', "{url", "has no title"),
        ('title: "Others, Planks"', 'title: ""', "has no title"),
        ('&plank {title: "Planks, README"', '&plank {title: ""', "has no title"),
    ],
)
def test_a_page_of_nothing_and_a_page_without_a_title_are_refused(old: str, new: str, told: str) -> None:
    assert old in FILE
    with pytest.raises(ValueError, match=told):
        family("shelves", FILE.replace(old, new))


def test_a_reader_is_told_to_look_up_what_is_from_memory_where_something_is() -> None:
    plank, known = family("shelves", FILE).entries["plank"], entries(["pgvector"])
    assert plank.remembered == 2, "its licence, and one permission"
    assert "prices and limits change" in caution(known)
    assert "from memory" not in caution(known)
    warned = "What is marked as from memory is to be looked up before anything rests on it."
    assert caution([*known, plank]) == f"{caution(known)} {warned}"
    assert "from memory" not in caution([])


def test_entries_are_found_once_each_and_others_left_out() -> None:
    assert [item.name for item in entries(["valkey", "nothing", "pgvector", "valkey"])] == ["valkey", "pgvector"]
    assert technology("../prices") is None
    assert technology("") is None
