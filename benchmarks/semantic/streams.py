"""Streams of questions whose right answers are known: BANKING77 as it is, and made harder."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from archwright.learn.replay import Compare, Log
from archwright.policy.chance import scramble

DATA = Path(os.environ.get("CACHE_DATA") or Path(__file__).resolve().parents[3] / "shared/data/semantics")
PLAIN = "BANKING77"
NOISE = 0.05


class Question(NamedTuple):
    """A text and the name of its answer."""

    text: str
    answer: str


def banking() -> list[Question]:
    """BANKING77 (Casanueva et al. 2020, CC BY 4.0): its questions with their intents."""
    found = []
    for part in ("train", "test"):
        with (DATA / f"banking77_{part}.csv").open(encoding="utf-8", newline="") as file:
            found += [Question(line["text"], line["category"]) for line in csv.DictReader(file)]
    return found


def shuffled(pool: Sequence[Question], seed: int, rows: int) -> list[Question]:
    """In any order."""
    return [pool[at] for at in np.random.default_rng(seed).permutation(len(pool))[:rows]]


def drifting(pool: Sequence[Question], seed: int, rows: int) -> list[Question]:
    """Ten intents at first, and the others one after the other over the whole stream."""
    draw = np.random.default_rng(seed)
    left: dict[str, list[Question]] = {}
    for item in shuffled(pool, seed, len(pool)):
        left.setdefault(item.answer, []).append(item)
    intents = [str(name) for name in draw.permutation(sorted(left))]
    found: list[Question] = []
    for row in range(rows):
        known = 10 + (len(intents) - 10) * row // rows
        open_ = [name for name in intents[: known + 1] if left[name]]
        if not open_:
            break
        found.append(left[open_[int(draw.integers(len(open_)))]].pop())
    return found


def repeated(pool: Sequence[Question], seed: int, rows: int) -> list[Question]:
    """Few questions are asked often: both intents and their questions by Zipf's law."""
    draw = np.random.default_rng(seed)
    order = shuffled(pool, seed, len(pool))
    intents = [str(name) for name in draw.permutation(sorted({item.answer for item in order}))]
    weight = {name: 1.0 / place for place, name in enumerate(intents, 1)}
    place: dict[str, int] = {}
    weights = np.empty(len(order))
    for at, item in enumerate(order):
        place[item.answer] = place.get(item.answer, 0) + 1
        weights[at] = weight[item.answer] / place[item.answer] ** 0.7
    return [order[at] for at in draw.choice(len(order), rows, p=weights / weights.sum())]


AMOUNTS = ("10", "20", "50", "100", "150", "200", "500", "1,000", "2500", "10000")
PEOPLE = (
    "Anna Schmidt", "Peter Novak", "Maria Rossi", "John Smith", "Joan Smith", "Li Wei", "Aisha Khan", "Tom Baker",
    "Olga Petrova", "Carlos Diaz", "Emma Brown", "Noah Brown", "Sofia Costa", "Lukas Meyer", "Laura Meyer",
)  # fmt: skip
FRAMES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "move",
        AMOUNTS,
        (
            "How do I move {} pounds to my savings?", "I want to transfer {} pounds into my savings account",
            "Put {} pounds aside in my savings please", "Can you send {} pounds to my savings pot?",
        ),
    ),
    (
        "alert",
        AMOUNTS,
        (
            "Tell me when a payment is over {}", "Set an alert for payments above {}",
            "I would like a warning if someone spends more than {}", "Notify me about purchases exceeding {}",
        ),
    ),
    (
        "low",
        AMOUNTS,
        (
            "Tell me when my balance is under {}", "Set an alert for a balance below {}",
            "I would like a warning if I have less than {}", "Notify me about a balance below {}",
        ),
    ),
    (
        "abroad",
        ("on", "off"),
        (
            "Turn {} payments abroad", "How can I switch {} foreign payments?", "Please turn payments abroad {}",
            "I want foreign payments switched {}",
        ),
    ),
    (
        "contactless",
        ("enable", "disable"),
        (
            "How do I {} contactless?", "Please {} contactless payments", "I need to {} contactless on my card",
            "Where can I {} paying contactless?",
        ),
    ),
    (
        "payee",
        PEOPLE,
        (
            "What is the account number of {}?", "I need the account details of {}", "Which account does {} have?",
            "Give me the bank details for {}",
        ),
    ),
    (
        "paid",
        PEOPLE,
        (
            "Did {} pay me back?", "Has the money from {} arrived?", "I am waiting for a payment from {}",
            "Check if {} sent the money",
        ),
    ),
)  # fmt: skip
OPENINGS = ("", "Hi, ", "Hello there, ", "Quick question: ", "Sorry to bother you. ", "Hey! ")
CLOSINGS = ("", " Thanks", " Thank you!", " Please help.", " It is urgent.", " Today if possible.")


def near_misses(pool: Sequence[Question], seed: int, rows: int) -> list[Question]:
    """A third of the questions differ from others in a number, a side or a name, and then want another answer."""
    draw = np.random.default_rng(seed)
    found = shuffled(pool, seed, rows)
    for at in np.flatnonzero(draw.random(rows) < 1 / 3):
        name, slots, frames = FRAMES[int(draw.integers(len(FRAMES)))]
        slot = slots[int(draw.integers(len(slots)))]
        frame = frames[int(draw.integers(len(frames)))].format(slot)
        opening, closing = OPENINGS[int(draw.integers(len(OPENINGS)))], CLOSINGS[int(draw.integers(len(CLOSINGS)))]
        found[at] = Question(f"{opening}{frame}{closing}", f"{name} {slot}")
    return found


def often_wrong(log: Log, seed: int) -> Compare:
    """A comparator that says the contrary every twentieth time."""

    def told(row: int, other: int) -> bool:
        mixed = scramble(scramble(seed * 7919 + row) ^ other) / 2**32
        return (log.answers[row] == log.answers[other]) != (mixed < NOISE)

    return told


STREAMS: dict[str, Callable[[Sequence[Question], int, int], list[Question]]] = {
    PLAIN: shuffled, "drift": drifting, "repetition": repeated, "near-misses": near_misses,
}  # fmt: skip
