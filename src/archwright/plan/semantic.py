"""A cache that answers what means the same, as numbers: its promise, how it learns, what it answers by measurement.

The measured curve says, for a promise (largest share of wrong answers), which share of the calls that an exact cache
would still make is saved; between its points it runs straight, from nothing at a promise of nothing.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, Literal

import msgspec

from archwright.plan.amounts import Amount, Count, MaybePlace, Share, Whole

TOLD: Final = 60  # tokens of a judge's instructions
WORD: Final = 3  # tokens of what it says


class Semantic(msgspec.Struct, frozen=True):
    """How a cache answers by meaning. `embedder` -1: the local model. `judge` -1: no route is asked.

    `wrong` is the largest share of wrong answers `of` its hits or of all answers, `audits` the share of hits that are
    asked anyway. `saved` is the share of an exact cache's misses for which no model is asked; 0 where nothing was
    measured. The embedder is waited for with so many seconds of `patience`, by the clock on the wall however fast the
    plan's time runs. A client adds at most `each_client` answers an hour; another one gets them after they were right
    `confirmed` times. `keep` says where questions and answers are kept.
    """

    mode: Literal["shadow", "on"]
    wrong: Share
    of: Literal["hits", "all"] = "hits"
    audits: Share = 0.03
    embedder: MaybePlace = -1
    model_dir: str = ""
    index: str = "memory"
    compare: str = "exact"
    answer_id: str = ""
    judge: MaybePlace = -1
    alike: Share = 0.95
    context: Literal["refuse", "include"] = "refuse"
    patience: Amount = 0.25
    each_client: Count = 1000
    confirmed: Whole = 1
    saved: Share = 0.0
    keep: Literal["memory", "file"] = "memory"
    answer_header: str = ""


def on_curve(wrong: float, *points: float) -> float:
    """The share of calls saved at a promise: `points` are promise and savings in turn, by rising promise (all 0 to 1).

    Beyond the last point nothing more is claimed than there.
    """
    pairs = [(0.0, 0.0), *zip(points[::2], points[1::2], strict=True)]
    for (low, least), (high, most) in pairwise(pairs):
        if wrong <= high:
            return least if high <= low else least + (most - least) * (wrong - low) / (high - low)
    return pairs[-1][1]
