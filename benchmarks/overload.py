"""A declared limit (50 in flight, 100 ms an answer) that is offered ten times its capacity.

    make bench NAME=overload

LOAD_S sets how long (60). Who is let in must keep p95 within 200 ms; the rest is to be sent away within 50 ms and told
when to come back; after the load everybody is answered again within 5 s. A time counts from when a request is sent. The
client, the gateway and the supplier share the machine: `client_late_p99_ms` says how far the client was behind its own
clock, `gateway_waited_for_processor_s` how long the gateway was ready and had no processor. With much of either a run
says more of the machine than of the gateway; the `inside` figures count from when the gateway had read a request, by
its own ledger. `gateway_cpu_us` is what a request took of a processor.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import sys
import tempfile
from pathlib import Path

from archwright.base.numbers import percentile
from archwright.runtime.serving import fast_loop
from archwright.runtime.trials.overload import OBJECTIVE_S, SHED_S, Load, overload

RECOVERY_S = 5.0


def main() -> None:
    """Run it and print the figures; the last line is one JSON object."""
    load = Load(seconds=float(os.environ.get("LOAD_S", "60")))
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=fast_loop) as runner:
        seen = runner.run(overload(Path(folder), load))
    offered = len(seen.admitted) + len(seen.shed) + seen.others
    late = percentile(sorted(seen.late_s), 0.99)
    print(f"{offered:,} requests in {seen.lasted_s:.1f} s, {load.times:g} times the capacity of {load.capacity:.0f}/s")
    print(f"let in     {len(seen.admitted):,}, p95 {seen.admitted_p95_s * 1000:.0f} ms")
    print(f"sent away  {len(seen.shed):,}, p99 {seen.shed_p99_s * 1000:.1f} ms, {seen.unnamed} without retry-after")
    print(
        f"by the gateway's own ledger: let in p95 {seen.inside_s('answered', 0.95) * 1000:.0f} ms, "
        f"sent away p99 {seen.inside_s('shed', 0.99) * 1000:.1f} ms"
    )
    print(f"memory     {seen.peak_mb:.0f} MB at most; again as promised {seen.recovery_s:.2f} s after the load")
    if late > SHED_S:
        print(f"the client itself was up to {late * 1000:.0f} ms late: the machine is busy", file=sys.stderr)
    found = {
        "admitted_p95_ok": seen.admitted_p95_s <= OBJECTIVE_S,
        "admitted_p95_ms": known(seen.admitted_p95_s * 1000),
        "shed_p99_ms": known(seen.shed_p99_s * 1000),
        "peak_mb": known(seen.peak_mb),
        "recovery_s": known(seen.recovery_s),
        "offered": offered,
        "offered_per_s": round(offered / seen.lasted_s),
        "admitted": len(seen.admitted),
        "shed": len(seen.shed),
        "shed_without_retry_after": seen.unnamed,
        "others": seen.others,
        "gateway_cpu_us": known(seen.cpu_s / offered * 1e6),
        "gateway_waited_for_processor_s": known(seen.delayed_s),
        "inside_admitted_p95_ms": known(seen.inside_s("answered", 0.95) * 1000),
        "inside_shed_p99_ms": known(seen.inside_s("shed", 0.99) * 1000),
        "client_late_p99_ms": known(late * 1000),
        "as_promised": bool(
            seen.admitted_p95_s <= OBJECTIVE_S
            and seen.shed_p99_s <= SHED_S
            and seen.recovery_s <= RECOVERY_S
            and not seen.unnamed
            and not seen.others
        ),
    }
    print(json.dumps(found))


def known(value: float) -> float | None:
    """A figure for JSON; what is not known or has no end is null."""
    return round(value, 3) if math.isfinite(value) else None


if __name__ == "__main__":
    main()
