"""The schema says what the reader reads: the example fits, and slips do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from archwright.spec.kinds import KINDS
from archwright.spec.model import System
from archwright.spec.schema import schema
from archwright.spec.shapes import fields_of

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*/system.yaml"))
COPY = ROOT / "docs/reference/system.schema.json"
VALIDATOR = Draft202012Validator(schema())
MODEL = {"kind": "managed-model", "model": "a/b", "pace": {"first_token": "1 s", "per_token": "1 ms"}}


def system(**sections: Any) -> dict[str, Any]:
    return {"system": "x", "components": {}, **sections}


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_examples_fit(path: Path) -> None:
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    VALIDATOR.validate(json.loads(json.dumps(read, default=str)))  # in JSON, as for an editor, a day is a text


@pytest.mark.parametrize(
    "fits",
    [
        system(components={"m": MODEL}),
        system(components={"m": MODEL | {"limits": None}}),
        system(components={"g": {"kind": "gateway", "routes": {"r": ["m"]}}}),
        system(components={"g": {"kind": "gateway", "routes": {"r": {"targets": ["m"]}}}}),
        system(components={"a": {"kind": "service", "latency": {"value": "2 ms", "guess": "so"}}}),
        system(context={"own_brand": True, "decisions": {"effect": "unknown"}, "functions": []}),
    ],
)
def test_what_the_reader_reads_fits(fits: dict[str, Any]) -> None:
    VALIDATOR.validate(fits)


@pytest.mark.parametrize(
    "slip",
    [
        {"components": {}},
        system(ownr="me"),
        system(components={"a": {"kind": "gatway"}}),
        system(components={"a": {"title": "no kind"}}),
        system(components={"a": {"kind": "service", "routes": {}}}),
        system(components={"m": {"kind": "managed-model", "model": "a/b"}}),
        system(components={"a b": {"kind": "service"}}),
        system(components={"a": {"kind": "service", "latency": {"guess": "no value"}}}),
        system(components={"a": {"kind": "service", "latency": {"value": "2 ms", "guess": "so", "source": "too"}}}),
        system(flows=[{"from": "a"}]),
        system(flows={"from": "a", "to": "b"}),
        system(data={"d": {"sensitivity": "privat"}}),
    ],
)
def test_a_slip_does_not_fit(slip: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(slip)


def test_every_key_and_kind_is_described() -> None:
    found = schema()
    assert list(found["properties"]) == [item.key for item in fields_of(System)]
    assert all(key["description"] for key in found["properties"].values())
    kinds = found["$defs"]["Component"]["allOf"]
    assert [kind["if"]["properties"]["kind"]["const"] for kind in kinds] == list(KINDS.names())
    assert all(kind["then"]["description"] for kind in kinds)


def test_the_copy_that_editors_read_is_current() -> None:
    """`archwright schema > docs/reference/system.schema.json` renews it."""
    assert json.loads(COPY.read_text(encoding="utf-8")) == schema()
