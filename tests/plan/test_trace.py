"""Recorded traffic: the formats that are read, what is refused and where, and the laws that fit."""

from __future__ import annotations

import gzip
import math
import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.errors import InputError, Problem
from archwright.plan.trace import Trace, burstiness, fit, read_trace
from archwright.spec.load import load
from archwright.verbs.project import read_trace_file
from tests.plan.small import EXAMPLE

AZURE = """\
TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:15:46.6805900,374,44
2023-11-16 18:15:50.9951690,396,109
2023-11-16 18:16:51.2224670,879,55
"""
MOONCAKE = """\
{"timestamp": 27000, "input_length": 6758, "output_length": 500, "hash_ids": [0, 1]}
{"timestamp": 27000, "input_length": 7322, "output_length": 490, "hash_ids": []}
{"timestamp": 30500, "input_length": 7236, "output_length": 794}
"""
DATED = """\
{"timestamp": "2024-05-10", "tokens_in": 10, "tokens_out": 20}
{"timestamp": "2024-05-10 00:00:02", "tokens_in": 30, "tokens_out": 40}
"""


def read(text: str) -> Trace:
    return read_trace(text.splitlines(keepends=True), "trace")


def problems(text: str) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read(text)
    assert {problem.code for problem in caught.value.problems} == {"bad-trace"}
    assert {problem.where.file for problem in caught.value.problems} == {"trace"}
    return list(caught.value.problems)


def test_azure_csv() -> None:
    trace = read(AZURE)
    assert trace.times == pytest.approx((0.0, 4.314579, 64.541877), abs=1e-6)
    assert trace.tokens_in == (374, 396, 879)
    assert trace.tokens_out == (44, 109, 55)
    assert trace.rate == pytest.approx(2 / 64.541877)


def test_mooncake_json_lines_count_milliseconds() -> None:
    trace = read(MOONCAKE)
    assert trace.times == (0.0, 0.0, 3.5)
    assert trace.tokens_in == (6758, 7322, 7236)
    assert trace.tokens_out == (500, 490, 794)


@pytest.mark.parametrize(
    "text",
    [
        "Timestamp,Model,Request tokens,Response tokens\n5,x,10,20\n7,x,30,40\n",
        "\ufeffarrival_time,input_tokens,output_tokens\n5,10,20\n7.0,30,40\n",
        "tokens_out, tokens_in, t_s\n20, 10, 5\n40, 30, 7\n",
        "TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 00:00:05+00:00,10,20\n2024-05-10 02:00:07+02:00,30,40\n",
        "TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10T00:00:05.123456789Z,10,20\n2024-05-10T00:00:07.123456789Z,30,40",
        '{"t_s": 5, "tokens_in": 10, "tokens_out": 20}\n\n{"t_s": 7, "tokens_in": 30, "tokens_out": 40}\n',
        DATED,
    ],
)
def test_other_known_columns(text: str) -> None:
    trace = read(text)
    assert trace.times == (0.0, 2.0)
    assert (trace.tokens_in, trace.tokens_out) == ((10, 30), (20, 40))


def test_a_time_without_a_zone_is_utc_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        trace = read("t_s,tokens_in,tokens_out\n2024-05-10 00:00:05,1,1\n2024-05-10 02:00:07+02:00,1,1\n")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert trace.times == (0.0, 2.0)


HEAD = "t_s,tokens_in,tokens_out\n"
JSON = '{"t_s": 1, "tokens_in": 1, "tokens_out": 1}\n'


@pytest.mark.parametrize(
    ("text", "lines", "words"),
    [
        ("", [1], "there are no rows"),
        (HEAD, [1], "there are no rows"),
        ("when,in,out\n1,2,3\n4,5,6\n", [1], "no known column for 3 of time, input and output; there is in, out, when"),
        ("t_s,in,tokens_out\n1,2,3\n", [1], "no known column for 1 of"),
        (HEAD + "1,2,3\n0.5,2,3\n2,2,3\n1,2,3\n", [3, 5], "the time lies before the row above"),
        (HEAD + "1,-2,3\n", [2], "'-2' is no number of tokens"),
        (HEAD + "1,2,3\n2,2,x\n3,1.5,2\n", [3, 4], "is no number of tokens"),
        (HEAD + "1,2,99999999999999999999\n", [2], "are more than 10,000,000 in one request"),
        (HEAD + "soon,2,3\n", [2], "'soon' is no time"),
        (HEAD + "nan,2,3\ninf,2,3\n1e999,2,3\n", [2, 3, 4], "is no time"),
        (HEAD + "1,2\n1,2,3,4\n", [2, 3], "values stand under 3 headings"),
        (HEAD + "1,2,3\n" + "x" * 200_000 + ",2,3\n", [3], "not CSV"),
        (JSON + '{"t_s": 2, "tokens_in"\n' + JSON, [2], "not JSON"),
        (JSON + "[1, 2]\n7\nnull\n", [2, 3, 4], "not a JSON object"),
        (JSON + '{"t_s": 2}\n', [2], "no known column for 2 of time, input and output; there is t_s"),
        (JSON + '{"t_s": null, "tokens_in": 1, "tokens_out": 1}\n', [2], "'None' is no time"),
        (JSON + '{"timestamp": 1' + "0" * 400 + ', "tokens_in": 1, "tokens_out": 1}\n', [2], "is no time"),
        (JSON + "[" * 100_000 + "\n", [2], "not JSON"),
        ("{\n" + JSON, [1], "not JSON"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, lines: list[int], words: str) -> None:
    found = problems(text)
    assert [problem.where.line for problem in found] == lines
    assert all(words in problem.message for problem in found)
    assert all(len(problem.message) < 400 for problem in found)


def test_at_most_twenty_problems_are_told() -> None:
    assert len(problems(HEAD + "1,x,3\n" * 100)) == 20


@given(st.text(max_size=200))
def test_whatever_stands_in_a_file_there_is_a_trace_or_there_are_words(text: str) -> None:
    for head in ("", HEAD, JSON):
        try:
            trace = read(head + text)
        except InputError as error:
            assert all(problem.where.line >= 1 for problem in error.problems)  # noqa: PT017
        else:
            assert list(trace.times) == sorted(trace.times)


@pytest.mark.parametrize("name", ["trace.csv", "trace.csv.gz"])
def test_a_file_is_read_compressed_or_not(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(gzip.compress(AZURE.encode()) if name.endswith(".gz") else AZURE.encode())
    trace = read_trace_file(file)
    assert trace == read(AZURE)._replace(name=str(file))


def test_a_bad_row_is_found_by_the_path_that_was_given(tmp_path: Path) -> None:
    file = tmp_path / "trace.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(InputError) as caught:
        read_trace_file(file)
    assert [str(problem.where) for problem in caught.value.problems] == [f"{file}:1:1"]


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.csv", b"\xff\xfe\x00"), ("a.csv.gz", b"no gzip"), ("a.csv.gz", gzip.compress(AZURE.encode())[:-20])],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match="it cannot be read"):
        read_trace_file(tmp_path / name)
    with pytest.raises(InputError, match="there is no such file"):
        read_trace_file(tmp_path / "other.csv")


def test_burstiness_by_hand() -> None:
    """Gaps 1, 3: mean 2, standard deviation 1. Even gaps have none, and fewer than two arrivals no gaps."""
    assert burstiness(Trace("", (0, 1, 4), (1, 1, 1), (1, 1, 1))) == pytest.approx(0.5)
    assert burstiness(Trace("", (0, 1, 2), (1, 1, 1), (1, 1, 1))) == 0
    assert burstiness(Trace("", (0,), (1,), (1,))) == 0
    assert Trace("", (0.0, 0.0), (1, 1), (1, 1)).rate == 0


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=50).filter(any))
def test_a_fitted_law_keeps_the_mean_of_the_tokens(tokens: list[int]) -> None:
    law = fit(Trace("", tuple(map(float, range(len(tokens)))), tuple(tokens), tuple(tokens))).tokens_in
    assert law.median * math.exp(law.spread**2 / 2) == pytest.approx(sum(tokens) / len(tokens), rel=1e-9)


def test_a_fitted_law_finds_the_law_that_was_drawn_from() -> None:
    luck = random.Random(5)
    tokens = tuple(max(1, round(700 * math.exp(luck.gauss(0, 0.9)))) for _ in range(50_000))
    times = [0.0]
    for _ in tokens[1:]:
        times.append(times[-1] + luck.expovariate(4.0))
    found = fit(Trace("", tuple(times), tokens, (3,) * len(tokens)))
    assert found.rate == pytest.approx(4, rel=0.02)
    assert found.burstiness == pytest.approx(1, rel=0.02)
    assert found.tokens_in == pytest.approx((700, 0.9), rel=0.03)
    assert found.tokens_out == pytest.approx((3, 0))
    assert fit(Trace("", (0.0,), (0,), (0,))).tokens_in == (0, 0)


def test_the_azure_trace_is_the_one_that_is_cited(shared: Path) -> None:
    trace = read_trace_file(shared / "data/workload/AzureLLMInferenceTrace_conv.csv.gz")
    assert len(trace.times) == 19_366
    assert trace.rate == pytest.approx(5.53, abs=0.005)
    assert burstiness(trace) == pytest.approx(1.09, abs=0.005)
    assert sum(trace.tokens_in) / len(trace.tokens_in) == pytest.approx(1155, abs=0.5)
    assert sum(trace.tokens_out) / len(trace.tokens_out) == pytest.approx(211, abs=0.5)


def test_the_mooncake_trace_is_the_one_that_is_cited(shared: Path) -> None:
    trace = read_trace_file(shared / "data/workload/mooncake_conversation_trace.jsonl.gz")
    assert len(trace.times) == 12_031
    assert trace.rate == pytest.approx(3.40, abs=0.005)
    assert burstiness(trace) == pytest.approx(3.0, abs=0.05)
    assert sum(trace.tokens_in) / len(trace.tokens_in) == pytest.approx(12_035, abs=0.5)


def test_the_example_states_the_fit_of_the_trace_that_it_names(shared: Path) -> None:
    """Every number of the example whose source is the trace is the fit, to the digits shown."""
    law = fit(read_trace_file(shared / "data/workload/AzureLLMInferenceTrace_conv.csv.gz"))
    journey = load(EXAMPLE).system.workload.journeys["question"]
    tokens = next(step.tokens for step in journey.steps if step.name == "answer")
    assert tokens is not None
    stated = {
        tokens.input.median: f"{law.tokens_in.median:.0f}",
        tokens.input.spread: f"{law.tokens_in.spread:.3f}",
        tokens.output.median: f"{law.tokens_out.median:.0f}",
        tokens.output.spread: f"{law.tokens_out.spread:.3f}",
        journey.burstiness: f"{law.burstiness:.2f}",
    }
    for item, fitted in stated.items():
        assert item.origin == "sourced"
        assert "Azure LLM inference trace 2023" in item.note
        assert item.text == fitted
