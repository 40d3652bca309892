"""How far the law of replicas is from measured deployments: `make bench NAME=capacity`, the last line one JSON object.

    scripts/validate capacity     writes docs/validation/capacity.md from it; a test holds the page to the data

Times for each output token against NVIDIA's published points, offline throughput against MLPerf, and three recorded
vLLM runs played through the replicas. Nothing is fitted on what it is tested with.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from archwright.analysis.capacity.fit import Factors, Point, calibrated, errors, mape, scaled, search
from archwright.analysis.capacity.replay import Asked, Took, replay
from archwright.facts.accelerators import accelerator
from archwright.facts.models import Shape, shape
from archwright.facts.serving import SERVING
from archwright.plan.serving import Deployment, law_of
from archwright.plan.steady import Request, fits, steady
from archwright.policy.batching import Law

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("CAPACITY_DATA") or ROOT.parent / "shared/data/capacity")
SYSTEMS = {"h100_sxm": "h100-80gb", "h200_sxm": "h200-141gb", "b200_sxm": "b200", "gb200": "gb200"}
FITTED_ON = ("h100_sxm", "h200_sxm", "b200_sxm")
NO_LIMIT = 100_000
FIVE = 5


class Row(NamedTuple):
    """A measured row: its deployment, the law of it as the facts say, what was measured."""

    deployment: tuple[str, ...]
    model: Shape
    system: str
    precision: str
    law: Law
    point: Point

    @property
    def group(self) -> tuple[str, str, str]:
        """Model, system and precision."""
        return self.model.title, self.system, self.precision


# ------------------------------------------------------------------------------------- time for each output token


def read(name: str) -> list[dict[str, str]]:
    """The rows of a file of the data."""
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def measured() -> list[Row]:
    """Aggregated rows of models and systems that the facts know, attention not replicated."""
    found = []
    for row in read("measured_ttft_tpot.csv.gz"):
        model = shape(row["model_path"].partition("/")[2])
        known = accelerator(SYSTEMS.get(row["system"], ""))
        if model is None or known is None or row["mode"] != "agg" or row["attention_dp_size"] not in ("", "0", "1"):
            continue
        precision, together = row["precision"] or "bf16", int(row["tp_size"])
        law = law_of(Deployment(model, known, precision, together))._replace(sequences=NO_LIMIT)
        point = Point(
            float(row["batch_size"]), float(row["isl"]), float(row["osl"]), float(row["silicon_tpot_ms"]) / 1000.0
        )
        deployment = (model.name, row["system"], precision, row["backend"], row["tp_size"])
        found.append(Row(deployment, model, row["system"], precision, law, point))
    return found


def half(row: Row) -> int:
    """Which half a deployment belongs to, by a hash of its name."""
    return hashlib.blake2b(repr(row.deployment).encode(), digest_size=4).digest()[0] % 2


def with_serving(law: Law, serving: Sequence[float]) -> Law:
    """A law of the facts with other coefficients: shares of bandwidth and arithmetic, seconds of layer and sequence."""
    memory, compute = SERVING.bandwidth / serving[0], SERVING.arithmetic / serving[1]
    return law._replace(
        weights_s=law.weights_s * memory,
        experts_s=law.experts_s * memory,
        kv_s=law.kv_s * memory,
        compute_s=law.compute_s * compute,
        fixed_s=law.fixed_s * serving[2] / SERVING.layer_s,
        sequence_s=law.sequence_s * serving[3] / SERVING.sequence_s,
    )


def off(rows: Iterable[Row], serving: Sequence[float] | None = None) -> list[float]:
    """Relative errors of the time for each output token, with the coefficients of the facts or with others."""
    return [
        error for row in rows for error in errors(with_serving(row.law, serving) if serving else row.law, [row.point])
    ]


def fitted(rows: Sequence[Row]) -> tuple[float, ...]:
    """The four coefficients with the smallest mean error over rows."""
    start = (SERVING.bandwidth, SERVING.arithmetic, SERVING.layer_s, SERVING.sequence_s)
    return search(lambda tried: mape(off(rows, tried)), start, (1.0, 1.0, 1.0, 1.0))


def five_points(rows: Sequence[Row]) -> tuple[list[float], list[float]]:
    """Errors at points that a calibration with five others of the same deployment did not see: before and after."""
    before: list[float] = []
    after: list[float] = []
    for name in sorted({row.deployment for row in rows}):
        mine = sorted((row for row in rows if row.deployment == name), key=lambda row: row.point)
        if len(mine) < 2 * FIVE:
            continue
        seen = {round(place * (len(mine) - 1) / (FIVE - 1)) for place in range(FIVE)}
        rest = [row for place, row in enumerate(mine) if place not in seen]
        factors = calibrated(mine[0].law, [row.point for place, row in enumerate(mine) if place in seen])
        before += off(rest)
        after += [error for row in rest for error in errors(scaled(row.law, factors), [row.point])]
    return before, after


# ---------------------------------------------------------------------------------------------- MLPerf, offline

# Tokens in and out of a mean sample. In: from memory. Out: language/*/README.md of github.com/mlcommons/inference
# (294.45, 684.68, 144.84); of llama3.1-8b the most that it may write, which most samples do (its issue 2256).
SAMPLES = {
    "llama2-70b": (155, 294),
    "llama3.1-405b": (9428, 685),
    "llama3.1-8b": (778, 128),
    "mixtral-8x7b": (296, 145),
}
CARDS = {
    "NVIDIA H100-SXM": "h100-80gb",
    "NVIDIA H200-SXM": "h200-141gb",
    "NVIDIA B200-SXM": "b200",
    "NVIDIA L40S": "l40s",
    "NVIDIA RTX PRO 6000": "rtx-pro-6000",
}


def offline() -> list[tuple[str, str, str, str, float, float]]:
    """Model, accelerator, precision, result id, best measured and foreseen output tokens a second of an accelerator."""
    best: dict[tuple[str, str, str], tuple[float, str]] = {}
    for row in read("mlperf_v5.1_llm_closed.csv.gz"):
        model = row["Model"].removesuffix("-99.9").removesuffix("-99")
        card = next((card for name, card in CARDS.items() if row["Accelerator"].startswith(name)), "")
        if row["Scenario"] != "Offline" or model not in SAMPLES or not card:
            continue
        each = float(row["Performance_Result"]) / int(row["a#"]) / int(row["Nodes"])
        key = (model, card, _precision(row["weight_data_types"]))
        best[key] = max(best.get(key, (0.0, "")), (each, row["ID"]))
    return [(*key, result, each, _foreseen(*key)) for key, (each, result) in sorted(best.items())]


def _precision(said: str) -> str:
    return next((precision for precision in ("fp4", "fp8", "int8") if precision in said.lower()), "bf16")


def _foreseen(model: str, card: str, precision: str) -> float:
    """The smallest power of two of accelerators that hold the weights and 32 requests, as many as fit at work."""
    known, form = accelerator(card), shape(model)
    if known is None or form is None:
        return 0.0
    request = Request(*map(float, SAMPLES[model]))
    for together in (1, 2, 4, 8):
        law = law_of(Deployment(form, known, precision, together))._replace(sequences=1024)
        if law.kv_tokens > 32 * (request.prompt + request.answer):
            return steady(law, request, fits(law, request)).tokens / together
    return 0.0


# --------------------------------------------------------------------------------------------- recorded vLLM runs

TRAINED = 100  # requests that a calibration may look at
NAMES = ("TTFT mean", "TTFT p99", "TPOT mean", "TPOT p99", "latency mean", "latency p99", "tokens/s")


def deployed(run: str) -> tuple[Law, str]:
    """What ran, with the limits that it ran with, and how it is taken here."""
    card, model = run.split("/")
    known, form = accelerator({"RTX4090": "rtx-4090", "RTXPRO6000": "rtx-pro-6000"}[card]), shape(model)
    if known is None or form is None:
        raise LookupError(run)
    together = 1 if card == "RTX4090" else 2
    ranks = 1 if form.dense else 2
    law = law_of(Deployment(form, known, "bf16", together))
    how = f"{together} x {known.title}" + ("" if form.dense else ", two data-parallel ranks taken as one replica")
    return law._replace(sequences=128 * ranks, batched_tokens=2048 * ranks), how


def recorded(run: str) -> tuple[list[Asked], list[Took]]:
    """The requests of a run in the order in which they came, and what they took."""
    rows = sorted((row for row in read("vllm_measured_runs.csv.gz") if row["run"] == run), key=_came)
    asked = [Asked(_came(row), int(row["input_toks"]), int(row["output_toks"])) for row in rows]
    took = [
        Took(float(row["first_token_s"]) - _came(row), float(row["last_token_s"]) - _came(row), int(row["output_toks"]))
        for row in rows
    ]
    return asked, took


def _came(row: dict[str, str]) -> float:
    return float(row["arrival_s"])


def sums(asked: Sequence[Asked], took: Sequence[Took]) -> list[float]:
    """The numbers of NAMES."""
    found = []
    values: tuple[Callable[[Took], float], ...] = (
        lambda one: one.first_s, lambda one: one.per_token_s, lambda one: one.last_s,
    )  # fmt: skip
    for value in values:
        ranked = sorted(map(value, took))
        found += [sum(ranked) / len(ranked), ranked[min(len(ranked) - 1, int(0.99 * len(ranked)))]]
    ends = max(request.at + one.last_s for request, one in zip(asked, took, strict=True))
    return [*found, sum(one.answer for one in took) / (ends - asked[0].at)]


class Replayed(NamedTuple):
    """A run: how it is taken, errors on the last 200 requests before and after calibration on the first 100."""

    run: str
    how: str
    before: list[float]
    after: list[float]
    factors: Factors


def replayed(run: str) -> Replayed:
    """Play a run through its law; the calibration sees the first 100 requests, the errors are of the others."""
    law, how = deployed(run)
    asked, took = recorded(run)

    def differ(tried: Law, part: slice) -> list[float]:
        played = replay(tried, 1, 0, asked)
        pairs = zip(sums(asked[part], played[part]), sums(asked[part], took[part]), strict=True)
        return [ours / theirs - 1.0 for ours, theirs in pairs]

    def error(tried: tuple[float, ...]) -> float:
        found = differ(scaled(law, Factors(*tried)), slice(0, TRAINED))
        return mape([found[place] for place in (0, 2, 4)])

    factors = Factors(*search(error, (1.0, 1.0), (20.0, 20.0), 0.02))
    rest = slice(TRAINED, None)
    return Replayed(run, how, differ(law, rest), differ(scaled(law, factors), rest), factors)


# ------------------------------------------------------------------------------------------------------ the answer


class Validation(NamedTuple):
    """Everything that the page says."""

    rows: list[Row]
    halves: tuple[tuple[float, ...], tuple[float, ...]]
    unseen: list[float]
    calibrations: tuple[list[float], list[float]]
    mlperf: list[tuple[str, str, str, str, float, float]]
    runs: list[Replayed]

    @property
    def dense(self) -> list[Row]:
        """The rows that coefficients are fitted on, one half for the other."""
        return dense(self.rows)

    def numbers(self) -> dict[str, object]:
        """What the last line of the benchmark says. Errors are shares."""
        before, after = self.calibrations
        return {
            "tpot_mape_dense": round(mape(self.unseen), 4),
            "tpot_rows_dense": len(self.unseen),
            "tpot_mape_calibrated": [round(mape(before), 4), round(mape(after), 4)],
            "mlperf_mape": round(mape([ours / theirs - 1.0 for *_, theirs, ours in self.mlperf]), 4),
            "runs": {
                run.run: {
                    name: [round(before, 4), round(after, 4)]
                    for name, before, after in zip(NAMES, run.before, run.after, strict=True)
                }
                for run in self.runs
            },
        }


def dense(rows: Sequence[Row]) -> list[Row]:
    """Dense models on the systems whose rows are fitted."""
    return [row for row in rows if row.model.dense and row.system in FITTED_ON]


def validate() -> Validation:
    """Fit and test everything."""
    rows = measured()
    parts = [[row for row in dense(rows) if half(row) == which] for which in (0, 1)]
    halves = fitted(parts[0]), fitted(parts[1])
    unseen = [*off(parts[0], halves[1]), *off(parts[1], halves[0])]
    runs = list(dict.fromkeys(row["run"] for row in read("vllm_measured_runs.csv.gz")))
    return Validation(rows, halves, unseen, five_points(dense(rows)), offline(), [replayed(run) for run in runs])


def main() -> int:
    """Print what was found; 3 where the data is missing."""
    if not DATA.is_dir():
        print(f"the measured data is not at {DATA}; CAPACITY_DATA names its folder", file=sys.stderr)
        return 3
    found = validate()
    offline_error = mape([ours / theirs - 1.0 for *_, theirs, ours in found.mlperf])
    print(f"time for each output token, {len(found.unseen)} dense rows, unseen: {mape(found.unseen):.1%} off")
    print(f"offline throughput of MLPerf, {len(found.mlperf)} rows: {offline_error:.1%}")
    for run in found.runs:
        said = ", ".join(f"{name} {error:+.1%}" for name, error in zip(NAMES, run.after, strict=True))
        print(f"{run.run}, calibrated on {TRAINED} requests, the others: {said}")
    print(json.dumps(found.numbers()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
