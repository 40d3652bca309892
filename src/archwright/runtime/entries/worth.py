"""What an entry is worth keeping: what it saves, how lately it did, against the room that it takes. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, NamedTuple

HALF_LIFE_S: Final = 7 * 86_400.0  # what was used a week ago is worth half of what was used now


class Use(NamedTuple):
    """How an entry was used: its key, hits, what a hit saves (pico-dollars), its last use (seconds), size in bytes."""

    key: int
    hits: int
    cost: int
    used_at: float
    size: int


def value(use: Use, now: float) -> float:
    """What an entry is worth: (hits + 1) × cost × 2^(-idle / half life) / size, above 0.

    As in Greedy-Dual-Size-Frequency (Cherkasova 1998), with a decay in place of its clock, so that the worth of one
    entry does not hang on which others left. One that is new counts as used once, one that costs
    nothing as a pico-dollar.
    """
    idle = max(0.0, now - use.used_at)
    lately = math.pow(2.0, -min(idle / HALF_LIFE_S, 900.0))  # what was idle for longer is worth nearly nothing, too
    return (use.hits + 1) * max(1, use.cost) * lately / max(1, use.size)


def leaving(uses: Iterable[Use], now: float, most: int, room: int) -> list[int]:
    """The keys of the entries that leave, least worth first, so that at most `most` and `room` bytes stay.

    Of equal ones the smaller key leaves first.
    """
    ranked = sorted(uses, key=lambda use: (value(use, now), use.key))
    count, size = len(ranked), sum(use.size for use in ranked)
    gone: list[int] = []
    for use in ranked:
        if count <= most and size <= room:
            break
        gone.append(use.key)
        count, size = count - 1, size - use.size
    return gone
