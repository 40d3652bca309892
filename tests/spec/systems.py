"""Records of every shape by lot, made from the same declarations that read them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from archwright.base.units import guess_dimension, show
from archwright.spec.calendar import hours, moment
from archwright.spec.day import day
from archwright.spec.given import Given, Origin, Word, given
from archwright.spec.kinds import KINDS
from archwright.spec.model import Component, System
from archwright.spec.predicate import predicate, statement
from archwright.spec.shapes import (
    ByKind,
    Choice,
    Field,
    Flag,
    Many,
    Named,
    One,
    Parsed,
    Quantity,
    Record,
    Reference,
    Shape,
    fields_of,
)

NAMES = st.text("abcXYZ019-_", min_size=1, max_size=6) | st.sampled_from(
    ["true", "null", "1e3", "0x1", "-", "2026-01-01"]
)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
DEMANDS = st.sampled_from(["monthly requests <= 3M", "p95 of question <= 4 s", "cache hit >= 20 %"])
PARSED: dict[Any, st.SearchStrategy[Any]] = {
    moment: st.sampled_from(["Mon 08:00", "sunday 23:59", "Wed 7"]).map(moment),
    hours: st.sampled_from(["Mon-Fri 8-18", "Mon-Fri 8-20, Sat 9-14", "Sun 0-24"]).map(hours),
    day: st.dates().map(lambda date: day(date.isoformat())),
    predicate: DEMANDS.map(predicate),
    statement: DEMANDS.map(statement) | WORDS.filter(lambda text: "<" not in text and ">" not in text).map(Word),
}
ANY = ("4 s", "20 %", "$3k/month", "$4.50", "250", "3x", "5/s")


@st.composite
def quantities(draw: st.DrawFn, shape: Quantity) -> Given:
    """A number within the bounds of its shape, with one of the origins that a file can tell."""
    if shape.dimension == "any":
        found = given_any(draw(st.sampled_from(ANY)))
        return replace(found, origin="guessed") if shape.estimate else found
    low = max(shape.minimum if shape.minimum is not None else 0, 1e-6 if shape.positive else -1)
    high = min(shape.maximum if shape.maximum is not None else 1e6, 1e6)
    value = draw(st.integers(round(low), round(high)) if shape.whole else st.floats(low, high))
    text = show(value, shape.dimension)
    number = given(text, shape.dimension)
    inside = (shape.minimum or 0) <= number.value <= (shape.maximum or number.value)
    if not inside or (shape.positive and number.value <= 0) or (shape.whole and number.value % 1):
        number = given(show(high, shape.dimension), shape.dimension)
    bare: Origin = "guessed" if shape.estimate else "chosen"
    others: list[Origin] = ["measured", "sourced", "guessed"]
    plain: tuple[Origin, str] = (bare, "")
    origin, note = draw(st.just(plain) | st.tuples(st.sampled_from(others), WORDS))
    return Given(number.value, number.dimension, number.text, origin, note)


def given_any(text: str) -> Given:
    """A number whose unit says what it is."""
    dimension, value = guess_dimension(text)
    return Given(value, dimension, text)


def values(shape: Shape) -> st.SearchStrategy[Any]:
    """Values of a shape."""
    match shape:
        case Quantity():
            return quantities(shape)
        case Flag():
            return st.booleans()
        case Parsed(read):
            return PARSED[read]
        case Choice(words):
            return st.sampled_from(words).map(Word)
        case Reference():
            return NAMES.map(Word)
        case One(record):
            return records(record)
        case Many(inner):
            return st.lists(values(inner), max_size=2).map(tuple)
        case Named(inner):
            return st.dictionaries(NAMES, values(inner), max_size=2)
    return WORDS.map(Word)


@st.composite
def records(draw: st.DrawFn, record: type[Record]) -> Record:
    """A record: what is required, and some of the rest."""
    found: dict[str, Any] = {}
    for item in fields_of(record):
        if isinstance(item.shape, ByKind):
            found[item.name] = draw(records(KINDS.get(found["kind"]).settings))
        elif item.name != "include" and (item.required or draw(st.booleans())):
            found[item.name] = draw(_of(item))
    return record(**found)


def _of(item: Field) -> st.SearchStrategy[Any]:
    return values(item.shape)


__all__ = ["Component", "System", "records"]
