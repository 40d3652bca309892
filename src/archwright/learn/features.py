"""What the model sees of a look-up: which neighbour's answer would be served, and a handful of numbers about it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from archwright.learn.vetoes import vetoed
from archwright.learn.wording import Wording, overlap

MOST: Final = 20  # neighbours that are looked at
WARMTH: Final = 0.05  # a neighbour that is less similar by this much has a vote smaller by e
FAINT: Final = 0.05  # what a group without a vote is taken to have
CLOSEST: Final = 5  # neighbours with the chosen answer that say how usual such a question is
FADING: Final = 0.98  # what a word about an answer still counts for after another one
NAMES: Final = (
    "constant", "similarity", "margin", "agreement", "vote", "closeness", "entry", "answer",
    "words", "length", "names", "numbers", "calm", "kin", "dense",
)  # fmt: skip
# What is believed of each weight before anything is learned: names and numbers that differ speak against an answer.
PRIOR: Final = (0.0, 0.5, 0.3, 0.3, 0.5, 0.0, 0.1, 0.1, 0.1, 0.0, -0.5, -0.5, 0.3, 0.3, 0.1)


@dataclass(slots=True)
class Record:
    """How often something was found right and wrong."""

    right: float = 0.0
    wrong: float = 0.0

    def told(self, same: bool) -> None:
        """Another word; older ones fade."""
        self.right = self.right * FADING + same
        self.wrong = self.wrong * FADING + (not same)

    def trust(self) -> float:
        """The logarithm of right to wrong, with a little of both to begin with."""
        return math.log((self.right + 2.0) / (self.wrong + 0.5))


@dataclass(slots=True)
class Answer(Record):
    """Of an answer also how many entries have it, and how many of its next hits are asked whatever the luck.

    `born` is how many look-ups there were before its first entry.
    """

    members: int = 0
    doubted: int = 0
    born: int = 0


@dataclass(slots=True)
class Entry:
    """A stored question: the identity of its answer, how it is worded, and what was found of it.

    `kin` is how often a question that it was near turned out to have its answer: an entry that stands among those of
    another answer, or has a wrong one, says little (Radovanovic, Nanopoulos, Ivanovic, JMLR 11, 2010, of bad hubs).
    `nearest` is the similarity of its nearest neighbour as it was asked; -1: not known.
    """

    group: int
    wording: Wording
    record: Record
    kin: Record = field(default_factory=Record)
    nearest: float = -1.0
    lent: int = 0  # times that its answer was served since the comparator last spoke of it
    surprise: bool = False  # as it was asked, its neighbours had another answer than it got
    at: int = 0  # look-ups that there were before it
    barred: bool = False  # somebody said that its answer was wrong: it waits for a new one


class Candidate(NamedTuple):
    """The entry to serve, the features of doing so, and whether something forbids it."""

    entry: int
    features: tuple[float, ...]
    vetoed: bool


def candidate(
    wording: Wording, near: Sequence[tuple[int, float]], entries: Mapping[int, Entry], groups: Mapping[int, Answer]
) -> Candidate:
    """The neighbour whose answer is the likeliest: of the answer that most near neighbours have, the nearest.

    `near` has at least one item, the nearest first, and every one is in `entries`. A neighbour that a veto keeps away
    is passed over for the next with the same answer.
    """
    near = near[:MOST]
    best = near[0][1]
    votes: dict[int, float] = {}
    calm = 0.0
    for entry, similarity in near:
        group = entries[entry].group
        weight = math.exp((similarity - best) / WARMTH)
        votes[group] = votes.get(group, 0.0) + weight
        calm += weight * (not entries[entry].surprise)
    chosen = max(votes, key=votes.__getitem__)
    same = [item for item in near if entries[item[0]].group == chosen]
    others = [similarity for entry, similarity in near if entries[entry].group != chosen]
    free = [item for item in same if not entries[item[0]].barred and not vetoed(wording, entries[item[0]].wording)]
    entry, similarity = free[0] if free else same[0]
    kept = entries[entry]
    theirs = kept.wording
    lengths = sorted((len(wording.words), len(theirs.words)))
    features = (
        1.0,
        similarity,
        same[0][1] - (others[0] if others else near[-1][1] if len(near) == MOST else 0.0),
        len(same) / len(near),
        math.log((votes[chosen] + FAINT) / (sum(votes.values()) - votes[chosen] + FAINT)),
        sum(value for _, value in near[:3]) / len(near[:3]),
        kept.record.trust(),
        groups[chosen].trust(),
        overlap(wording.words, theirs.words),
        lengths[0] / lengths[1] if lengths[1] else 1.0,
        float(wording.names != theirs.names),
        float(wording.numbers != theirs.numbers),
        calm / sum(votes.values()),
        *_usual(similarity, [(entries[entry], value) for entry, value in same[:CLOSEST]]),
    )
    return Candidate(entry, features, not free)


def _usual(similarity: float, same: Sequence[tuple[Entry, float]]) -> tuple[float, float]:
    """How far neighbours with the answer are good ones, and how much nearer than usual the question is to them.

    The second is a local outlier's factor as a difference (Breunig et al., SIGMOD 2000); 0 where nothing is known.
    """
    best = same[0][1]
    weights = [math.exp((value - best) / WARMTH) for _, value in same]
    kin = sum(weight * kept.kin.trust() for weight, (kept, _) in zip(weights, same, strict=True)) / sum(weights)
    known = [(weight, kept.nearest) for weight, (kept, _) in zip(weights, same, strict=True) if kept.nearest >= 0.0]
    if not known:
        return kin, 0.0
    return kin, similarity - sum(weight * value for weight, value in known) / sum(weight for weight, _ in known)
