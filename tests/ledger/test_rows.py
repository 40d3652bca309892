"""Rows of the ledger: what is written is read back, a torn end is left out, anything else that is bad is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archwright.base.errors import InputError, Problem
from archwright.ledger.rows import SCHEMA, Attempt, Journey, Request, Row, Run, decode, encode

RUN = Run("0123", "Small", "prices 1", "rehearse", "2026-11-01T10:00:00Z", scale=20.0, scenario="spike", seed=3)
ATTEMPT = Attempt("r1", 1, "0123", "answer", "model", "acme/large", 1.5, "2026-11-01T10:00:01Z", "ok", cost=7)
REQUEST = Request(
    "r1", "0123", "first", "ask", "think", "s1", "answer", "model", 1.5, "2026-11-01T10:00:01Z", "answered", 200
)
JOURNEY = Journey("s1", "ask", "first", 1.0, 2.5, "answered", calls=2)
ROWS: list[Row] = [RUN, ATTEMPT, REQUEST, JOURNEY]

WORDS = st.text(max_size=20)
WHOLE = st.integers(0, 2**63 - 1)
TIME = st.floats(allow_nan=False, allow_infinity=False)
ANY = st.one_of(
    st.builds(
        Run, plan=WORDS, system=WORDS, facts=WORDS, mode=st.sampled_from(["serve", "rehearse"]), started=WORDS,
        scale=TIME, scenario=WORDS, seed=WHOLE, schema=st.just(SCHEMA),
    ),
    st.builds(
        Attempt, request=WORDS, number=WHOLE, plan=WORDS, route=WORDS, target=WORDS, model=WORDS, began=TIME, at=WORDS,
        outcome=WORDS, first_s=TIME, tokens_in=WHOLE, cost=WHOLE, estimated=st.booleans(), price_source=WORDS,
    ),
    st.builds(
        Request, request=WORDS, plan=WORDS, tenant=WORDS, journey=WORDS, step=WORDS, session=WORDS, route=WORDS,
        target=WORDS, began=TIME, at=WORDS, how=WORDS, status=WHOLE, hop=st.integers(-1, 5), stream=st.booleans(),
    ),
    st.builds(
        Journey, session=WORDS, journey=WORDS, tenant=WORDS, began=TIME, total_s=TIME, calls=WHOLE,
        outcome=st.sampled_from(["answered", "degraded", "failed"]),
    ),
)  # fmt: skip


def refusal(*lines: bytes) -> Problem:
    with pytest.raises(InputError) as caught:
        list(decode(lines, "ledger.jsonl"))
    (problem,) = caught.value.problems
    assert problem.code == "bad-row"
    assert problem.where.file == "ledger.jsonl"
    return problem


@given(st.lists(ANY, max_size=5))
def test_rows_come_back_as_they_were(rows: list[Row]) -> None:
    lines = b"".join(map(encode, rows)).splitlines(keepends=True)
    assert len(lines) == len(rows)
    assert list(decode(lines, "ledger")) == rows


def test_a_row_is_one_line_of_json_with_its_kind() -> None:
    assert [json.loads(encode(row))["type"] for row in ROWS] == ["run", "attempt", "request", "journey"]
    assert all(encode(row).count(b"\n") == 1 and encode(row).endswith(b"\n") for row in ROWS)


@given(st.integers(1, len(encode(REQUEST)) - 2))
def test_a_torn_last_line_is_left_out(at: int) -> None:
    assert list(decode([encode(RUN), encode(REQUEST)[:at]], "ledger")) == [RUN]


def test_a_last_line_that_only_lost_its_end_counts() -> None:
    assert list(decode([encode(RUN), encode(REQUEST)[:-1]], "ledger")) == [RUN, REQUEST]


@pytest.mark.parametrize(
    "line",
    [
        encode(REQUEST)[:40] + b"\n",
        b"hello\n",
        b"[]\n",
        b'{"type": "bill"}\n',
        b'{"type": "request"}\n',
        b'{"type": "run", "plan": "\xff"}\n',
        b'{"type": "journey", "x": ' + b"[" * 100_000 + b"\n",
        encode(JOURNEY).replace(b"answered", b"guessed"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(line: bytes) -> None:
    problem = refusal(encode(RUN), b"\n", line, encode(REQUEST))
    assert problem.where.line == 3
    assert "not a ledger row" in problem.message


def test_a_ledger_of_another_version_is_refused() -> None:
    line = encode(Run("0123", "Small", "prices 1", "serve", "now", schema=SCHEMA + 1))
    assert refusal(line).message == f"ledger version {SCHEMA + 1}, this program reads {SCHEMA}"


def test_rows_before_the_bad_one_are_handed_out() -> None:
    found = decode([encode(RUN), b"x\n"], "ledger")
    assert next(found) == RUN
    with pytest.raises(InputError):
        next(found)


def test_empty_lines_and_empty_ledgers_are_fine() -> None:
    assert list(decode([], "ledger")) == []
    assert list(decode([b"\n", encode(RUN), b"  \n"], "ledger")) == [RUN]


def test_rows_of_version_1_are_read_as_requests_without_retrieval() -> None:
    lines = [encode(row).replace(b'"schema":2', b'"schema":1') for row in (RUN, REQUEST)]
    run, request = decode(
        [lines[0].replace(b"}\n", b',"schema":1}\n') if b"schema" not in lines[0] else lines[0], lines[1]], "old"
    )
    assert isinstance(run, Run)
    assert run.schema == 1
    assert request == REQUEST
    assert isinstance(request, Request)
    assert (request.retrieval, request.passages, request.support, request.cited) == ("", 0, -1.0, 0)


def test_rows_of_version_3_are_read_as_calls_without_kinds() -> None:
    """A line as the program of that version wrote it."""
    old = (
        b'{"type":"attempt","request":"r1","number":1,"plan":"0123","route":"answer","target":"model","model":"a/b",'
        b'"began":1.5,"at":"2026-11-01T10:00:01Z","outcome":"ok","tokens_in":10,"price_in":3,"cost":30,"chain":"ab"}\n'
    )
    run, row = decode([encode(RUN).replace(b"}\n", b',"schema":3}\n'), old], "old")
    assert isinstance(run, Run)
    assert run.schema == 3
    assert isinstance(row, Attempt)
    assert (row.tokens_in, row.cost, row.kinds) == (10, 30, ())


def test_kinds_are_a_part_of_the_row() -> None:
    row = replace(ATTEMPT, kinds=(("audio", 7, 32), ("speech", 3, 64)))
    assert list(decode([encode(row)], "ledger")) == [row]
    assert b"kinds" not in encode(ATTEMPT)
