"""What a recorded trace comes to when a design states it as laws: `make bench NAME=fit`, with `TRACE=file` for another.

The trace is shown beside its fit at p50, p90 and p99, so that one sees where a log-normal law stops being true. The
last line is one JSON object with the numbers that a design writes down.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from archwright.base.errors import InputError
from archwright.base.numbers import percentile
from archwright.plan.trace import Fit, Law, Trace, fit
from archwright.policy.chance import log_normal
from archwright.verbs.project import read_trace_file

DEFAULT = Path(__file__).resolve().parents[2] / "shared/data/workload/AzureLLMInferenceTrace_conv.csv.gz"
SHARES = (0.5, 0.9, 0.99)


def main() -> int:
    """Print the table and the numbers; 2 if the trace cannot be read."""
    try:
        trace = read_trace_file(Path(os.environ.get("TRACE") or DEFAULT))
    except InputError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    found = fit(trace)
    table(trace, found)
    print(json.dumps(numbers(trace, found)))
    return 0


def table(trace: Trace, found: Fit) -> None:
    """The trace against its laws."""
    print(f"{trace.name}: {len(trace.times):,} requests in {trace.times[-1]:,.0f} s")
    print(f"{'tokens':<8}{'':<8}{'mean':>10}" + "".join(f"{f'p{share * 100:g}':>10}" for share in SHARES))
    rows: list[tuple[str, tuple[int, ...], Law]]
    rows = [("input", trace.tokens_in, found.tokens_in), ("output", trace.tokens_out, found.tokens_out)]
    for name, tokens, law in rows:
        ranked = sorted(tokens)
        seen = [percentile(ranked, share) for share in SHARES]
        fitted = [log_normal(law.median, law.spread, share) for share in SHARES]
        mean = sum(tokens) / len(tokens)
        for what, values in (("trace", [mean, *seen]), ("law", [mean, *fitted])):
            print(f"{name:<8}{what:<8}" + "".join(f"{value:>10,.0f}" for value in values))
    print(f"gaps vary by {found.burstiness:.2f} (1 is Poisson), {found.rate:.2f} requests a second")


def numbers(trace: Trace, found: Fit) -> dict[str, float]:
    """What a design writes down."""
    return {
        "input_median": found.tokens_in.median,
        "input_spread": found.tokens_in.spread,
        "output_median": found.tokens_out.median,
        "output_spread": found.tokens_out.spread,
        "burstiness": found.burstiness,
        "rate_per_s": found.rate,
        "rows": len(trace.times),
    }


if __name__ == "__main__":
    sys.exit(main())
