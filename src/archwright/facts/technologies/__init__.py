"""The shelf of technologies: what each costs, constrains and permits. It knows no system.

One YAML file a family. A statement is `seen` where a copy of its source was read on the day that is named, and from
`memory` where it was not: that one has to be looked up before anything rests on it. What is not known is said to be
unknown; it is never left out, and never read as free or as allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from archwright.base.units import parse
from archwright.facts.technologies.entry import (
    ASPECTS,
    CONFIDENCES,
    MEASURES,
    Cost,
    Family,
    Limit,
    Source,
    Technology,
)  # fmt: skip
from archwright.facts.technologies.gpus import gpus

__all__ = (
    "ASPECTS", "CONFIDENCES", "MEASURES", "Cost", "Family", "Limit", "Source", "Technology",
    "entries", "families", "names", "technologies", "technology",
)  # fmt: skip
_LONG: Final = re.compile(r"\d{4,}")


@cache
def families() -> Mapping[str, Family]:
    """Every family by its name, sorted: those of the files, and the GPUs from their own shelf."""
    found = (item for item in files(__package__).iterdir() if item.name.endswith(".yaml"))
    texts = {item.name.removesuffix(".yaml"): item.read_text("utf-8") for item in found}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    read = {name: _family(name, yaml.load(texts[name], loader)) for name in texts}
    return dict(sorted({**read, "gpus": gpus()}.items()))


@cache
def technologies() -> Mapping[str, Technology]:
    """Every entry by its name, family by family."""
    return {name: item for family in families().values() for name, item in family.entries.items()}


def names() -> tuple[str, ...]:
    """The names of all entries, sorted."""
    return tuple(sorted(technologies()))


def technology(name: str) -> Technology | None:
    """The facts of one technology, or None."""
    return technologies().get(name)


def entries(wanted: Iterable[str]) -> tuple[Technology, ...]:
    """The entries of some names, each once; names that are not on the shelf are left out."""
    found = (technology(name) for name in dict.fromkeys(wanted))
    return tuple(item for item in found if item is not None)


def _family(name: str, facts: dict[str, Any]) -> Family:
    entries = {key: _technology(key, name, item, facts) for key, item in facts["entries"].items()}
    return Family(name, facts["title"], entries)


def _technology(name: str, family: str, item: dict[str, Any], facts: dict[str, Any]) -> Technology:
    source, confidence = Source(**item["source"]), item["confidence"]
    said = item.get("permits", {})
    return Technology(
        name=name,
        title=item["title"],
        family=family,
        licence=item["licence"],
        costs=tuple(_cost(cost, source, confidence) for cost in item["costs"]),
        limits={limit.measure: limit for limit in _limits(item.get("limits", {}), facts["limits"], source, confidence)},
        permits={aspect: _words(said.get(aspect)) for aspect in dict.fromkeys((*facts["permits"], *said))},
        read=frozenset(item.get("read", ())),
        source=source,
        checked_on=str(item.get("checked_on", facts["checked_on"])),
        confidence=confidence,
        licensed=Source(**item["licensed"]) if "licensed" in item else None,
    )


def _cost(item: dict[str, Any], source: Source, confidence: str) -> Cost:
    amount = item.get("amount")
    return Cost(
        what=item["what"],
        unit=item.get("unit", ""),
        amount=Decimal(str(amount)) if amount is not None else None,
        currency=item.get("currency", "USD"),
        note=item.get("note", ""),
        source=Source(**item["source"]) if "source" in item else source,
        confidence=item.get("confidence", confidence),
    )


def _limits(stated: dict[str, dict[str, Any]], asked: list[str], source: Source, confidence: str) -> Iterator[Limit]:
    """The limits that every entry of the family is asked for, known or not, and those that are its own."""
    for measure in dict.fromkeys((*asked, *stated)):
        item = stated.get(measure, {})
        most = item.get("most")
        yield Limit(
            measure=measure,
            most=parse(str(most), MEASURES[measure][0]) if most is not None else None,
            written=_LONG.sub(lambda found: f"{int(found[0]):,}", str(most)) if most is not None else "unknown",
            note=item.get("note", ""),
            source=Source(**item["source"]) if "source" in item else source,
            confidence=item.get("confidence", confidence),
        )


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "unknown" if value is None else str(value)
