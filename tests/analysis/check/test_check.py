"""What a run of all rules gives, and how it is narrowed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from archwright.analysis.check import at_least, check, rules
from archwright.analysis.check.review import review
from archwright.base.errors import UsageError
from archwright.spec.load import load, loads

DAY = dt.date(2026, 11, 21)
ROOT = Path(__file__).resolve().parents[3]

SEVERAL = """\
system: Several
owner: us
components:
  gateway:
    kind: gateway
    routes:
      short: [large]
  large:
    kind: managed-model
    model: openai/gpt-4.1
    pace: {first_token: 500 ms, per_token: 12 ms}
  writer:
    kind: agent
flows:
  - {from: writer, to: gateway}
  - {from: gateway, to: large, retry: {attempts: 3}}
"""


SOME = ("REL01", "REL02", "REL04", "AGT04", "MOD05")


def test_findings_come_in_the_order_of_the_file() -> None:
    found = [(f.code, f.where.line, f.where.column) for f in check(loads(SEVERAL), SOME)]
    assert found == [
        ("REL04", 4, 3),
        ("MOD05", 7, 15),
        ("AGT04", 12, 3),
        ("REL01", 15, 5),
        ("REL01", 16, 5),
        ("REL02", 16, 32),
    ]


@pytest.mark.parametrize("word", ["MOD05", "model-without-fallback"])
def test_only_takes_codes_and_names(word: str) -> None:
    assert [finding.code for finding in check(loads(SEVERAL), only=[word])] == ["MOD05"]


def test_an_unknown_rule_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'no-timeout'"):
        rules(["no-timeouts"])
    with pytest.raises(UsageError, match="known: "):
        rules(["xyz"])


def test_at_least_keeps_what_is_as_severe() -> None:
    found = check(loads(SEVERAL), SOME)
    assert [f.code for f in at_least(found, "error")] == ["REL04", "AGT04", "REL01", "REL01", "REL02"]
    assert at_least(found, "warning") == found
    assert at_least((), "note") == ()


def test_what_begins_on_a_day_is_left_out_without_one() -> None:
    text = SEVERAL.replace("    model: openai", "    retires: 2027-01-01\n    model: openai")
    assert check(loads(text), ["MOD08"]) == ()
    assert [f.code for f in check(loads(text), ["MOD08"], DAY)] == ["MOD08"]


def test_the_example_has_no_open_finding() -> None:
    found = review(load(ROOT / "examples/support-desk/system.yaml").system, DAY)
    assert found.open == ()
