"""RAG04: nobody knows how old the answers are."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.reach import ahead
from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    seen = set()
    for name in system.with_trait("retrieval"):
        for flow in ahead(system, name):
            target = system.components[flow.target]
            if target.has("store") and target.kept.freshness is None and flow.target not in seen:
                seen.add(flow.target)
                message = f"how old what `{name}` finds in `{flow.target}` may be is unknown"
                yield Hit(message, target.where, str(flow.target))


RULE = Rule(
    code="RAG04",
    name="index-without-age",
    severity="note",
    summary="A searched store has no target for how fresh it is.",
    why="The nightly import broke in March, and since then the machine quotes last winter's terms with confidence.",
    mend="write how old it may be at most, as `kept: {freshness: 1 d}`, and watch it",
    detection="Every store that a flow leads to from a retriever, without `kept: {freshness: …}`.",
    false_positives="Content that never changes: write a long time.",
    references=("F:AIR-OP-019", "N:MEASURE 2.4", "V:C12.3"),
    bad="""\
system: Wiki
data:
  page: {sensitivity: public}
components:
  finder: {kind: retriever}
  pages: {kind: vector-store, data: [page]}
# ^
flows:
  - {from: finder, to: pages, timeout: 1 s}
""",
    good="""\
system: Wiki
data:
  page: {sensitivity: public}
components:
  finder: {kind: retriever}
  pages: {kind: vector-store, data: [page], kept: {freshness: 1 d}}
flows:
  - {from: finder, to: pages, timeout: 1 s}
""",
    find=_find,
)
