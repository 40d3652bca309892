"""Recorded traffic in each of its forms, those that were really recorded among them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.base.errors import InputError
from archwright.plan.trace import Trace, read_trace
from archwright.plan.traces import READERS, reader_of
from tests.analysis.stress import designs as d

SESSIONS = """\
session,agent,seq,t_s,input_tokens,cached_input_tokens_est,output_tokens,think_time_s
one,main,0,0.0,1000,0,10,0.0
one,main,1,9.0,1200,1000,20,4.0
two,main,0,0.0,500,0,30,0.0
two,helper,0,2.0,50,0,5,1.0
"""
LEDGER = """\
{"type":"run","plan":"p","system":"s","facts":"f","mode":"rehearse","started":"2026-11-01","scale":10.0}
{"type":"attempt","request":"1"}
{"type":"request","journey":"ask","session":"b","began":7.5,"tokens_in":100,"tokens_out":9}
{"type":"request","journey":"ask","session":"a","began":7.0,"tokens_in":30,"tokens_out":4}
{"type":"request","journey":"ask","session":"a","began":7.2,"tokens_in":300,"tokens_out":40}
{"type":"request","journey":"other","session":"c","began":6.0,"tokens_in":1,"tokens_out":1}
"""


def read(text: str) -> Trace:
    return read_trace(text.splitlines(keepends=True), "some.csv")


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(text)
    return [f"{problem.where.line}: {problem.message}" for problem in caught.value.problems]


def test_the_surest_reader_reads() -> None:
    assert reader_of("TIMESTAMP,ContextTokens,GeneratedTokens").title == "CSV, one request a line"
    assert reader_of('{"timestamp": 0, "input_length": 1}').title == "JSON lines, one request each"
    assert reader_of(SESSIONS.splitlines()[0]).title == "CSV of agents' sessions"
    assert reader_of(LEDGER.splitlines()[0]).title == "a gateway's ledger"
    assert set(READERS.names()) == {"ledger", "lines", "sessions", "table", "windows"}


def test_sessions_keep_their_rows_together() -> None:
    trace = read(SESSIONS)
    assert trace.sessions == (0, 2, 3)
    assert trace.think_s == (0.0, 4.0, 0.0, 1.0)
    assert trace.tokens(1) == (1200, 20, 1000)
    assert [trace.session(row) for row in range(4)] == [0, 0, 1, 2]
    assert [trace.begins(row) for row in range(4)] == [True, False, True, True]
    assert trace.rate == 0.0


def test_everything_wrong_with_sessions_is_told_at_once() -> None:
    bad = (
        SESSIONS.replace("9.0,1200,1000", "-9.0,1200,1000")
        .replace("500,0,30", "500,900,30")
        .replace(",5,1.0", ",x,1.0")
    )
    assert problems(bad) == [
        "3: the time lies before the row above, in the same session",
        "4: 900 of 500 input tokens are cached",
        "5: 'x' is no number of tokens",
    ]
    assert problems("session,think_time_s\n") == ["1: sessions lack t_s, input_tokens, output_tokens"]


def test_users_go_through_recorded_sessions() -> None:
    plan = d.plan(
        d.journey(users=2, think_s=60.0), targets=(d.target(first_token_s=0.0, per_token_s=0.0, prefill_rate=1e9),)
    )
    outcome = simulate(plan, d.scenario(150.0), seed=1, trace=read(SESSIONS))
    (row,) = outcome.tokens
    assert row.calls == outcome.arrivals >= 5
    assert row.cached in (1000, 2000)
    assert row.input >= 1000 + 1200 + 500 + 50


def test_a_ledger_is_a_trace_of_what_ran() -> None:
    trace = read(LEDGER)
    assert trace.times == (0.0, 5.0)
    assert (trace.tokens_in, trace.tokens_out) == ((300, 100), (40, 9))
    for wrong in ('"x"', "NaN", "Infinity"):
        assert problems(LEDGER.replace('"began":7.0', f'"began":{wrong}')) == ["4: no row of a ledger"]
        assert problems(LEDGER.replace('"scale":10.0', f'"scale":{wrong}')) == ["1: no row of a ledger"]
    assert problems(LEDGER.splitlines()[0]) == ["1: there are no rows"]


def test_what_no_model_answered_has_the_tokens_of_what_one_did() -> None:
    """A canned answer or a hit of the cache cost nothing, but what it stood in for would have."""
    rows = "".join(
        f'{{"type":"request","journey":"ask","session":"{how}","began":{began},"how":"{how}"}}\n'
        for how, began in (("degraded", 8.0), ("failed", 8.5), ("cached", 9.0))
    )
    trace = read(LEDGER + rows)
    assert (trace.tokens_in, trace.tokens_out) == ((300, 100, 200, 200, 200), (40, 9, 24, 24, 24))
    assert read(LEDGER.splitlines(keepends=True)[0] + rows).tokens_in == (0, 0, 0)


def test_a_visit_has_the_tokens_of_the_step_with_the_largest_requests() -> None:
    """The first of them, as the file's growth comes later; the mean where a cache answered that one."""
    rows = [
        ("a", "sort", 1.0, "answered", 400, 4), ("a", "answer", 3.0, "answered", 1100, 60),
        ("a", "answer", 2.0, "answered", 900, 50), ("b", "sort", 4.0, "answered", 500, 4),
        ("b", "answer", 4.5, "cached", 0, 0), ("b", "answer", 5.0, "answered", 1100, 60),
        ("c", "sort", 6.0, "answered", 600, 6), ("d", "answer", 7.0, "answered", 300, 20),
    ]  # fmt: skip
    names = ("session", "step", "began", "how", "tokens_in", "tokens_out")
    lines = [json.dumps({"type": "request", "journey": "ask", **dict(zip(names, row, strict=True))}) for row in rows]
    trace = read("".join(f"{line}\n" for line in lines).replace(": ", ":").replace(", ", ","))
    assert trace.times == (0.0, 3.0, 5.0, 6.0)
    assert (trace.tokens_in, trace.tokens_out) == ((900, 600, 600, 300), (50, 35, 35, 20))


def test_rates_of_windows_are_refused_by_name() -> None:
    assert problems("model,client,window_start_s,rate_rps\nm,0,0,1.3\n") == [
        "1: this holds rates of windows of time, not requests"
    ]


def mended(text: str) -> str:
    with pytest.raises(InputError) as caught:
        read(text)
    (problem,) = caught.value.problems
    return problem.mend


def test_the_refusal_says_which_workload_the_windows_are() -> None:
    heading = "model,client,window_start_s,rate_rps,iat_cv\n"
    said = mended(heading + "a,0,0,2,1\na,1,0,1,4\na,0,600,6,2\nb,0,0,1,x\nb,0,600,,1\n")
    assert "a: volume 4.5/s, 1.33 times that in its busiest window, burstiness 2 of a client; b: volume 0.5/s" in said
    assert mended(heading).startswith("state a journey's")
    assert mended(heading + ',,\n,,,,,,,\n"').startswith("state a journey's")


def test_sizes_of_windows_are_refused_with_the_law_that_they_are() -> None:
    text = "model,client,window_start_s,field,mean,p50,p90\nm,0,0,input_tokens,9,100,360.3\nm,0,9,input_tokens,9,0,x\n"
    assert problems(text) == ["1: this holds token sizes of windows of time, not requests"]
    assert "m, input tokens: {median: 100, spread: 1.00}" in mended(text)


@pytest.mark.parametrize(
    ("name", "rows", "mean_in"),
    [
        ("AzureLLMInferenceTrace_conv.csv.gz", 19_366, 1155),
        ("mooncake_conversation_trace.jsonl.gz", 12_031, 12_035),
        ("coding_agent_sessions.csv.gz", 49_334, 122_379),
    ],
)
def test_what_was_really_recorded_is_read_whole(shared: Path, name: str, rows: int, mean_in: int) -> None:
    with gzip.open(shared / "data/workload" / name, "rt", encoding="utf-8") as lines:
        trace = read_trace(lines, name)
    assert len(trace.times) == rows
    assert sum(trace.tokens_in) / rows == pytest.approx(mean_in, rel=0.001)
    if trace.sessions:
        assert 710 <= len(trace.sessions) <= 710 + 63 + 100
        assert sum(trace.tokens_cached) / sum(trace.tokens_in) == pytest.approx(0.963, abs=0.002)


def test_rates_that_were_really_recorded_are_refused(shared: Path) -> None:
    file = shared / "data/workload/servegen_client_rates.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines, pytest.raises(InputError, match="rates of windows"):
        read_trace(lines, "rates")


def test_agents_recorded_sessions_can_be_simulated(shared: Path) -> None:
    with gzip.open(shared / "data/workload/coding_agent_sessions.csv.gz", "rt", encoding="utf-8") as lines:
        trace = read_trace(lines, "sessions")
    plan = d.plan(d.journey(users=50, think_s=60.0), targets=(d.target(prefill_rate=1e6),))
    outcome = simulate(replace(plan), d.scenario(1800.0), seed=1, trace=trace)
    (row,) = outcome.tokens
    assert outcome.arrivals > 1500
    assert row.cached / row.input > 0.9
