"""The shelf of readers: one file a kind of file that a draft can be made from."""

from __future__ import annotations

from archwright.analysis.adopt.reader import Reader, Source
from archwright.base.errors import UsageError
from archwright.base.shelf import Shelf

READERS: Shelf[Reader] = Shelf("archwright.analysis.adopt.readers", "READER", Reader)


def reader_for(source: Source, kind: str = "") -> Reader:
    """The reader of that kind, or the first one that recognises the file.

    Raises:
        UsageError: there is no such kind.
        InputError: no reader recognises it.
    """
    if kind:
        try:
            return READERS.get(kind)
        except UsageError as error:
            raise UsageError(f"{error} (known: {', '.join(READERS.names())})") from error
    if not source.data.strip():
        raise source.refused("the file is empty", "give the file that the other program writes or reads")
    found = next((reader for reader in READERS if reader.recognises(source)), None)
    if found is None:
        known = "; ".join(f"{reader.name}: {reader.doc}" for reader in READERS)
        raise source.refused("nobody recognises what this file is", f"say what it is with --kind ({known})")
    return found
