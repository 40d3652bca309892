"""The embedder that a design declares as a component: any endpoint for embeddings, called by the gateway.

Each request's texts are its own call, so that the call has its row and price; the endpoint sees to batches.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence

from archwright.base.errors import UsageError
from archwright.runtime.embedder import Embedder, EmbedderError, EmbedderKind, Source, Vector


class Endpoint(Embedder):
    """An endpoint.

    Args:
        source: with the call, the name of the model and its dimensions (0: what the first answer has).
        call: asks the endpoint.
    """

    def __init__(self, source: Source, call: Callable[[Sequence[str]], Awaitable[Sequence[Vector]]]) -> None:
        self.name = source.name
        self.dimensions = source.dimensions
        self.neural = source.neural
        self._call = call
        self._closed = False

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """The vectors of some texts, in order."""
        if self._closed:
            raise EmbedderError("the embedder is closed")
        if not texts:
            return []
        found = list(await self._call(texts))
        if len(found) != len(texts):
            raise EmbedderError(f"the endpoint gave {len(found)} vectors for {len(texts)} texts")
        self.dimensions = self.dimensions or len(found[0])
        for vector in found:
            if len(vector) != self.dimensions:
                raise EmbedderError(f"the endpoint gave {len(vector)} numbers where {self.dimensions} are wanted")
            if not all(map(math.isfinite, vector)):
                raise EmbedderError("the endpoint gave what is no number")
        return found

    async def close(self) -> None:
        """Nothing is asked any more; connections are the gateway's."""
        self._closed = True


def _open(source: Source) -> Embedder:
    if source.call is None:
        raise UsageError("an endpoint for embeddings needs a component of the design that is one")
    return Endpoint(source, source.call)


EMBEDDER = EmbedderKind("endpoint", _open)
