"""What an index is: it finds the stored questions whose vectors are nearest to one, within one namespace.

It keeps numbers of entries and vectors, nothing else; what an entry says is kept elsewhere (`entries`). Only an index
that several processes share keeps both together, so that one of them can give what another one learned.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from archwright.learn.recall import Near
    from archwright.runtime.entries.entry import Entry
    from archwright.runtime.orders import Orders

BEYOND: Final = 2**63  # entries and spaces are numbers from 0 to below this


class IndexFailure(OSError):
    """An index cannot be read or written now. It may come back."""


class Index(ABC):
    """An open index. It is used by one thread at a time.

    A `space` is a namespace as a number; an entry is in one space. Vectors have any length but 0; only their direction
    counts. All methods raise ValueError for a vector of other than `dimensions` numbers, with a part that is no number
    or without direction, and for an entry or space that is not from 0 to below 2**63; they raise IndexFailure where
    the place of the index does not answer.
    """

    dimensions: int

    @abstractmethod
    def add(self, entry: int, vector: Sequence[float], space: int) -> None:
        """Put an entry into a space. One that is there already is replaced, in whichever space it was."""

    @abstractmethod
    def remove(self, entry: int) -> None:
        """Take an entry out; one that is not there is no error."""

    @abstractmethod
    def search(self, vector: Sequence[float], space: int, most: int) -> list[Near]:
        """The entries of a space that are nearest by cosine (-1 to 1), nearest first, at most `most`.

        Equally near ones stand in the order of their numbers.
        """

    @abstractmethod
    def __len__(self) -> int:
        """How many entries it holds, in all spaces."""

    @abstractmethod
    def close(self) -> None:
        """Give it up."""


class Shared(NamedTuple):
    """An entry of a shared index that was found: how near it is (cosine), and how old (seconds)."""

    entry: Entry
    similarity: float
    age_s: float


class SharedIndex(Index):
    """An index that several processes use at once: with each vector lies the whole entry. Its clock is the database's.

    Its name is a family and, after a space, what its answers rest on: only within one name are entries found, and
    within a family they are erased. `orders` are what the gateways of a family tell each other to do.
    """

    orders: Orders

    @abstractmethod
    def group(self) -> int:
        """An identity for an answer that no process had before."""

    @abstractmethod
    def put(self, entry: Entry) -> float:
        """Keep an entry as its key, for as long as from its `kept_at` to its `until`; when that was (seconds).

        One of the same key is replaced.
        """

    @abstractmethod
    def near(self, vector: Sequence[float], space: int, most: int) -> list[Shared]:
        """What `search` finds, with the entries; those that are too old or just erased are left out."""

    @abstractmethod
    def has(self, key: int) -> bool:
        """Whether an entry is kept."""

    @abstractmethod
    def confirm(self, group: int) -> None:
        """Another client's answer was that of a group."""

    @abstractmethod
    def used(self, hits: Mapping[int, int]) -> None:
        """Entries answered so often since this was told last."""

    @abstractmethod
    def erase(
        self, keys: Iterable[int], tenant: str | None, scope: str | None, document: str | None, every: bool
    ) -> list[int]:
        """Erase entries of the family with one of these keys, of a tenant, scope or document, or all; their keys."""

    @abstractmethod
    def tidy(self, most: int, room: int) -> None:
        """Erase what is too old, and of its own what is worth least beyond `most` entries and `room` bytes."""

    @abstractmethod
    def missing(self, keys: Iterable[int]) -> list[int]:
        """Which of these keys are not kept, where anybody erased something of the family since this was asked last."""


@dataclass(frozen=True, slots=True)
class IndexKind:
    """One kind of index. `open` raises what `ready` does, and ValueError where it takes no vectors of so many numbers.

    Attributes:
        name: its name on the shelf.
        lasting: whether what was added is there when it is opened again, by any process: then `open` gives a
            SharedIndex. What is not lasting is filled at every start.
        open: opens an index of vectors of so many numbers at a place (only what is lasting has one).
        ready: whether it could be opened at a place once it is known how long vectors are; raises UsageError for a
            place that cannot be one of it, and DependencyMissing.
    """

    name: str
    lasting: bool
    open: Callable[[int, str], Index]
    ready: Callable[[str], None]


def checked(entry: int, space: int) -> None:
    """That both are numbers that every index can hold.

    Raises:
        ValueError: one is not.
    """
    if not (0 <= entry < BEYOND and 0 <= space < BEYOND):
        raise ValueError(f"entry {entry} in space {space}: both must be from 0 to below 2**63")
