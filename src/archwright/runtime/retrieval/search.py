"""One search: words and vectors, each made comparable and joined; what comes best, and how well it is supported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from archwright.plan.passages import Index, Passage
from archwright.runtime.retrieval.vectors import Vectors
from archwright.runtime.retrieval.words import Words, content_words, ranked

DEPTH: Final = 100  # passages of each search that are joined
LONGEST: Final = 4000  # characters of what was said that are searched for: its end
FEW_WORDS: Final = 4  # a question with fewer telling words may lean on what was said before


class Hit(NamedTuple):
    """A passage that was found: its row, the joined score by which it is ranked, and its support, both from 0 to 1."""

    row: int
    score: float
    support: float


def fuse(words: Mapping[int, float], vectors: Mapping[int, float], weight: float) -> dict[int, float]:
    """Both scores from 0 (worst found) to 1 (best found), joined by `weight` of the vectors; what one lacks counts 0.

    Min-max fusion: on SciFact, CISI and Cranfield it ranks better than joining by rank.
    """
    parts = ((_spread(words), 1.0 - weight), (_spread(vectors), weight))
    return {row: sum(share * part.get(row, 0.0) for part, share in parts) for row in {**words, **vectors}}


def _spread(scores: Mapping[int, float]) -> dict[int, float]:
    low, high = min(scores.values(), default=0.0), max(scores.values(), default=0.0)
    return {row: (score - low) / (high - low) if high > low else 1.0 for row, score in scores.items()}


def readings(turns: Sequence[str]) -> tuple[str, ...]:
    """What to search for, one after the other until something is found.

    The last thing that the user said; where that is short, then also together with the two things said before it.
    """
    last = turns[-1][-LONGEST:] if turns else ""
    if len(turns) < 2 or len(content_words(last)) >= FEW_WORDS:
        return (last,)
    return last, "\n".join(turn[-LONGEST:] for turn in turns[-3:])


class Searcher:
    """An index that can be searched. One thread at a time.

    Args:
        index: the passages.
        fusion: the weight of vectors once there are some.
    """

    def __init__(self, index: Index, fusion: float) -> None:
        self.passages = index.passages
        self.fusion = fusion
        self.words = Words((passage.title, passage.text) for passage in index.passages)
        self.vectors: Vectors | None = None

    def search(self, question: str, vector: Sequence[float] | None, top: int) -> list[Hit]:
        """The best passages for a question, best first. `vector` is the question's, None: words alone.

        Support is that of the words with or without vectors: BM25 as a share of the most that the question could reach.
        Cosines of two models cannot be compared, so no default could hold for them.
        """
        words = self.words.search(question, DEPTH)
        if vector is None or self.vectors is None:
            return [Hit(row, score, score) for row, score in ranked(words, top)]
        vectors = self.vectors.search(vector, DEPTH)
        found = ranked(fuse(words, vectors, self.fusion), top)
        return [Hit(row, score, words.get(row, 0.0)) for row, score in found]

    def texts(self) -> list[str]:
        """What an embedder makes vectors of."""
        return [embedded(passage) for passage in self.passages]


def embedded(passage: Passage) -> str:
    """A passage as an embedder reads it: its title above its text."""
    return f"{passage.title}\n{passage.text}" if passage.title else passage.text
