"""A shelf is a folder that is a list: one module an item, found by its file name.

Names are listed without importing anything; an item is imported when it is asked for. An installed
package adds items through the entry-point group `archwright.<shelf>`; its own names never shadow ours.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

from archwright.base.errors import UsageError
from archwright.base.text import nearest

T = TypeVar("T")


class Shelf(Generic[T]):
    """The items of one folder.

    Args:
        package: dotted name of the folder, e.g. `archwright.spec.kinds`.
        attribute: the name that every item's module offers, e.g. `KIND`.
        kind: type of the item, checked when it is loaded.
    """

    def __init__(self, package: str, attribute: str, kind: type[T]) -> None:
        self.package = package
        self.attribute = attribute
        self.kind = kind

    @property
    def group(self) -> str:
        """Name of the entry-point group through which others add items."""
        return self.package

    def names(self) -> tuple[str, ...]:
        """Every item's name, sorted. Words in file names are joined by `_`, in names by `-`."""
        return tuple(sorted({*_own(self.package), *_added(self.group)}))

    def get(self, name: str) -> T:
        """The item called `name`.

        Raises:
            UsageError: no such item (the nearest name is suggested), or what stands there does not offer it.
        """
        own = _own(self.package)
        if name in own:
            item = getattr(importlib.import_module(f"{self.package}.{own[name]}"), self.attribute, None)
        elif name in _added(self.group):
            try:
                item = _added(self.group)[name].load()
            except (ImportError, AttributeError) as error:
                raise UsageError(f"{self.package}: the package that adds {name!r} cannot be loaded: {error}") from error
        else:
            hint = nearest(name, self.names())
            raise UsageError(f"there is no {name!r} in {self.package}" + (f"; did you mean {hint!r}?" if hint else ""))
        if not isinstance(item, self.kind):
            raise UsageError(f"{self.package}: {name!r} does not offer {self.attribute} of type {self.kind.__name__}")
        return item

    def __iter__(self) -> Iterator[T]:
        return (self.get(name) for name in self.names())


@cache
def _own(package: str) -> dict[str, str]:
    folders = importlib.import_module(package).__path__
    files = (file for folder in folders for file in Path(folder).glob("[!_]*.py"))
    return {file.stem.replace("_", "-"): file.stem for file in files}


@cache
def _added(group: str) -> dict[str, importlib.metadata.EntryPoint]:
    return {point.name: point for point in importlib.metadata.entry_points(group=group)}
