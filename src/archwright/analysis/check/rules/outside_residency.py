"""DAT01: data where it must not be."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.given import Word
from archwright.spec.model import Component, System


def _find(system: System) -> Iterator[Hit]:
    seen = set()
    for name, word in _held(system):
        component = system.components[name]
        areas = system.data[word].residency
        if (name, word) in seen or not areas or component.has("actor"):
            continue
        seen.add((name, word))
        where = " or ".join(areas)
        if not component.region:
            if _is_theirs(system, component):
                message = f"`{word}` must stay in {where}, and nobody knows where `{name}` keeps it"
                yield Hit(message, word.where, name, f"ask its owner, and write `region:` under `{name}`")
        elif not any(lies_in(component.region, area) for area in areas):
            message = f"`{word}` must stay in {where}, but reaches `{name}` in {component.region}"
            yield Hit(message, word.where, name)


def _held(system: System) -> Iterator[tuple[str, Word]]:
    """(component, data class) of everything that flows or is kept."""
    for name, component in system.components.items():
        yield from ((name, word) for word in component.data)
    for flow in system.flows:
        yield from ((str(end), word) for word in flow.data for end in (flow.target, flow.source))


def _is_theirs(system: System, component: Component) -> bool:
    return component.has("external") or (component.group is not None and system.groups[component.group].trust != "ours")


def lies_in(region: str, area: str) -> bool:
    """Whether a region's name begins with the area's: `eu-west-1` lies in `eu` and in `eu-west`."""
    parts, wanted = region.lower().split("-"), area.lower().split("-")
    return parts[: len(wanted)] == wanted


RULE = Rule(
    code="DAT01",
    name="outside-residency",
    severity="error",
    summary="A data class leaves the regions that it must stay in.",
    why="It breaks the promise or the law that the residency stands for, and cannot be called back once it has left.",
    mend="run it in an allowed region, send it less (drop or mask the class), or change the residency with its owner",
    detection="Every component that keeps a data class with a `residency`, or stands at either end of a flow that "
    "carries it. Its region must begin with an allowed one: `eu-west-1` lies in `eu`. A component of someone else's "
    "without a region is a finding; one of ours is not, and neither is an actor.",
    false_positives="Names are all it sees: write `eu-westeurope` where a supplier says `westeurope`, and do not call "
    "a region `eu-west-2` where London is meant and the United Kingdom is not allowed.",
    references=("G:44", "N:MEASURE 2.10", "N:MAP 4.1", "F:AIR-RC-001", "F:AIR-PREV-007"),
    bad="""\
system: Claims
data:
  claim: {sensitivity: personal, residency: [eu]}
components:
  portal: {kind: service, region: eu-west-1}
  archive: {kind: database, region: us-east-1}
  scanner: {kind: external-system}
flows:
  - {from: portal, to: archive, data: [claim], timeout: 1 s}
  #                                    ^
  - {from: portal, to: scanner, data: [claim], timeout: 9 s}
  #                                    ^
""",
    good="""\
system: Claims
data:
  claim: {sensitivity: personal, residency: [eu]}
components:
  portal: {kind: service, region: eu-west-1}
  archive: {kind: database, region: eu-central-1}
  scanner: {kind: external-system, region: eu}
flows:
  - {from: portal, to: archive, data: [claim], timeout: 1 s}
  - {from: portal, to: scanner, data: [claim], timeout: 9 s}
""",
    find=_find,
)
