"""Questions that people asked a bank: calls are saved, and no more answers are wrong than was promised."""

from __future__ import annotations

import csv
import zlib
from pathlib import Path

import numpy as np
import pytest

from archwright.learn.neighbours import Stream
from archwright.learn.recall import Recall
from archwright.learn.replay import Log, replay

INTENTS = 8
SIZE = 2_048


def written(text: str) -> np.ndarray:
    """A vector of the letters of a text, three to five at a time: no model is needed, and the likeness is poor."""
    plain = f" {text.lower()} "
    found = np.zeros(SIZE, dtype=np.float32)
    for many in (3, 4, 5):
        for at in range(len(plain) - many + 1):
            found[zlib.crc32(plain[at : at + many].encode()) % SIZE] += 1.0
    return np.sqrt(found)


def asked(shared: Path, seed: int) -> Log:
    """All questions of some intents of BANKING77 (Casanueva et al. 2020, CC BY 4.0) in any order."""
    with (shared / "data" / "semantics" / "banking77_train.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    luck = np.random.default_rng(seed)
    names = sorted({line["category"] for line in lines})
    chosen = [names[at] for at in luck.permutation(len(names))[:INTENTS]]
    kept = [line for line in lines if line["category"] in chosen]
    order = [kept[at] for at in luck.permutation(len(kept))]
    vectors = np.stack([written(line["text"]) for line in order])
    return Log([line["text"] for line in order], Stream(vectors), [chosen.index(line["category"]) for line in order])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_calls_are_saved_and_the_promise_is_kept(shared: Path, seed: int) -> None:
    luck = np.random.default_rng(100 + seed).random(10_000)
    found = replay(asked(shared, seed), Recall(0.02), lambda row: float(luck[row]))
    assert found.saved > 0.2
    assert found.wrong_of_hits.value <= 0.02
