"""GOV02: nobody answers for it."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    if system.owner:
        return
    orphans = [name for name in system.components if not system.owner_of(name)]
    whose = f"; nobody answers for {', '.join(f'`{name}`' for name in orphans)}" if orphans else ""
    yield Hit(f"the system has no owner{whose}", system.system.where, str(system.system))


RULE = Rule(
    code="GOV02",
    name="missing-owner",
    severity="error",
    summary="A system or a component has no owner.",
    why="Nobody is called when it fails, nobody decides about its risks, and nobody switches it off in the end.",
    mend="add `owner:` with a team's name at the top; a component may name its own",
    detection="A system without `owner`; the components named are those that name none of their own.",
    false_positives="None: who answers for a prototype is its author.",
    references=("N:GOVERN 2.1", "N:GOVERN 1.6", "EU:17", "AWS:OPS02-BP01", "ISO:A.3.2"),
    bad="""\
system: Search
#       ^
components:
  site: {kind: service, owner: web-team}
  index: {kind: vector-store}
""",
    good="""\
system: Search
owner: search-team
components:
  site: {kind: service, owner: web-team}
  index: {kind: vector-store}
""",
    find=_find,
)
