"""DAT08: health, belief, origin: data that may not be processed without a stated reason."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    for name, data in system.data.items():
        if data.sensitivity == "special-category" and not data.basis:
            yield Hit(f"`{name}` is of a special category, and no basis for its use is recorded", data.where, name)


RULE = Rule(
    code="DAT08",
    name="no-basis",
    severity="error",
    summary="Data of a special category has no recorded basis.",
    why="Such data may not be processed at all unless an exception applies; without one the whole use is unlawful.",
    mend="write which exception applies under `basis:`, and where it is documented",
    detection="Every data class with `sensitivity: special-category` and no `basis`.",
    false_positives="None: whoever calls it special knows why it may be used, or does not yet.",
    references=("G:9", "EU:10", "N:MEASURE 2.10"),
    bad="""\
system: Clinic
data:
  finding: {sensitivity: special-category}
# ^
components:
  desk: {kind: service}
""",
    good="""\
system: Clinic
data:
  finding: {sensitivity: special-category, basis: "explicit consent, form 12, kept with the record"}
components:
  desk: {kind: service}
""",
    find=_find,
)
