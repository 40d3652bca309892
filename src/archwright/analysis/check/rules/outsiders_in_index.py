"""RAG02: what a stranger wrote is found, believed and obeyed."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.reach import guarded, guards, reached
from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    for name in system.with_trait("retrieval"):
        for found in reached(system, name):
            component = system.components[found]
            word = next((word for word in component.data if system.data[word].authors == "outsiders"), None)
            if word is None or not component.has("store") or _cleaned(system, name, found):
                continue
            message = f"`{name}` finds `{word}`, which outsiders write, in `{found}`, and no guard looks at it"
            yield Hit(message, word.where, found)


def _cleaned(system: System, retriever: str, store: str) -> bool:
    """Whether a guard stands where it is written or where it is read."""
    writers = [flow.source for flow in system.flows if flow.target == store and flow.source != retriever]
    at_writing = bool(writers) and all(guarded(system, writer, "input") for writer in writers)
    readers = [flow.source for flow in system.flows if flow.target == retriever]
    at_reading = [guards(system.components[reader], "input") for reader in readers]
    return at_writing or guarded(system, retriever, "input") or (bool(at_reading) and all(at_reading))


RULE = Rule(
    code="RAG02",
    name="outsiders-in-index",
    severity="error",
    summary="Content that outsiders write is searched, and no guard looks at it.",
    why="A review, a mail or a page can hold orders for the model; whoever finds it carries them out.",
    mend="let a guard look at it before it is indexed, or where it is read; or index only what you write yourselves",
    detection="Every store that a retriever reaches with a data class of `authors: outsiders`, where no guard for "
    "input is, or is asked by, each that writes to it, or the retriever. Unknown authors are left out.",
    false_positives="Cleaning inside the pipeline that is drawn as one component: draw the guard.",
    references=("L:LLM01:2025", "L:LLM04:2025", "ASI:ASI06", "F:AIR-PREV-002", "F:AIR-SEC-009", "V:C8.2", "V:C2.1"),
    bad="""\
system: Reviews
data:
  review: {sensitivity: public, authors: outsiders}
components:
  import: {kind: batch-job}
  finder: {kind: retriever}
  reviews:
    kind: vector-store
    data: [review]
         # ^
flows:
  - {from: import, to: reviews, mode: async}
  - {from: finder, to: reviews, timeout: 1 s}
""",
    good="""\
system: Reviews
data:
  review: {sensitivity: public, authors: outsiders}
components:
  import: {kind: batch-job}
  filter: {kind: guard, checks: [injection]}
  finder: {kind: retriever}
  reviews:
    kind: vector-store
    data: [review]
flows:
  - {from: import, to: filter, timeout: 1 s}
  - {from: import, to: reviews, mode: async}
  - {from: finder, to: reviews, timeout: 1 s}
""",
    find=_find,
)
