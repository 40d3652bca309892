"""The first file of a project is one that nobody has to mend."""

from __future__ import annotations

import pytest
import yaml
from jsonschema import Draft202012Validator

from archwright.analysis.check import check
from archwright.spec.load import loads
from archwright.spec.schema import schema
from archwright.spec.starter import starter


def test_it_has_no_findings() -> None:
    assert check(loads(starter("Help desk"))) == ()


def test_it_fits_the_schema_and_a_screen() -> None:
    text = starter("Help desk")
    Draft202012Validator(schema()).validate(yaml.safe_load(text))
    assert len(text.splitlines()) <= 80
    assert all(len(line) <= 120 for line in text.splitlines())


@pytest.mark.parametrize(
    "name", ["Help desk", "true", "a: b", "# x", "'", '"', "{}", "ünï", "x" * 300, "\x1b[31m", "7"]
)
def test_any_name_will_do(name: str) -> None:
    assert loads(starter(name)).system == name


def test_a_name_has_one_line() -> None:
    assert loads(starter("two\n lines ")).system == "two lines"
    assert loads(starter("")).system == "My system"
