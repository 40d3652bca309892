"""What an embedder is: it turns texts into vectors, so that texts of like meaning are near each other."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from array import array
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, NamedTuple

Vector = Sequence[float]
BATCH: Final = 32  # texts that are embedded together


class EmbedderError(OSError):
    """No vectors now; the next texts may have some."""


class TooLong(EmbedderError):
    """A text is longer than the embedder reads. Its beginning alone would stand for other texts too, so it has none."""


class Embedder(ABC):
    """Something that makes vectors. It is used on one event loop.

    Attributes:
        name: which model it is. Vectors of two models cannot be compared.
        dimensions: of a vector.
        neural: whether it was trained on meaning. One that only counts letters says no, and no semantic cache serves
            by it.
    """

    name: str
    dimensions: int
    neural: bool

    @abstractmethod
    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """The vectors of some texts, in order.

        Raises:
            EmbedderError: there are none: it is closed, failed, or a text is longer than it reads.
        """

    @abstractmethod
    async def close(self) -> None:
        """Give it up; who still waits gets an EmbedderError."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an embedder's vectors come from: what a kind needs to open one. Each kind looks at its own part.

    Attributes:
        folder: of a local model; "": where its package was installed.
        call: asks an endpoint for the vectors of some texts.
        name: of the endpoint's model.
        dimensions: of its vectors.
        neural: whether that model was trained on meaning.
    """

    folder: str = ""
    call: Callable[[Sequence[str]], Awaitable[Sequence[Vector]]] | None = None
    name: str = ""
    dimensions: int = 0
    neural: bool = True


@dataclass(frozen=True, slots=True)
class EmbedderKind:
    """One kind of embedder: its name on the shelf, and what opens one (which may take a second, off the event loop)."""

    name: str
    open: Callable[[Source], Embedder]


class _Asked(NamedTuple):
    texts: tuple[str, ...]
    answer: asyncio.Future[list[Vector]]


class Batched(Embedder):
    """An embedder of this process, in a thread of its own. What waits together is embedded together, in order.

    Args:
        name: which model it is.
        dimensions: of a vector.
        make: the vectors of some texts, None for one that is too long. Only one thread calls it.
    """

    neural = True

    def __init__(self, name: str, dimensions: int, make: Callable[[Sequence[str]], Sequence[Vector | None]]) -> None:
        self.name = name
        self.dimensions = dimensions
        self._make = make
        self._thread = ThreadPoolExecutor(1, "archwright-embedder")
        self._waiting: list[_Asked] = []
        self._work: asyncio.Task[None] | None = None
        self._closed = False

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """The vectors of some texts, in order."""
        if self._closed:
            raise EmbedderError("the embedder is closed")
        if not texts:
            return []
        loop = asyncio.get_running_loop()
        asked = _Asked(tuple(texts), loop.create_future())
        self._waiting.append(asked)
        if self._work is None or self._work.done():
            self._work = loop.create_task(self._all())
        return await asked.answer

    async def _all(self) -> None:
        taken: list[_Asked] = []
        try:
            while self._waiting:
                taken = self._next()
                await self._together(taken)
        finally:  # whatever ended it, nobody waits for an answer that does not come
            for asked in (*taken, *self._waiting):
                _answered(asked, [], EmbedderError("the embedder was stopped"))

    def _next(self) -> list[_Asked]:
        """Who comes next: as many as fill a batch, and one at least. Who went away is left out."""
        taken: list[_Asked] = []
        count = 0
        while self._waiting and (not taken or count + len(self._waiting[0].texts) <= BATCH):
            asked = self._waiting.pop(0)
            if not asked.answer.done():
                taken.append(asked)
                count += len(asked.texts)
        return taken

    async def _together(self, taken: Sequence[_Asked]) -> None:
        """Embed what several asked for. Where that fails, each is tried alone: one must not fail for another's text."""
        texts = [text for asked in taken for text in asked.texts]
        if not texts:
            return
        made = asyncio.get_running_loop().run_in_executor(self._thread, self._make, texts)
        await asyncio.wait([made])
        error = made.exception()
        if error is not None and len(taken) > 1:
            for asked in taken:
                await self._together([asked])
            return
        vectors = iter(made.result() if error is None else ())
        for asked in taken:
            own = [next(vectors, None) for _ in asked.texts]
            _answered(asked, own, error)

    async def close(self) -> None:
        """Wait for what is being embedded; who waits behind it gets an error."""
        self._closed = True
        waiting, self._waiting = self._waiting, []
        for asked in waiting:
            _answered(asked, [], EmbedderError("the embedder is closed"))
        if self._work is not None:
            await asyncio.wait([self._work])
        await asyncio.get_running_loop().run_in_executor(None, self._thread.shutdown)


def _answered(asked: _Asked, vectors: Sequence[Vector | None], error: BaseException | None) -> None:
    if asked.answer.done():
        return
    found = [vector for vector in vectors if vector is not None]
    if error is not None:
        asked.answer.set_exception(EmbedderError(f"no vectors: {error}"))
    elif len(found) < len(asked.texts):
        asked.answer.set_exception(TooLong("a text is longer than the embedder reads"))
    else:
        asked.answer.set_result(found)


def packed(vector: Vector) -> array[float]:
    """A vector as it is stored: numbers of 32 bits."""
    return vector if isinstance(vector, array) and vector.typecode == "f" else array("f", vector)
