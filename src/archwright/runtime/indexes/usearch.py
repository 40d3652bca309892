"""An index in memory by the package usearch: a graph for each space, for more than 200,000 entries."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from archwright.base.errors import DependencyMissing
from archwright.learn.recall import Near
from archwright.runtime.directions import unit
from archwright.runtime.index import Index, IndexKind, checked

INSTALL: Final = 'pip install "archwright[usearch]"'
EXACT: Final = 2000  # so many entries of a space and fewer are all compared exactly
WIDTH: Final = 128  # candidates that the graph keeps in mind while it is searched or added to


class GraphIndex(Index):
    """A graph for each space.

    Args:
        dimensions: how many numbers a vector has, at least 1.

    Raises:
        DependencyMissing: usearch is not installed.
    """

    def __init__(self, dimensions: int) -> None:
        if dimensions < 1:
            raise ValueError(f"vectors of {dimensions} numbers")
        self._package = _package()
        self.dimensions = dimensions
        self._graphs: dict[int, Any] = {}
        self._spaces: dict[int, int] = {}

    def add(self, entry: int, vector: Sequence[float], space: int) -> None:
        """Put an entry into a space."""
        checked(entry, space)
        row = unit(vector, self.dimensions)
        self.remove(entry)
        graph = self._graphs.get(space)
        if graph is None:
            graph = self._graphs[space] = self._package.Index(
                ndim=self.dimensions, metric="cos", dtype="f32", expansion_add=WIDTH, expansion_search=WIDTH
            )
        graph.add(entry, row, threads=1)
        self._spaces[entry] = space

    def remove(self, entry: int) -> None:
        """Take an entry out."""
        space = self._spaces.pop(entry, None)
        if space is None:
            return
        graph = self._graphs[space]
        graph.remove(entry)
        if not len(graph):
            del self._graphs[space]

    def search(self, vector: Sequence[float], space: int, most: int) -> list[Near]:
        """The nearest entries of a space."""
        checked(0, space)
        asked = unit(vector, self.dimensions)
        graph = self._graphs.get(space)
        if graph is None or most < 1:
            return []
        found = graph.search(asked, min(most, len(graph)), exact=len(graph) <= EXACT, threads=1)
        cosines = np.clip(1.0 - np.asarray(found.distances, np.float64), -1.0, 1.0)
        near = [Near(int(entry), float(cosine)) for entry, cosine in zip(found.keys, cosines, strict=True)]
        return sorted(near, key=lambda item: (-item.similarity, item.entry))

    def __len__(self) -> int:
        return len(self._spaces)

    def close(self) -> None:
        """Free its memory."""
        self._graphs.clear()
        self._spaces.clear()


def _open(dimensions: int, place: str) -> Index:
    return GraphIndex(dimensions)


def _package() -> Any:
    with contextlib.suppress(ImportError):
        importlib.import_module("onnxruntime")  # after usearch 2.26.6 its import ends the process
    try:
        return importlib.import_module("usearch.index")
    except ImportError as error:
        raise DependencyMissing(f"the index `usearch` needs the package of that name: `{INSTALL}`") from error


def _ready(place: str) -> None:
    _package()


INDEX = IndexKind("usearch", False, _open, _ready)
