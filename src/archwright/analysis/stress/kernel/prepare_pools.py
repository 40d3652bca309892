"""The kernel's tables of replicas, from a plan; the types are the same where there are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from archwright.analysis.stress.kernel import tables as t
from archwright.plan.model import Plan, Target
from archwright.policy import replica
from archwright.policy.sequences import idle, no_calls

LAW = (
    "fixed_s", "weights_s", "experts_s", "touched", "kv_s", "compute_s", "sequence_s", "token_s", "kv_tokens",
    "sequences", "batched_tokens", "waiting",
)  # fmt: skip


def pooled(plan: Plan) -> Iterator[tuple[Target, int]]:
    """Every target and the place of its pool, -1 where it has none."""
    place = 0
    for target in plan.targets:
        yield target, place if target.pool is not None else t.NOBODY
        place += target.pool is not None


def hedges(plan: Plan) -> bool:
    """Whether calls may run beside each other."""
    return any(route.hedge_s > 0.0 for route in plan.routes)


def most_at_once(plan: Plan) -> int:
    """Of how many calls at most the end of a replica's run says something."""
    most = max((target.pool.sequences for target in plan.targets if target.pool is not None), default=0)
    return most * (2 if hedges(plan) else 1)


def replicas(plan: Plan) -> dict[str, Any]:
    """The tables of all replicas: those of one pool stand one after the other."""
    stated = [(number, target.pool) for number, target in enumerate(plan.targets) if target.pool is not None]
    pools = t.blank(len(stated), t.POOL)
    homes: list[int] = []
    up: list[int] = []
    rows: list[int] = []
    width = 0
    for place, (number, pool) in enumerate(stated):
        row = {name: getattr(pool, name) for name in LAW}
        first = len(homes)
        row |= {
            "first": first, "number": pool.room, "router": replica.ROUTERS.index(pool.router), "target": number,
            "there": pool.begins, "turned": first + pool.room - 1, "running": pool.begins, "fewest": pool.begins,
            "largest": pool.begins, "calm_at": -1.0,
        }  # fmt: skip
        if pool.scale is not None:
            law = pool.scale
            row |= {
                "scales": 1, "least": law.least, "most": law.most, "aim": law.target, "every_s": law.every_s,
                "cold_start_s": law.cold_start_s, "settle_s": law.settle_s,
            }  # fmt: skip
        for name, value in row.items():
            pools[name][place] = value
        homes += [place] * pool.room
        up += [int(at < pool.begins) for at in range(pool.room)]
        rows += range(width, width + pool.room * pool.sequences, pool.sequences)
        width += pool.room * pool.sequences
    posts = t.blank(len(homes), t.POST)
    posts["pool"] = homes
    posts["due"] = posts["set_at"] = np.inf
    posts["up_since"] = [0.0 if there else -1.0 for there in up]
    columns = idle(len(homes), 0)._replace(row=rows, soonest=[0] * width)
    most = max((pool.sequences for _, pool in stated), default=1)
    return {
        "pools": pools,
        "posts": posts,
        "seats": t.blank(0, t.SEAT),
        "up": np.array(up, dtype=np.int64),
        "sequences": _arrays(no_calls(0)),
        "replicas": _arrays(columns),
        "told": np.zeros(3 * most, dtype=np.int64),
        "endings": np.zeros(max(1, most_at_once(plan)), dtype=np.int64),
    }


def _arrays(columns: Any) -> Any:
    """The same columns as arrays: of floats where the name says that they are sums or times of seconds."""
    kinds = {name: np.float64 if name == "since" or name.endswith("_s") else np.int64 for name in columns._fields}
    return type(columns)(*(np.array(getattr(columns, name), dtype=kind) for name, kind in kinds.items()))
