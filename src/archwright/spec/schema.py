"""The JSON Schema that editors complete a file from, made from the declarations that read it."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Final

from archwright.base.units import DIMENSIONS
from archwright.spec.kinds import KINDS
from archwright.spec.model import System
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

Schema = dict[str, Any]

ADDRESS: Final = "https://json-schema.org/draft/2020-12/schema"
_NAME: Final = "^[A-Za-z0-9_-]+$"
_WORD: Final = ("string", "number", "boolean")
_PROVENANCE: Final = {
    "measured": "by what it was measured",
    "source": "where it is from",
    "guess": "why this guess; guesses are counted and shown on every result",
}
_BAND: Final = {
    "low": "nine of ten times it is above this; with `high`, only for estimates",
    "high": "nine of ten times it is below this",
}
_EXAMPLES: Final = {
    "count": ["250", "12k", "1.2M"],
    "number": ["0.8", "2.5"],
    "ratio": ["10x", "2.5"],
    "share": ["20 %", "0.2"],
    "duration": ["800 ms", "4 s", "5 min", "30 d"],
    "rate": ["1.2M/month", "600/min", "5/s"],
    "money": ["$4.50", "$3k"],
    "money-rate": ["$4.5k/month"],
    "token-price": ["$0.25/Mtok"],
    "size": ["50 MB"],
    "any": ["4 s", "20 %", "$3k/month"],
}


def schema() -> Schema:
    """JSON Schema (draft 2020-12) of a system's file.

    It knows keys, vocabularies and shapes, and the keys of each kind. Units and references are
    left to the loader.
    """
    definitions: dict[str, Schema] = {}
    body = _record(System, definitions)
    # What a file must hold may stand in one that it includes; only its name stands in itself.
    body["anyOf"] = [{"required": body["required"]}, {"required": ["system", "include"]}]
    body["required"] = ["system"]
    for name, dimension in _EXAMPLES.items():
        wanted = DIMENSIONS.get(name, "a quantity, in the unit of what is measured")
        definitions[name] = {"description": wanted, "type": ["string", "number"], "examples": dimension}
    definitions["provenance"] = _provenance()
    return {
        "$schema": ADDRESS,
        "title": "A system of Archwright",
        "description": System.__doc__,
        **body,
        "$defs": dict(sorted(definitions.items())),
    }


def _provenance() -> Schema:
    said = {key: {"type": list(_WORD), "description": words} for key, words in _PROVENANCE.items()}
    ends = {key: {"type": ["string", "number"], "description": words} for key, words in _BAND.items()}
    return {
        "description": "a number, and why we may believe it",
        "type": "object",
        "properties": {
            "value": {"type": ["string", "number"], "description": "the number with its unit"},
            **ends,
            **said,
        },
        "required": ["value"],
        "additionalProperties": False,
        "maxProperties": 4,
        "dependentRequired": {"low": ["high"], "high": ["low"]},
        "not": {"anyOf": [{"required": list(pair)} for pair in combinations(_PROVENANCE, 2)]},
    }


def _record(record: type[Record], definitions: dict[str, Schema]) -> Schema:
    """The schema of a record's keys; a component's also depends on its kind."""
    fields = [item for item in fields_of(record) if not isinstance(item.shape, ByKind)]
    found: Schema = {
        "type": "object",
        "properties": {item.key: _field(item, definitions) for item in fields},
        "required": [item.key for item in fields if item.required],
    }
    if len(fields) == len(fields_of(record)):
        return found | {"additionalProperties": False}
    return found | {"allOf": [_kind(name, definitions) for name in KINDS.names()], "unevaluatedProperties": False}


def _kind(name: str, definitions: dict[str, Schema]) -> Schema:
    """What else may stand in a component of one kind."""
    kind = KINDS.get(name)
    keys = {item.key: _field(item, definitions) for item in fields_of(kind.settings)}
    required = [item.key for item in fields_of(kind.settings) if item.required]
    then: Schema = {"description": kind.doc, "properties": keys, "required": required}
    return {"if": {"properties": {"kind": {"const": name}}, "required": ["kind"]}, "then": then}


def _field(item: Field, definitions: dict[str, Schema]) -> Schema:
    return {"description": item.doc, **_shape(item.shape, definitions)}


def _shape(shape: Shape, definitions: dict[str, Schema]) -> Schema:
    match shape:
        case Quantity():
            return {"oneOf": [{"$ref": f"#/$defs/{shape.dimension}"}, {"$ref": "#/$defs/provenance"}]}
        case Choice(words) if set(words) & {"true", "false"}:
            return {"enum": [*words, True, False]}
        case Choice(words):
            return {"enum": list(words)}
        case Flag():
            return {"type": "boolean"}
        case Reference(section):
            return {"type": "string", "pattern": _NAME, "$comment": f"a name under `{section}`"}
        case Parsed(_, wanted, pattern):
            return {"type": "string", "pattern": pattern, "$comment": wanted}
        case Many(inner):
            return {"type": "array", "items": _shape(inner, definitions)}
        case Named(inner):
            names = {"pattern": _NAME}
            return {"type": "object", "propertyNames": names, "additionalProperties": _shape(inner, definitions)}
        case One(record):
            return {"$ref": f"#/$defs/{_defined(record, definitions)}"}
    return {"type": list(_WORD)}


def _defined(record: type[Record], definitions: dict[str, Schema]) -> str:
    name = record.__name__
    if name not in definitions:
        definitions[name] = {}
        body = {"description": record.__doc__, **_record(record, definitions)}
        definitions[name] = _with_short(record, body, definitions)
    return name


def _with_short(record: type[Record], body: Schema, definitions: dict[str, Schema]) -> Schema:
    """The record, or the bare value that may stand for it; nothing at all where no key is required."""
    short = next((item.shape for item in fields_of(record) if item.name == record.SHORT), None)
    if short is not None:
        return {"description": body["description"], "anyOf": [_shape(short, definitions), body]}
    return body if body["required"] else body | {"type": ["object", "null"]}
