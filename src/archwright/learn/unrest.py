"""Where meanings change: near a question there is a new answer, or neighbours lately had another one than was thought.

A new meaning that reads like an old one is served the old one's answer with full confidence, so that neither the model
nor chance finds out soon. What finds it out first is a neighbour that got an answer of its own a short while ago. In
traffic whose meanings stay what they are there are few of these, and what is asked because of them costs little.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from archwright.learn.features import MOST, WARMTH, Answer, Entry
from archwright.learn.vetoes import vetoed
from archwright.learn.wording import Wording

YOUNG: Final = 100  # look-ups for which an answer is new
FADES: Final = 400.0  # look-ups after which a surprise counts for less by e
STIRRED: Final = 0.015  # share of the neighbours' votes


def unsettled(
    asked: tuple[Wording, Sequence[tuple[int, float]]],
    chosen: int,
    entries: Mapping[int, Entry],
    groups: Mapping[int, Answer],
    now: int,
) -> bool:
    """Whether to ask and not to serve the answer `chosen` at the look-up number `now`; `asked`: wording and neighbours.

    So it is where a neighbour has another answer that is new, and where those that came as a surprise, and have
    another answer, hold more than `STIRRED` of all votes. A vote is as in `features.candidate`, and fades. What a veto
    keeps away means something else for certain, and says nothing of this question.
    """
    wording, near = asked[0], asked[1][:MOST]
    best = near[0][1]
    stir = whole = 0.0
    for entry, similarity in near:
        kept = entries[entry]
        vote = math.exp((similarity - best) / WARMTH)
        whole += vote
        if kept.group == chosen or vetoed(wording, kept.wording):
            continue
        if now - groups[kept.group].born < YOUNG:
            return True
        if kept.surprise:
            stir += vote * math.exp((kept.at - now) / FADES)
    return stir > STIRRED * whole
