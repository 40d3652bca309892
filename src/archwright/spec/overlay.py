"""A file laid over another: it says only what differs, for an environment or for an option of a decision.

- Keys join: what the overlay does not mention stays. `key: null` takes a key away.
- Values, and lists of values, replace. So does a number with its provenance, as a whole.
- Flows join by `from` and `to` (and by `label`, if the overlay gives one), steps of a journey by `name`; an entry that
  is not there yet is added at the end. `remove: true` in an entry takes it away.

Everything keeps the place where it was written, so a mistake is shown in the file that made it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from archwright.base.text import nearest
from archwright.spec.bind import Binder, is_nothing
from archwright.spec.source import Mapping, Scalar, Sequence, Tree

Path = tuple[str, ...]
REMOVE: Final = "remove"
_NULL: Final = ("null", "~")


class _Joined(NamedTuple):
    """A list whose entries join: by which keys they are found, and which key decides between several."""

    keys: tuple[str, ...]
    finer: str = ""


# Paths of such lists; `*` stands for any name.
_LISTS: Final[dict[Path, _Joined]] = {
    ("flows",): _Joined(("from", "to"), "label"),
    ("workload", "journeys", "*", "steps"): _Joined(("name",)),
}


def overlaid(tree: Tree, over: Tree, binder: Binder) -> Tree:
    """`over` laid over `tree`; neither is changed. What cannot be is noted at its place in `over`."""
    if not isinstance(tree, Mapping) or not isinstance(over, Mapping):
        message = "an overlay holds sections, like the file that it is laid over"
        binder.problem("expected-mapping", message, over.where, "write one `section: …` a line")
        return tree
    if "include" in over.items:
        mark = over.items["include"][0]
        binder.problem("include-nested", "an overlay cannot include others", mark.where, "list it in the main file")
        over = Mapping(over.where, {key: item for key, item in over.items.items() if key != "include"}, over.repeated)
    return _mapping(tree, over, (), binder)


def _tree(old: Tree, new: Tree, path: Path, binder: Binder) -> Tree:
    """The new value, joined with the old one where both have parts."""
    if isinstance(old, Mapping) and isinstance(new, Mapping) and not _is_number(new):
        return _mapping(old, new, path, binder)
    joined = next((rule for pattern, rule in _LISTS.items() if _matches(pattern, path)), None)
    if joined is not None and isinstance(old, Sequence) and isinstance(new, Sequence):
        return _list(old, new, joined, path, binder)
    return new


def _mapping(old: Mapping, new: Mapping, path: Path, binder: Binder) -> Mapping:
    items = dict(old.items)
    for key in new.repeated:
        binder.problem("duplicate-key", f"`{key.text}` stands twice in the overlay", key.where, "remove one")
    for name, (mark, value) in new.items.items():
        if _is_null(value):
            _take_away(items, name, mark, binder)
        elif is_nothing(value):
            mend = f"write `{name}: null` to take it away, or a value"
            binder.problem("expected-word", f"`{name}` says nothing", mark.where, mend)
        elif name in items:
            kept, before = items[name]
            after = _tree(before, value, (*path, name), binder)
            items[name] = (mark if after is value else kept, after)
        else:
            items[name] = (mark, value)
    return Mapping(old.where, items, [key for key in old.repeated if key.text in items])


def _take_away(items: dict[str, tuple[Scalar, Tree]], name: str, mark: Scalar, binder: Binder) -> None:
    if name in items:
        del items[name]
        return
    hint = nearest(name, items)
    mend = f"did you mean `{hint}`?" if hint else "remove this line"
    binder.problem("nothing-to-remove", f"`{name}` is not there to be taken away", mark.where, mend)


def _list(old: Sequence, new: Sequence, rule: _Joined, path: Path, binder: Binder) -> Sequence:
    """Both lists in one: entries of the same name join in their old place."""
    items = list(old.items)
    for entry in new.items:
        removed, entry = _without_remove(entry, binder)
        found = list(_found(items, entry, rule))
        if len(found) > 1:
            names = " and ".join(f"`{key}`" for key in rule.keys)
            message = f"there are {len(found)} entries with the same {names}"
            mend = f"add the `{rule.finer}` of the one that is meant" if rule.finer else "rename one of them"
            binder.problem("ambiguous", message, entry.where, mend)
        elif not found and removed:
            binder.problem("nothing-to-remove", "there is no such entry to be taken away", entry.where, "remove this")
        elif not found:
            items.append(entry)
        elif removed:
            del items[found[0]]
        else:
            items[found[0]] = _tree(items[found[0]], entry, (*path, "*"), binder)
    return Sequence(old.where, items)


def _without_remove(entry: Tree, binder: Binder) -> tuple[bool, Tree]:
    """Whether an entry is to be taken away, and the entry without that word."""
    if not isinstance(entry, Mapping) or REMOVE not in entry.items:
        return False, entry
    mark, value = entry.items[REMOVE]
    if not isinstance(value, Scalar) or value.text != "true":
        binder.problem("expected-flag", "`remove` can only be true", mark.where, "write `remove: true`, or nothing")
    rest = {key: item for key, item in entry.items.items() if key != REMOVE}
    return True, Mapping(entry.where, rest, entry.repeated)


def _found(items: list[Tree], entry: Tree, rule: _Joined) -> Iterator[int]:
    """Places of the entries that `entry` means."""
    wanted = [_word(entry, key) for key in rule.keys]
    alike = [at for at, item in enumerate(items) if [_word(item, key) for key in rule.keys] == wanted]
    finer = _word(entry, rule.finer) if rule.finer else None
    if None in wanted:
        return
    yield from (at for at in alike if finer is None or _word(items[at], rule.finer) == finer)


def _word(tree: Tree, key: str) -> str | None:
    value = tree.items[key][1] if isinstance(tree, Mapping) and key in tree.items else None
    return value.text if isinstance(value, Scalar) else None


def _matches(pattern: Path, path: Path) -> bool:
    return len(pattern) == len(path) and all(part in ("*", name) for part, name in zip(pattern, path, strict=True))


def _is_number(tree: Mapping) -> bool:
    """Whether it is a number with its provenance: joined with another one it would have two origins."""
    return "value" in tree.items and isinstance(tree.items["value"][1], Scalar)


def _is_null(tree: Tree) -> bool:
    return isinstance(tree, Scalar) and not tree.quoted and tree.text in _NULL
