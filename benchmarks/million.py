"""Memory of a gateway over a million requests, asked by `wrk`: as `leak`, with a client that takes little time.

    make bench NAME=million

REQUESTS sets how many: 1,000,000 take three to six minutes. Once warm the gateway may grow by 8 MB at most.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from archwright.plan.model import encode
from archwright.runtime import children
from archwright.runtime.gateway.setup import Setup, Upstream
from archwright.runtime.trials.leak import asked, growth_mb
from archwright.runtime.trials.small import plan
from archwright.runtime.trials.steady import Steady
from archwright.runtime.trials.taken import resident_mb

BOUND_MB = 8.0
LOOK_S = 10
CLIENTS = 32
MIX = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local at, made = 0, {}
function init(args)
  for _, body in ipairs({BODIES}) do made[#made + 1] = wrk.format(nil, nil, nil, body) end
end
function request()
  at = at % #made + 1
  return made[at]
end
"""


async def last(folder: Path, requests: int) -> tuple[int, int, list[float]]:
    """How many were answered, how many of them with a refusal, and the gateway's memory before and after each look."""
    design, mix = plan(first_s=0.0), folder / "mix.lua"
    bodies = ", ".join("".join(f"\\{byte}" for byte in body).join('""') for body in asked())
    mix.write_text(MIX.replace("BODIES", bodies))
    supplier = await children.start("supplier", "archwright.runtime.trials.steady", Steady(0.0))
    try:
        upstreams = tuple(Upstream("emulated", supplier.url) for _ in design.targets)
        setup = Setup(encode(design), upstreams, str(folder / "million.jsonl"))
        gateway = await children.start("gateway", "archwright.runtime.gateway", setup)
        memory, done, refused = [resident_mb(gateway.process.pid)], 0, 0
        try:
            while done < requests:
                line = (
                    "wrk",
                    "-t1",
                    f"-c{CLIENTS}",
                    f"-d{LOOK_S}s",
                    "-s",
                    str(mix),
                    f"{gateway.url}/v1/chat/completions",
                )
                run = await asyncio.create_subprocess_exec(*line, stdout=subprocess.PIPE)
                said = (await run.communicate())[0].decode()
                done += _number(r"(\d+) requests in", said)
                refused += _number(r"Non-2xx or 3xx responses: (\d+)", said)
                memory.append(resident_mb(gateway.process.pid))
                print(f"{done:,} requests, {memory[-1]:.1f} MB", file=sys.stderr)
        finally:
            await gateway.stop()
    finally:
        await supplier.stop()
    return done, refused, memory


def _number(pattern: str, said: str) -> int:
    found = re.search(pattern, said)
    return int(found[1]) if found else 0


def main() -> None:
    """Run it and print the figures; the last line is one JSON object."""
    if shutil.which("wrk") is None:
        sys.exit("there is no wrk: `apt-get install wrk`, or `make bench NAME=leak`, which needs none")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        done, refused, memory = asyncio.run(last(Path(folder), int(os.environ.get("REQUESTS", "1000000"))))
    grown = growth_mb(memory)
    found = {
        "requests": done,
        "refused": refused,
        "seconds": round(time.monotonic() - began),
        "before_mb": round(memory[0], 1),
        "memory_mb": round(memory[-1], 1),
        "growth_mb": round(grown, 2),
        "flat": grown <= BOUND_MB,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
