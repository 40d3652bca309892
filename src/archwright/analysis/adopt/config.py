"""Looking things up in another program's YAML, with the line that each stands in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archwright.analysis.adopt.reader import Source
from archwright.base.errors import InputError, Location, Problem
from archwright.spec.source import Mapping, Scalar, Sequence, Tree, parse


@dataclass(frozen=True, slots=True)
class Config:
    """A value of the file; `tree` is None where there is none, and everything below it is nothing too."""

    tree: Tree | None

    def at(self, *keys: str) -> Config:
        """What stands under these keys, one below the other."""
        tree = self.tree
        for key in keys:
            tree = tree.items[key][1] if isinstance(tree, Mapping) and key in tree.items else None
        return Config(tree)

    def first(self, *keys: str) -> Config:
        """What stands under the first of these dotted keys that says anything."""
        found = (self.at(*key.split(".")) for key in keys)
        return next((item for item in found if item), Config(None))

    def __bool__(self) -> bool:
        nothing = isinstance(self.tree, Scalar) and not self.tree.quoted and self.tree.text in ("", "null", "~")
        return self.tree is not None and not nothing

    @property
    def parts(self) -> list[Config]:
        """The items of a list."""
        return [Config(item) for item in self.tree.items] if isinstance(self.tree, Sequence) else []

    @property
    def keys(self) -> dict[str, Config]:
        """What stands under each key of a mapping."""
        return (
            {key: Config(value) for key, (_, value) in self.tree.items.items()}
            if isinstance(self.tree, Mapping)
            else {}
        )

    @property
    def words(self) -> str:
        """A single value as it was written; empty where there is none."""
        return self.tree.text.strip() if self and isinstance(self.tree, Scalar) else ""

    @property
    def names(self) -> list[str]:
        """A list of words, or one word."""
        return [item.words for item in self.parts if item.words] or ([self.words] if self.words else [])

    @property
    def true(self) -> bool:
        """Whether it is switched on, in any way in which YAML says so."""
        return self.words.lower() in ("true", "yes", "on")

    @property
    def where(self) -> Location:
        """Its place."""
        return self.tree.where if self.tree is not None else Location("")

    @property
    def place(self) -> str:
        """Its place as people write it: `config.yaml:12`."""
        return f"{self.where.file.rpartition('/')[2]}:{self.where.line}"

    def number(self, problems: list[Problem], most: float = 1e12) -> float | None:
        """A number from 0 to `most`, or None where there is none; what is no number is noted in `problems`.

        A value that is taken from the environment is not known here.
        """
        words = self.words
        if not self or words.startswith("os.environ/"):
            return None
        try:
            value = float(words.replace("_", ""))
        except ValueError:
            value = -1.0
        if 0 <= value <= most:
            return round(value, 9)  # what is smaller is a slip, and no quantity that a file can hold
        said = repr(words[:40]) if words else "this"
        problems.append(
            Problem("bad-evidence", f"{said} is no number from 0 to {most:,.0f}", self.where, "mend it there")
        )
        return None


def config(source: Source) -> Config:
    """The file as a tree.

    Raises:
        InputError: it is no YAML, or is larger than a configuration can be.
    """
    try:
        return Config(parse(source.text, source.file))
    except InputError as error:
        mend = "tags, several documents and broken YAML are not read"
        problems = [Problem(p.code, p.message, p.where, p.mend if p.where.line else mend) for p in error.problems]
        raise InputError(problems) from error


def scalars(item: Config, key: str = "") -> Iterator[tuple[str, Config]]:
    """Every single value below, with the key that it stands under."""
    stack = [(key, item)]
    while stack:
        above, here = stack.pop()
        inner = [*here.keys.items(), *((above, part) for part in here.parts)]
        stack.extend(reversed(inner))
        if not inner and here:
            yield above, here
