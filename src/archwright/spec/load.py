"""From files to a `System`: read, merge what is included, lay overlays over it, bind, then judge the whole.

All problems come at once.
"""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import dataclass, replace
from pathlib import Path

from archwright.base.errors import InputError, Location, Problem
from archwright.spec.bind import Binder
from archwright.spec.given import Word
from archwright.spec.judge import judge
from archwright.spec.model import System
from archwright.spec.overlay import overlaid
from archwright.spec.paths import inside
from archwright.spec.setting import Setting, changed
from archwright.spec.source import Mapping, Scalar, Sequence, Tree, parse, read_text


@dataclass(frozen=True, slots=True)
class Loaded:
    """A system, the folder its file stands in, and the text of each file by the name shown in places."""

    system: System
    folder: Path
    sources: dict[str, str]

    def beside(self, name: Word) -> Path:
        """The path of a file that the system's file names; it may not be there.

        Raises:
            InputError: it lies outside the folder of the system's file, by its name or through a link.
        """
        found = inside(self.folder, name)
        if found is None:
            raise InputError([_outside(name, name.where)])
        return found


def load(path: Path, overlays: Many[Word] = (), given: Many[Setting] = ()) -> Loaded:
    """Read the system in `path` and everything it includes, with the files `overlays` laid over it in their order.

    After that every value in `given` is put in its place (see `spec.setting`).

    An overlay says what differs (see `spec.overlay`); it lies in the folder of `path` or below. `Word("prod.yaml")` is
    enough for one that comes from a command line.

    Raises:
        InputError: with every problem found, in file order.
    """
    shown = str(path)
    sources = {shown: read_text(path)}
    tree = parse(sources[shown], shown)
    binder = Binder()
    tree = _include(tree, path, sources, binder)
    for name in overlays:
        tree = _overlay(tree, path, name, sources, binder)
    tree = changed(tree, given, binder)
    return Loaded(_system(tree, binder), path.parent, sources)


def loads(text: str, file: str = "system.yaml") -> System:
    """The system in a text; `include` is refused, because a text has no folder.

    Raises:
        InputError: with every problem found, in file order.
    """
    tree = parse(text, file)
    binder = Binder()
    for item in _included(tree):
        binder.problem("include-refused", "a text cannot include files", item.where, "load it from a file")
    return _system(tree, binder)


def _system(tree: Tree, binder: Binder) -> System:
    system = binder.record(System, tree)
    binder.check_references()
    if isinstance(system, System):
        for problem in judge(system, binder.spoilt):
            binder.note(problem)
    if binder.problems or not isinstance(system, System):
        raise InputError(binder.problems)
    return system


def _included(tree: Tree) -> list[Scalar]:
    if not isinstance(tree, Mapping) or "include" not in tree.items:
        return []
    names = tree.items["include"][1]
    return [item for item in names.items if isinstance(item, Scalar)] if isinstance(names, Sequence) else []


def _include(tree: Tree, path: Path, sources: dict[str, str], binder: Binder) -> Tree:
    """`tree` with the sections of everything that it includes; `sources` gets their texts."""
    seen = {path.resolve()}
    for item in _included(tree):
        target = inside(path.parent, item.text)
        if target is None:
            binder.note(_outside(item.text, item.where))
            continue
        if target in seen:
            mend = "a file cannot include itself" if target == path.resolve() else "remove one"
            binder.problem("include-twice", f"`{item.text}` is included already", item.where, mend)
            continue
        seen.add(target)
        shown = str(path.parent / item.text)
        try:
            sources[shown] = read_text(target, shown)
            part = parse(sources[shown], shown)
        except InputError as error:
            for problem in error.problems:
                binder.note(problem if problem.where.line else _of_file(problem, item))
            continue
        for nested in _included(part):
            mend = "list it in the main file"
            binder.problem("include-nested", "an included file cannot include others", nested.where, mend)
        tree = _merged(tree, part, binder)
    return tree


def _overlay(tree: Tree, path: Path, name: Word, sources: dict[str, str], binder: Binder) -> Tree:
    """`tree` with the file `name` laid over it; what is wrong with it is noted, and `tree` stays as it is."""
    target = inside(path.parent, name)
    if target is None:
        binder.note(_outside(name, name.where))
        return tree
    shown = str(path.parent / name)
    try:
        sources[shown] = read_text(target, shown)
        over = parse(sources[shown], shown)
    except InputError as error:
        for problem in error.problems:
            binder.note(problem if problem.where.line else _of_file(problem, Scalar(name, name.where)))
        return tree
    return overlaid(tree, over, binder)


def _of_file(problem: Problem, item: Scalar) -> Problem:
    """What is wrong with another file as a whole, told where it is named."""
    return replace(problem, message=f"`{item.text}`: {problem.message}", where=item.where)


def _outside(name: str, where: Location) -> Problem:
    return Problem("path-outside", f"`{name}` lies outside the project", where, "name a file in this folder or below")


def _merged(tree: Tree, part: Tree, binder: Binder) -> Tree:
    """Both sections in one: names join, lists are appended, nothing is overwritten."""
    if not isinstance(tree, Mapping) or not isinstance(part, Mapping):
        binder.problem("expected-mapping", "an included file holds sections, like the main file", part.where)
        return tree
    items = dict(tree.items)
    for name, (key, value) in part.items.items():
        if name not in items:
            items[name] = (key, value)
            continue
        mark, mine = items[name]
        if isinstance(mine, Mapping) and isinstance(value, Mapping):
            items[name] = (mark, _merged(mine, value, binder))
        elif isinstance(mine, Sequence) and isinstance(value, Sequence) and name != "include":
            items[name] = (mark, Sequence(mine.where, [*mine.items, *value.items]))
        elif name != "include":
            message = f"`{name}` stands in {mark.where} already"
            binder.problem("duplicate-key", message, key.where, "rename or remove one")
    return Mapping(tree.where, items, [*tree.repeated, *part.repeated])
