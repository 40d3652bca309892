"""Search by words: BM25 of SQLite's full-text index (FTS5), which Python's own `sqlite3` brings. All of it in memory.

FTS5 folds case and accents and stems English (Porter); its BM25 has k1 = 1.2 and b = 0.75. Each word of a question adds
at most its inverse document frequency times k1 + 1, so the score over the sum of these is a share of the most that the
question could reach: the support of a passage, comparable between questions.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Final

from archwright.base.errors import DependencyMissing

K1: Final = 1.2  # as FTS5 has it
TITLE: Final = 2.0  # a word in a title counts so many times
MOST_WORDS: Final = 64  # different words of a question that are looked up
_WORD = re.compile(r"\w+")

# Words that say nothing about what a question is about. Rare in a small folder, they would pass for its subject.
COMMON: Final = frozenset(
    _WORD.findall("""
    a about above after again against all also always am an and any anyone anything are as ask at be because
    been before being below between both but by came can cannot come could did do does doing done down during
    each either else ever every explain few for from further get gets getting give gives given go going got had
    has have having he hello help her here hers hi him his how i if in into is it its itself just kindly know
    let like ll make makes many may me might mine more most much must my myself need needs no nor not now of off
    often ok on once one only or other our ours out over own please re s same say says shall she should so some
    someone something soon such t take tell than thank thanks that the their them then there these they thing
    things this those through to too under until up us use used using ve very want wants was way we were what
    when where whether which while who whom whose why will with within without would yes yet you your yours
    """)
)


def content_words(text: str) -> list[str]:
    """The different words of a text that say what it is about, in order; all its words where none does."""
    words = list(dict.fromkeys(_WORD.findall(text.lower())))
    telling = [word for word in words if word not in COMMON]
    return (telling or words)[:MOST_WORDS]


class Words:
    """Texts by words.

    Args:
        texts: (title, body) of each passage; its place is its row.

    Raises:
        DependencyMissing: this Python's SQLite was built without FTS5.
    """

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        # One thread at a time uses it, and not always the same one.
        self.store = sqlite3.connect(":memory:", check_same_thread=False)
        try:
            self.store.execute("CREATE VIRTUAL TABLE passage USING fts5(title, body, tokenize='porter unicode61')")
        except sqlite3.OperationalError as error:
            raise DependencyMissing(
                f"this Python's SQLite {sqlite3.sqlite_version} has no full-text search ({error}); "
                "use a Python whose sqlite3 is built with FTS5, as python.org's and Debian's are"
            ) from error
        rows = ((row, title, body) for row, (title, body) in enumerate(texts))
        self.store.executemany("INSERT INTO passage(rowid, title, body) VALUES (?, ?, ?)", rows)
        self.rows = int(self.store.execute("SELECT count(*) FROM passage").fetchone()[0])
        self._weights: dict[str, float] = {}

    def close(self) -> None:
        """Free its memory."""
        self.store.close()

    def search(self, question: str, most: int) -> dict[int, float]:
        """The passages that hold a word of the question: support from 0 to 1 by row, best first, at most `most`."""
        words = content_words(question)
        if not words or not self.rows:
            return {}
        bound = (K1 + 1.0) * sum(map(self._weight, words))
        found = self.store.execute(
            "SELECT rowid, bm25(passage, ?, 1.0) AS score FROM passage WHERE passage MATCH ? "
            "ORDER BY score, rowid LIMIT ?",
            (TITLE, " OR ".join(map(_quoted, words)), most),
        )
        return {row: min(1.0, max(0.0, -score / bound)) for row, score in found}

    def _weight(self, word: str) -> float:
        """The inverse document frequency of a word, as FTS5 counts it."""
        known = self._weights.get(word)
        if known is None:
            count = self.store.execute("SELECT count(*) FROM passage WHERE passage MATCH ?", (_quoted(word),))
            with_it = int(count.fetchone()[0])
            known = max(1e-6, math.log((self.rows - with_it + 0.5) / (with_it + 0.5)))
            if len(self._weights) < 100_000:
                self._weights[word] = known
        return known


def _quoted(word: str) -> str:
    """A word as FTS5's query language reads it; no word of `_WORD` holds a quotation mark."""
    return f'"{word}"'


def ranked(scores: Mapping[int, float], most: int) -> list[tuple[int, float]]:
    """Rows and scores, best first, ties in the order of the documents."""
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:most]
