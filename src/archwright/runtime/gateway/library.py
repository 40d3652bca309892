"""The documents of one retriever in a running gateway: its index, searched off the event loop where that takes long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from archwright.base.errors import InputError, Location, Problem
from archwright.plan.grounding import fence_of
from archwright.plan.model import Plan, Retriever
from archwright.plan.passages import Index, Passage, decode, digest
from archwright.runtime.gateway.ask import BYTES_A_TOKEN
from archwright.runtime.retrieval.search import Hit, Searcher
from archwright.runtime.retrieval.vectors import Vectors

INLINE: Final = 100  # so few passages are searched in less time than a thread takes to begin
FRAME_TOKENS: Final = 200  # no instruction around passages is longer


class Library:
    """An index, its searcher and its thread.

    Args:
        retriever: what the plan says of it.
        index: its passages.
    """

    def __init__(self, retriever: Retriever, index: Index) -> None:
        self.retriever = retriever
        self.digest = retriever.index
        self.searcher = Searcher(index, retriever.fusion)
        self.fence = fence_of(self.digest)
        self.pool = ThreadPoolExecutor(1, f"search-{retriever.name}")
        longest = max((len(passage.text.encode()) for passage in index.passages), default=0)
        self.most_tokens = retriever.top * longest // BYTES_A_TOKEN + FRAME_TOKENS

    @property
    def passages(self) -> tuple[Passage, ...]:
        """All passages, by row."""
        return self.searcher.passages

    @property
    def wants_vectors(self) -> bool:
        """Whether it has an embedder and no vectors of its passages yet."""
        return self.retriever.embedder >= 0 and self.searcher.vectors is None

    @property
    def vector_size(self) -> int:
        """How many numbers a vector of its passages has; 0 without any."""
        return self.searcher.vectors.size if self.searcher.vectors is not None else 0

    async def search(self, question: str, vector: Sequence[float] | None) -> list[Hit]:
        """The best passages for a question, best first."""
        top = self.retriever.top
        if vector is None and len(self.passages) <= INLINE:
            return self.searcher.search(question, None, top)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.pool, self.searcher.search, question, vector, top)

    async def learn(self, vectors: Sequence[Sequence[float]]) -> None:
        """Take the vectors of all passages.

        Raises:
            ValueError: they differ in length, or their number is not that of the passages.
        """
        if len(vectors) != len(self.passages):
            raise ValueError(f"{len(vectors)} vectors for {len(self.passages)} passages")
        self.searcher.vectors = await asyncio.get_running_loop().run_in_executor(self.pool, Vectors, vectors)

    def close(self) -> None:
        """End its thread and free its memory."""
        self.pool.shutdown()
        self.searcher.words.close()


def open_libraries(plan: Plan, files: Sequence[str]) -> tuple[Library, ...]:
    """The libraries of a plan's retrievers, from the files of their indexes.

    Raises:
        InputError: a file is missing, no index, or not the one that the plan names.
        DependencyMissing: this Python cannot search text.
    """
    problems: list[Problem] = []
    found = []
    for place, retriever in enumerate(plan.retrievers):
        try:
            found.append((retriever, _index(retriever, files[place] if place < len(files) else "")))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return tuple(Library(retriever, index) for retriever, index in found)


def _index(retriever: Retriever, file: str) -> Index:
    mend = "run `archwright build` again, and keep what it writes together"
    try:
        data = Path(file).read_bytes() if file else b""
    except OSError as error:
        message = f"the index of `{retriever.name}` cannot be read: {error.strerror}"
        raise InputError([Problem("no-index", message, Location(file), mend)]) from error
    if not file:
        raise InputError([Problem("no-index", f"the index of `{retriever.name}` is missing", mend=mend)])
    index = decode(data, file)
    if digest(index) != retriever.index:
        message = f"this index of `{retriever.name}` is not the one that the plan was made with"
        raise InputError([Problem("stale-index", message, Location(file), mend)])
    return index
