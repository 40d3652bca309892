"""RAG01: the search that finds what its asker may not see."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.reach import ahead
from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import CONFIDENTIAL, grade
from archwright.report.document import Severity
from archwright.spec.given import Word
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    for name in system.with_trait("retrieval"):
        for flow in ahead(system, name):
            target = system.components[flow.target]
            word = _limited(system, target.data) if target.has("store") else None
            if word is None or flow.identity == "caller":
                continue
            said = system.data[word].readers
            severity: Severity = "error" if said == "by-permission" else "warning"
            may = "not everyone may see" if said == "by-permission" else "may be for some only (`readers` is unknown)"
            message = f"`{name}` finds `{word}` in `{flow.target}`, which {may}, and not with the caller's rights"
            yield Hit(message, flow.where, name, severity=severity)


def _limited(system: System, words: tuple[Word, ...]) -> Word | None:
    """A class that not every caller may see, or that nobody says so of though it is confidential."""
    for word in words:
        said = system.data[word].readers
        if said == "by-permission" or (said == "unknown" and grade(system, word) >= CONFIDENTIAL):
            return word
    return None


RULE = Rule(
    code="RAG01",
    name="retrieval-for-all",
    severity="error",
    summary="A retriever searches content of mixed permissions, and not with the caller's rights.",
    why="One question brings up what others are paid, ill with or sued for; the model then says it in fluent words.",
    mend="filter by what the caller may see, and write `identity: caller` at the flow; or `readers: everyone`",
    detection="Every flow from a retriever to a store with a data class whose `readers` are `by-permission`, or are "
    "unknown while it is confidential or more, that is not read with `identity: caller`.",
    false_positives="A store for one group of people who may all read it: write `readers: everyone`.",
    references=("L:LLM08:2025", "F:AIR-DET-016", "F:AIR-SEC-002", "V:C8.1", "AWS:GENSEC01-BP03", "M:AML.M0019",
                "F:AIR-PREV-012"),
    bad="""\
system: Wiki
data:
  page: {sensitivity: internal, readers: by-permission}
  contract: {sensitivity: confidential}
components:
  finder: {kind: retriever}
  pages: {kind: vector-store, data: [page]}
  contracts: {kind: vector-store, data: [contract]}
flows:
  - {from: finder, to: pages, identity: service, timeout: 1 s}
  # ^
  - {from: finder, to: contracts, timeout: 1 s}
  # ^
""",
    good="""\
system: Wiki
data:
  page: {sensitivity: internal, readers: by-permission}
  contract: {sensitivity: confidential, readers: everyone}
components:
  finder: {kind: retriever}
  pages: {kind: vector-store, data: [page]}
  contracts: {kind: vector-store, data: [contract]}
flows:
  - {from: finder, to: pages, identity: caller, timeout: 1 s}
  - {from: finder, to: contracts, timeout: 1 s}
""",
    find=_find,
)  # fmt: skip
