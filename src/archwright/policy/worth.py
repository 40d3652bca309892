"""What a kept answer is worth, and which leave where room is short: the same wherever answers are kept.

GreedyDual-Size-Frequency (Cherkasova, HP Laboratories, HPL-98-69, 1998), with the price of an answer as what its loss
costs, and one place as the size of each. A cache has a clock: it stands at the worth of the answer that left last, and
begins at 0. So what saved much long ago leaves before what saves a little now, however fast time runs and however full
the cache is; a half-life in seconds would have to be chosen for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Use(NamedTuple):
    """How a kept answer stands: its key, its worth, when it was kept (seconds), and the bytes that it takes."""

    key: int
    worth: float
    at: float
    size: int


def worth(clock: float, hits: int, cost: int) -> float:
    """What an answer is worth when it is kept or given: clock + (hits + 1) × cost, in pico-dollars.

    One that is new counts as given once, one that costs nothing as a pico-dollar. `hits` is how often it was given,
    `cost` what the call cost that it saves (pico-dollars), `clock` that of its cache at this moment.
    """
    return clock + float(hits + 1) * float(max(1, cost))


def leaving(uses: Iterable[Use], most: int, room: int) -> list[int]:
    """The keys of the answers that leave, least worth first, so that at most `most` stay, in at most `room` bytes.

    Of equal ones that leaves first which was kept first, and then the smaller key.
    """
    ranked = sorted(uses, key=lambda use: (use.worth, use.at, use.key))
    count, size = len(ranked), sum(use.size for use in ranked)
    gone: list[int] = []
    for use in ranked:
        if count <= most and size <= room:
            break
        gone.append(use.key)
        count, size = count - 1, size - use.size
    return gone
