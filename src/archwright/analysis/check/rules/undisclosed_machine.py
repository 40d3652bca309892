"""OUT04: people are not told that they speak with a machine."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.reach import reached
from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import is_public
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    told = system.context.transparency
    if told.disclosed == "true" or told.interacts == "false":
        return
    if told.interacts == "true" and told.disclosed == "false":
        yield Hit("persons speak with a machine and are not told so", told.where, str(system.system))
    elif told.interacts == "true":
        message = "persons speak with a machine, and whether they are told so is unknown"
        yield Hit(message, told.where, str(system.system), severity="warning")
    elif public := _public(system):
        message = f"whether `{public}` is told that a machine answers is unknown"
        yield Hit(message, system.components[public].where, public, severity="warning")


def _public(system: System) -> str:
    """A public actor from whom a model is reached, or nothing."""
    for name, component in system.with_trait("actor").items():
        if is_public(system, component) and any(system.components[x].has("token-model") for x in reached(system, name)):
            return name
    return ""


RULE = Rule(
    code="OUT04",
    name="undisclosed-machine",
    severity="error",
    summary="Persons interact with a machine, and are not told so.",
    why="In the Union they must be told, and since August 2026 it is enforced; elsewhere they feel deceived too.",
    mend="tell them in the first line, and write `context: {transparency: {interacts: true, disclosed: true}}`",
    detection="`context: transparency:` with `interacts: true` and no `disclosed: true` (unknown is a warning), and, "
    "where nothing is said, a way from an actor in a group of the public to a model (a warning).",
    false_positives="A public form whose text a model only sorts: write `interacts: false`.",
    references=("EU:50", "AWS:RAIGT01-BP01", "N:MEASURE 2.8"),
    bad="""\
system: Desk
context:
  transparency:
    interacts: true
  # ^
    disclosed: false
components:
  desk: {kind: service}
""",
    good="""\
system: Desk
context:
  transparency: {interacts: true, disclosed: true}
components:
  desk: {kind: service}
""",
    find=_find,
)
