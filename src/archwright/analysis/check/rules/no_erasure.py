"""DAT10: a copy that nobody deletes."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import PERSONAL, SPECIAL, grade
from archwright.report.document import Severity
from archwright.spec.given import Word
from archwright.spec.model import Component, System
from archwright.spec.settings.gateway import CacheSettings


def _find(system: System) -> Iterator[Hit]:
    for name, component in system.components.items():
        for word in component.data:
            if grade(system, word) >= PERSONAL and not component.has("actor"):
                yield from _kept(system, name, component, word)


def _kept(system: System, name: str, component: Component, word: Word) -> Iterator[Hit]:
    said, data = component.kept.erasure, system.data[word]
    if said == "none":
        yield Hit(f"`{word}` of one person cannot be deleted from `{name}`", word.where, name)
    elif said == "unknown" and not _expires(system, component, word):
        message = f"how `{word}` of one person is deleted from `{name}` is unknown"
        severity: Severity = "error" if grade(system, word) >= SPECIAL else "warning"
        yield Hit(message, word.where, name, severity="note" if data.deletion else severity)


def _expires(system: System, component: Component, word: Word) -> bool:
    """Whether it is a cache that forgets before the class has to be gone."""
    settings, kept = component.settings_as(CacheSettings), system.data[word].retention
    return settings is not None and kept is not None and settings.ttl.value <= kept.value


RULE = Rule(
    code="DAT10",
    name="no-erasure",
    severity="error",
    summary="Personal data lies where one person's cannot be deleted.",
    why="Who asks to be forgotten lives on in caches, indexes and memories, and the promise to delete is broken.",
    mend="write `kept: {erasure: by-key}` where it is deleted by a key, `expires` where it goes by itself in time",
    detection="Every component that keeps personal or special data without `erasure: by-key` or `expires`. `none` is "
    "an error; unknown is a warning (an error for special categories), and a note where the class says its `deletion`. "
    "A cache whose `ttl` is no longer than the class's `retention` is left out.",
    false_positives="A copy that holds nothing of one person: give it a class of its own.",
    references=("G:17", "V:C8.3", "L:LLM08:2025", "F:AIR-SEC-002"),
    bad="""\
system: Claims
data:
  claim: {sensitivity: personal, retention: 90 d}
components:
  archive:
    kind: database
    kept: {encrypted: true, erasure: none}
    data: [claim]
         # ^
  index:
    kind: vector-store
    kept: {encrypted: true}
    data: [claim]
         # ^
""",
    good="""\
system: Claims
data:
  claim: {sensitivity: personal, retention: 90 d}
components:
  archive:
    kind: database
    kept: {encrypted: true, erasure: by-key}
    data: [claim]
  cache:
    kind: cache
    ttl: 1 h
    kept: {encrypted: true}
    data: [claim]
""",
    find=_find,
)
