"""Writes docs/validation/capacity.md: how far capacities are from what was measured, with the numbers of today.

scripts/capacity_page.py             write the page
scripts/capacity_page.py --check     end with 1 if the page says something else
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from archwright.analysis.capacity.fit import mape  # noqa: E402 - the benchmark lies beside this folder
from benchmarks.capacity import (  # noqa: E402
    FITTED_ON,
    NAMES,
    SAMPLES,
    TRAINED,
    Row,
    Validation,
    half,
    off,
    validate,
)

PAGE: Final = ROOT / "docs/validation/capacity.md"

TOP: Final = """\
# How far capacities are from what was measured

This page is written by `scripts/capacity_page.py` from recorded data, and a test holds it to them.
`make bench NAME=capacity` prints the same numbers. It claims accuracy only where it names measurements that are not
ours, and nothing on it is tested with what it was fitted on.

What is tested: the law of a step (`policy/batching.py`), the schedule of a replica (`policy/replica.py`), and the
roofline that follows from both (`archwright capacity`). Hardware and shapes are facts with their sources; four
coefficients are fitted (`facts/serving.py`).
"""

POINTS: Final = """\
## Time for each output token

NVIDIA's aiconfigurator publishes measured deployments (`silicon_sample.csv` at 095f58a, Apache-2.0): vLLM, TensorRT-LLM
and SGLang, 1 to 8 accelerators, 4 to 512 requests at once. The coefficients are fitted on one half of the deployments
and tested on the other, then the other way round, so every row is foreseen by coefficients that have not seen its
deployment. A deployment is a model, system, precision, engine and number of accelerators.
"""

REST: Final = """\
### What the coefficients were not fitted on

The same law with the coefficients that are shipped, on rows of other systems and of mixtures of experts. Nothing here
was fitted. These are the reason for the wide band and for the words "needs calibration".
"""

CALIBRATION: Final = """\
### After a calibration with five points

Five points of each deployment (from its lightest load to its heaviest) go through `archwright calibrate`; the error is
that of the other points of the same deployment.
"""

MLPERF: Final = """\
## Throughput without waiting

MLPerf Inference v5.1, closed division, offline: the best result of one accelerator for each model and precision, output
tokens a second (attribution: MLCommons, result ids below). The mean tokens of a sample are
{samples}. What goes out is as the benchmark's repository
says (mlcommons/inference, language/*/README.md; 128 for llama3.1-8b is the most that it may write, which most samples
do, issue 2256); what goes in is from memory.
The smallest number of accelerators that holds weights and 32 requests is taken. Engines that are tuned for a benchmark
and batches above 1,000 are outside of what was fitted.
"""

RUNS: Final = """\
## Three recorded vLLM runs, request by request

Runs of vLLM 0.19.0 that LLMServingSim recorded (5daddb2, MIT): 300 requests in 30 s, at most 128 sequences, steps of at
most 2,048 tokens. Each is played through the replica step by step. *Before* is with the facts alone. *After* is with
two factors that were fitted on the first {trained} requests of the run; both columns show the errors on the other 200.
They come from the same run, so this says how well a calibration carries on, not how well it carries over.
"""

WEAK: Final = """\
## What it is not good for

- The time to the first token at low load, from the roofline alone: it is arithmetic, and measured ones are two to three
  times as long. Under load it is decided by the queue: simulate.
- Mixtures of experts and models below 30 billion parameters: within x0.5 to x1.3. Calibrate them.
- Systems that nothing was fitted on, GB200 among them.
- KV cache is counted in tokens, not in blocks; what was thrown out of it is read again whole, though a prefix cache may
  still hold some of it; batches are not cut into those that an engine has compiled graphs for.
"""


def page(found: Validation) -> str:
    """The page."""
    samples = ", ".join(f"{model}: {given} in, {answer} out" for model, (given, answer) in SAMPLES.items())
    parts = [
        TOP,
        POINTS,
        _coefficients(found),
        _groups(found),
        REST,
        _others(found),
        CALIBRATION,
        _calibrations(found),
        MLPERF.format(samples=samples),
        _offline(found),
        RUNS.format(trained=TRAINED),
        *(_run(found, place) for place in range(len(found.runs))),
        WEAK,
    ]
    return "\n".join(parts)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(headings)} |", f"|{'|'.join('---' for _ in headings)}|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows), ""])


def _percent(value: float) -> str:
    return f"{value * 100:.1f} %"


def _signed(value: float) -> str:
    return f"{value * 100:+.1f} %"


def _coefficients(found: Validation) -> str:
    parts = [[row for row in found.dense if half(row) == which] for which in (0, 1)]
    rows = []
    for which, (bandwidth, arithmetic, layer, sequence) in enumerate(found.halves):
        other = parts[1 - which]
        rows.append(
            (
                f"{len(parts[which])} rows, {len({row.deployment for row in parts[which]})} deployments",
                f"{bandwidth:.2f}", f"{arithmetic:.2f}", f"{layer * 1e6:.0f} µs", f"{sequence * 1e6:.0f} µs",
                f"{len(other)} rows", _percent(mape(off(other, found.halves[which]))),
            )
        )  # fmt: skip
    headings = ("fitted on", "of bandwidth", "of arithmetic", "a layer", "a sequence", "tested on", "mean error there")
    table = _table(headings, rows)
    near = sum(abs(error) <= 0.25 for error in found.unseen) / len(found.unseen)
    said = f"Every row once, unseen: **{_percent(mape(found.unseen))}** off in the mean"
    return f"{table}\n{said}, {_percent(near)} of the rows within 25 %.\n"


def _groups(found: Validation) -> str:
    errors: dict[tuple[str, str, str], list[float]] = {}
    for row in found.dense:
        errors.setdefault(row.group, []).extend(off([row], found.halves[1 - half(row)]))
    return _group_table(errors)


def _group_table(errors: dict[tuple[str, str, str], list[float]]) -> str:
    rows = [
        (*group, f"{len(some)}", _percent(mape(some)), _percent(sorted(map(abs, some))[len(some) // 2]),
         _signed(sum(some) / len(some)))
        for group, some in sorted(errors.items())
    ]  # fmt: skip
    return _table(("model", "system", "precision", "rows", "mean error", "median", "bias"), rows)


def _others(found: Validation) -> str:
    errors: dict[tuple[str, str, str], list[float]] = {}
    rest: list[Row] = [row for row in found.rows if not (row.model.dense and row.system in FITTED_ON)]
    for row in rest:
        errors.setdefault(row.group, []).extend(off([row]))
    return _group_table(errors)


def _calibrations(found: Validation) -> str:
    before, after = found.calibrations
    return _table(("points", "before", "after"), [(f"{len(before)}", _percent(mape(before)), _percent(mape(after)))])


def _offline(found: Validation) -> str:
    rows = [
        (model, card, precision, f"{theirs:,.0f} ({result})", f"{ours:,.0f}", _signed(ours / theirs - 1.0))
        for model, card, precision, result, theirs, ours in found.mlperf
    ]
    return _table(("model", "accelerator", "precision", "measured (result)", "foreseen", "error"), rows)


def _run(found: Validation, place: int) -> str:
    run = found.runs[place]
    rows = [
        (name, _signed(before), _signed(after))
        for name, before, after in zip(NAMES, run.before, run.after, strict=True)
    ]
    factors = f"memory and arithmetic {run.factors.busy:.2f}x, overhead {run.factors.overhead:.2f}x"
    table = _table(("requests 101 to 300", "before", f"after: {factors}"), rows)
    return f"### {run.run}\n\n{run.how}.\n\n{table}"


def main() -> int:
    """Write the page, or compare it."""
    text = page(validate())
    if "--check" in sys.argv[1:]:
        return 0 if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text else 1
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
