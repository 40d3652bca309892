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
    "caution", "entries", "families", "family", "names", "technologies", "technology",
)  # fmt: skip
_LONG: Final = re.compile(r"\d{4,}")


@cache
def families() -> Mapping[str, Family]:
    """Every family by its name, sorted: those of the files, and the GPUs from their own shelf."""
    found = (item for item in files(__package__).iterdir() if item.name.endswith(".yaml"))
    texts = {item.name.removesuffix(".yaml"): item.read_text("utf-8") for item in found}
    read = {name: family(name, text) for name, text in texts.items()}
    return dict(sorted({**read, "gpus": gpus()}.items()))


def family(name: str, text: str) -> Family:
    """The family that a file of the shelf holds.

    Raises:
        ValueError: an entry says where it read what it does not permit, or names a page without its title.
    """
    facts = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    entries = {key: _technology(key, name, item, facts) for key, item in facts["entries"].items()}
    return Family(name, facts["title"], entries)


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


def caution(items: Iterable[Technology]) -> str:
    """How far what is said of some entries can be trusted, in a sentence or two."""
    said = "Each statement is as its source had it on the day it was looked at; prices and limits change."
    if any(item.remembered for item in items):
        return f"{said} What is marked as from memory is to be looked up before anything rests on it."
    return said


def _technology(name: str, family: str, item: dict[str, Any], facts: dict[str, Any]) -> Technology:
    source, confidence = _source(item["source"]), item["confidence"]
    said = item.get("permits", {})
    return Technology(
        name=name,
        title=item["title"],
        family=family,
        licence=item["licence"],
        costs=tuple(_cost(cost, source, confidence) for cost in item["costs"]),
        limits={limit.measure: limit for limit in _limits(item.get("limits", {}), facts["limits"], source, confidence)},
        permits={aspect: _words(said.get(aspect)) for aspect in dict.fromkeys((*facts["permits"], *said))},
        read=dict(_read(name, item.get("read", {}), said)),
        source=source,
        checked_on=str(item.get("checked_on", facts["checked_on"])),
        confidence=confidence,
        licensed=_source(item["licensed"]) if "licensed" in item else None,
    )


def _cost(item: dict[str, Any], source: Source, confidence: str) -> Cost:
    amount = item.get("amount")
    return Cost(
        what=item["what"],
        unit=item.get("unit", ""),
        amount=Decimal(str(amount)) if amount is not None else None,
        currency=item.get("currency", "USD"),
        note=item.get("note", ""),
        source=_source(item["source"]) if "source" in item else source,
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
            source=_source(item["source"]) if "source" in item else source,
            confidence=item.get("confidence", confidence),
        )


def _read(name: str, pages: dict[str, dict[str, str]], permitted: dict[str, Any]) -> Iterator[tuple[str, Source]]:
    """The page on which each permitted word was read; what has none is from memory."""
    for aspect, page in pages.items():
        if aspect not in permitted:
            raise ValueError(f"`{name}` says where it read `{aspect}`, and not what it permits of it")
        yield aspect, _source(page)


def _source(page: dict[str, str]) -> Source:
    if not page.get("title"):
        raise ValueError(f"a source has no title: {page}")
    return Source(page["title"], page.get("url", ""))


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "unknown" if value is None else str(value)
