"""REL01: a caller that may wait for ever."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.calls import waits
from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    for flow in system.flows:
        if waits(flow) and flow.timeout is None and not system.components[flow.source].has("actor"):
            yield Hit(f"`{flow.source}` waits for `{flow.target}` without a timeout", flow.where, str(flow.source))


RULE = Rule(
    code="REL01",
    name="no-timeout",
    severity="error",
    summary="A call that waits has no timeout.",
    why="When the other side hangs, the caller hangs with it, its workers fill up, and one slow part stops the whole.",
    mend="add `timeout: 2 s`: what the caller can afford to wait, less than what its own caller waits",
    detection="Every flow with `mode: sync` that is no return and has no `timeout`; calls of an actor are left out.",
    false_positives="A call that cannot hang, inside one process. Draw such parts as one component.",
    references=("AWS:REL05-BP05", "AWS:GENREL03-BP02", "V:C9.1"),
    bad="""\
system: Search
components:
  site: {kind: service}
  index: {kind: vector-store}
flows:
  - {from: site, to: index}
  # ^
""",
    good="""\
system: Search
components:
  site: {kind: service}
  index: {kind: vector-store}
flows:
  - {from: site, to: index, timeout: 800 ms}
""",
    find=_find,
)
