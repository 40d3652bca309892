"""The shelf of indexes: one file for each way of finding near vectors. None of them knows what an entry says."""

from archwright.base.errors import DependencyMissing
from archwright.base.shelf import Shelf
from archwright.runtime.index import Index, IndexKind

INDEXES: Shelf[IndexKind] = Shelf("archwright.runtime.indexes", "INDEX", IndexKind)
PLAIN = "memory"  # needs numpy and nothing else
INSTALL = 'pip install "archwright[semantic]"'


def index_kind(name: str) -> IndexKind:
    """The kind of index that is called `name`.

    Raises:
        DependencyMissing: what it needs is not installed.
        UsageError: there is none of this name.
    """
    try:
        return INDEXES.get(name)
    except ModuleNotFoundError as error:
        raise DependencyMissing(f"the index `{name}` needs {error.name}: `{INSTALL}`") from error


def open_index(name: str, dimensions: int, place: str = "") -> Index:
    """An open index of vectors of so many numbers; `place` is where a lasting one is kept.

    Raises:
        DependencyMissing: what it needs is not installed.
        UsageError: there is none of this name, or the place cannot be one of it.
        OSError: the place does not answer.
    """
    return index_kind(name).open(dimensions, place)
