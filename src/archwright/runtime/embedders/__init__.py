"""The shelf of embedders: one file for each way of making vectors of texts. None of them knows what they are for."""

from archwright.base.errors import DependencyMissing
from archwright.base.shelf import Shelf
from archwright.runtime.embedder import Embedder, EmbedderKind, Source

EMBEDDERS: Shelf[EmbedderKind] = Shelf("archwright.runtime.embedders", "EMBEDDER", EmbedderKind)
ENDPOINT = "endpoint"  # a component of the design makes the vectors; every other kind makes them in this process
INSTALL = 'pip install "archwright[semantic]"'


def open_embedder(name: str, source: Source) -> Embedder:
    """An open embedder.

    Raises:
        DependencyMissing: what it needs is not installed.
        InputError: the files of its model are not what they should be.
        UsageError: there is none of this name, or the source does not fit it.
    """
    try:
        kind = EMBEDDERS.get(name)
    except ModuleNotFoundError as error:
        raise DependencyMissing(f"the embedder `{name}` needs {error.name}: `{INSTALL}`") from error
    return kind.open(source)
