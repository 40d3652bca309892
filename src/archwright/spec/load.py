"""From files to a `System`: read, merge what is included, bind, then judge the whole. All problems come at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archwright.base.errors import InputError, Problem
from archwright.spec.bind import Binder, is_bad
from archwright.spec.judge import judge
from archwright.spec.model import System
from archwright.spec.source import Mapping, Scalar, Sequence, Tree, parse, read_text


@dataclass(frozen=True, slots=True)
class Loaded:
    """A system, the folder its file stands in, and the text of each file by the name shown in places."""

    system: System
    folder: Path
    sources: dict[str, str]


def load(path: Path) -> Loaded:
    """Read the system in `path` and everything it includes.

    Raises:
        InputError: with every problem found, in file order.
    """
    shown = str(path)
    sources = {shown: read_text(path)}
    tree = parse(sources[shown], shown)
    binder = Binder()
    _include(tree, path, sources, binder)
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
    if not is_bad(system):
        binder.problems.extend(judge(system))
    if binder.problems or not isinstance(system, System):
        raise InputError(binder.problems)
    return system


def _included(tree: Tree) -> list[Scalar]:
    if not isinstance(tree, Mapping) or "include" not in tree.items:
        return []
    names = tree.items["include"][1]
    return [item for item in names.items if isinstance(item, Scalar)] if isinstance(names, Sequence) else []


def _include(tree: Tree, path: Path, sources: dict[str, str], binder: Binder) -> None:
    folder = path.parent.resolve()
    for item in _included(tree):
        target = (folder / item.text).resolve()
        if not target.is_relative_to(folder):
            binder.problem("path-outside", f"`{item.text}` lies outside the project", item.where, "include files below this folder")
            continue
        if str(target) in sources or target == path.resolve():
            binder.problem("include-twice", f"`{item.text}` is included already", item.where, "remove one")
            continue
        try:
            shown = str(path.parent / item.text)
            text = read_text(target, shown)
            part = parse(text, shown)
        except InputError as error:
            binder.problems.extend(error.problems)
            continue
        sources[shown] = text
        if _included(part):
            binder.problem("include-nested", "an included file cannot include others", item.where, "list them all in the main file")
        _merge(tree, part, binder)


def _merge(tree: Tree, part: Tree, binder: Binder) -> None:
    """Add the sections of `part`: names join, lists are appended, nothing is overwritten."""
    if not isinstance(tree, Mapping) or not isinstance(part, Mapping):
        binder.problem("expected-mapping", "an included file holds sections, like the main file", part.where)
        return
    for name, (key, value) in part.items.items():
        if name not in tree.items:
            tree.items[name] = (key, value)
            continue
        mine = tree.items[name][1]
        if isinstance(mine, Mapping) and isinstance(value, Mapping):
            _merge(mine, value, binder)
        elif isinstance(mine, Sequence) and isinstance(value, Sequence):
            mine.items.extend(value.items)
        elif name != "include":
            first = tree.items[name][0].where
            binder.problems.append(Problem("duplicate-key", f"`{name}` stands in {first} already", key.where, "rename or remove one"))
