"""GOV12: it is used on people at work or at school, and nobody tells them."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    people = system.context.people
    groups = [word for word, said in (("work", people.workers), ("school", people.students)) if said == "true"]
    if groups and not people.informed:
        message = f"it is used on people at {' and '.join(groups)}, and how they learn of it is unknown"
        yield Hit(message, people.where, str(system.system))


RULE = Rule(
    code="GOV12",
    name="not-informed",
    severity="warning",
    summary="It is used on people at work or in education, and they are not informed.",
    why="They have a right to know before it begins; where there is a works council, it can stop what it was not told.",
    mend="write under `informed:` how and when they learn of it",
    detection="`context: people:` with `workers: true` or `students: true` and no `informed`.",
    false_positives="None: where they are told, it can be written down.",
    references=("EU:26", "N:MAP 5.2", "F:AIR-RC-022"),
    bad="""\
system: Shifts
context:
  people:
    workers: true
  # ^
components:
  desk: {kind: service}
""",
    good="""\
system: Shifts
context:
  people: {workers: true, informed: agreement with the works council of May 2026}
components:
  desk: {kind: service}
""",
    find=_find,
)
