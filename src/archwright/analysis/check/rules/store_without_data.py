"""DAT05: nobody knows what lies there."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import theirs
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    for name, component in system.with_trait("store").items():
        if not component.data:
            yield Hit(f"what data `{name}` keeps is unknown", component.where, name)
    for flow in system.flows:
        target = system.components[flow.target]
        if not flow.data and not flow.returns and theirs(system, target) and not target.has("actor"):
            message = f"what data goes from `{flow.source}` to `{flow.target}`, which others run, is unknown"
            mend = "write its classes under `data:` of the flow, and declare them once at the top"
            yield Hit(message, flow.where, str(flow.target), mend, "note")


RULE = Rule(
    code="DAT05",
    name="store-without-data",
    severity="warning",
    summary="A store, or a flow to a third party, names no class of data.",
    why="No other rule can say whether the data may be there, who may read them and how they are deleted.",
    mend="declare classes under `data:` at the top, and name those that it keeps under its own `data:`",
    detection="Every store without `data`, and, as a note, every flow without `data` to a component that others run.",
    false_positives="A store of settings or counters: declare a class for them with `sensitivity: internal`.",
    references=("F:AIR-PREV-006", "AWS:SEC07-BP01", "N:MEASURE 2.10"),
    bad="""\
system: Search
components:
  site: {kind: service}
  index: {kind: vector-store}
# ^
  ranker: {kind: external-system}
flows:
  - {from: site, to: index, timeout: 800 ms}
  - {from: site, to: ranker, timeout: 800 ms}
  # ^
""",
    good="""\
system: Search
data:
  page: {sensitivity: public}
components:
  site: {kind: service}
  index: {kind: vector-store, data: [page]}
  ranker: {kind: external-system}
flows:
  - {from: site, to: index, timeout: 800 ms}
  - {from: site, to: ranker, data: [page], timeout: 800 ms}
""",
    find=_find,
)
