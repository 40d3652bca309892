"""Look-ups of a semantic cache: what each index takes among 100,000 questions and what it finds; what a vector takes.

    make bench NAME=lookup

One namespace holds all of them, the dearest case. ENTRIES sets how many, INDEXES which ones ("memory usearch"; a graph
takes minutes to fill). Vectors are clouds of 384 numbers, 50 to a cloud; recall is of the ten nearest against comparing
all. `pgvector` needs a database and is not timed here.
"""

from __future__ import annotations

import json
import os
import sys
import time
from array import array
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from archwright.base.errors import DependencyMissing
from archwright.runtime.embedders.minilm import Model, folder_of
from archwright.runtime.indexes import open_index

DIMENSIONS = 384
NEAREST = 10
QUESTIONS = 200
SPACE = 7


class Figures(NamedTuple):
    """An index: milliseconds of a search (the median; the quickest), recall (0 to 1), microseconds of an addition."""

    p50_ms: float
    best_ms: float
    recall: float
    add_us: float


def clouds(rows: int, seed: int) -> NDArray[np.float32]:
    """Vectors of length 1, 50 around each of some middles."""
    luck = np.random.default_rng(seed)
    middles = luck.normal(size=(max(1, rows // 50), DIMENSIONS)).astype(np.float32)
    made = middles[luck.integers(0, len(middles), rows)] + luck.normal(size=(rows, DIMENSIONS)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def index_figures(name: str, entries: int = 100_000, questions: int = QUESTIONS) -> Figures:
    """What an index takes among so many entries of one namespace.

    Raises:
        DependencyMissing: what it needs is not installed.
    """
    stored = clouds(entries, 1)
    luck = np.random.default_rng(2)
    near = stored[luck.integers(0, entries, questions)]
    asked = near + 0.03 * luck.normal(size=near.shape).astype(np.float32)
    index = open_index(name, DIMENSIONS)
    began = time.perf_counter()
    for entry, row in enumerate(stored):
        index.add(entry, array("f", row.tobytes()), SPACE)
    added = time.perf_counter() - began
    took, hits = [], 0
    for question in asked:
        vector = array("f", question.tobytes())
        began = time.perf_counter()
        found = index.search(vector, SPACE, NEAREST)
        took.append(time.perf_counter() - began)
        best = np.argpartition(-(stored @ question), NEAREST)[:NEAREST]
        hits += len({item.entry for item in found} & {int(row) for row in best})
    index.close()
    return Figures(
        round(median(took) * 1e3, 3), round(min(took) * 1e3, 3), round(hits / (NEAREST * questions), 4),
        round(added / entries * 1e6, 1),
    )  # fmt: skip


def embedding_ms() -> dict[str, float]:
    """Milliseconds of one short question, of a longer text, and of a short question among 32 that waited together."""
    began = time.perf_counter()
    model = Model(folder_of(""))
    found = {"load_ms": (time.perf_counter() - began) * 1e3}
    short, long = "how do I cancel the card that I lost yesterday", "where is my parcel and when does it come " * 15
    for name, texts in (("short_ms", [short]), ("long_ms", [long]), ("of_32_ms", [f"{short} {n}" for n in range(32)])):
        took = []
        for _ in range(20):
            began = time.perf_counter()
            model.vectors(texts)
            took.append((time.perf_counter() - began) / len(texts) * 1e3)
        found[name] = median(took)
    return {name: round(value, 2) for name, value in found.items()}


def main() -> None:
    """Run it and print the figures; the last line is one JSON object."""
    entries = int(os.environ.get("ENTRIES", "100000"))
    found: dict[str, object] = {}
    for name in os.environ.get("INDEXES", "memory").split():
        try:
            figures = index_figures(name, entries)
        except DependencyMissing as error:
            print(error, file=sys.stderr)
            continue
        found |= {f"{name}_{key}": value for key, value in figures._asdict().items()}
        print(f"{name}: {figures}", file=sys.stderr)
    found |= {f"minilm_{key}": value for key, value in embedding_ms().items()}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
