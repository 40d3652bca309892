"""The support desk rehearsed over real sockets, beside what the simulation says of the same requests.

    make bench NAME=rehearse

Both sides meet the same luck, so counts should agree nearly to the last one; latencies differ by what the gateway and
the machine really take, times the time scale.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from archwright.verbs.measure import measure_project
from archwright.verbs.present import answer_text
from archwright.verbs.project import open_project
from archwright.verbs.rehearsal import Wish, rehearse_project
from archwright.verbs.run import VISITS

DESK = Path(__file__).resolve().parents[1] / "examples" / "support-desk" / "system.yaml"
PICO = 1e12


def main() -> None:
    """Run it and print the figures; the last line is one JSON object."""
    project = open_project(DESK)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        wish = Wish(scenario="", seed=1, load=1.0, scale=None, visits=VISITS, trace=None)
        rehearse_project(project, out, wish, lambda line: print(line, file=sys.stderr))
        answer = measure_project(project, out)
    print(answer_text(answer, width=110, colour=False))
    value = {key: figure.value for key, figure in answer.book.items()}
    print(
        json.dumps(
            {
                "predicted_cost": value["predicted.cost"] / PICO,
                "rehearsed_cost": value["rehearsed.cost"] / PICO,
                "predicted_p95_s": value["predicted.p95"],
                "rehearsed_p95_s": value["rehearsed.p95"],
                "predicted_cache_hits": round(value["predicted.cache_hits"]),
                "rehearsed_cache_hits": round(value["rehearsed.cache_hits"]),
                "fallbacks_predicted": round(value["predicted.fallbacks"]),
                "fallbacks_rehearsed": round(value["rehearsed.fallbacks"]),
                "requests_predicted": round(value["predicted.requests"]),
                "requests_rehearsed": round(value["rehearsed.requests"]),
            }
        )
    )


if __name__ == "__main__":
    main()
