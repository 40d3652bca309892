"""TEC01: more is put into a technology than it takes."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.facts.technologies import technology
from archwright.spec.given import Given
from archwright.spec.model import Component, System
from archwright.spec.settings.stores import QueueSettings, StreamSettings, VectorSettings


def _asked(component: Component) -> Iterator[tuple[str, Given]]:
    """What a component puts into its technology, by the measure of the limit."""
    vectors = component.settings_as(VectorSettings)
    if vectors is not None and vectors.dimensions is not None:
        yield "dimensions", vectors.dimensions
    messages = component.settings_as(QueueSettings) or component.settings_as(StreamSettings)
    if messages is not None and messages.message is not None:
        yield "message", messages.message


def _find(system: System) -> Iterator[Hit]:
    for name, component in system.components.items():
        known = technology(component.technology)
        for measure, asked in _asked(component) if known is not None else ():
            limit = known.limits.get(measure) if known is not None else None
            if known is None or limit is None or limit.most is None or asked.value <= limit.most:
                continue
            message = f"`{name}` is given {asked.text} where {known.title} has this limit: {limit.shown}"
            mend = f"make it smaller, or take another technology; the limit is to be seen at {limit.source.place}"
            yield Hit(message, asked.where, name, mend, "warning" if limit.confidence == "seen" else "note")


RULE = Rule(
    code="TEC01",
    name="beyond-technology",
    severity="warning",
    summary="A store or queue is given more than its technology takes.",
    why="The index cannot be made, or every large message is refused, and that is found out with the first real data.",
    mend="take smaller vectors or messages, or another technology",
    detection="Every component that names its `technology`, whose `dimensions` or `message` is more than the catalogue "
    "has as the limit. Limits that nobody looked up make a note only; unknown limits make none.",
    false_positives="Some limits are defaults, or were raised since the day on which they were looked at: the message "
    "says which, and the address where it can be seen.",
    references=("N:MAP 4.1",),
    bad="""\
system: Wiki
components:
  passages: {kind: vector-store, technology: pgvector, dimensions: 3072}
  #                                                                ^
  jobs: {kind: queue, technology: rabbitmq, message: 1 GB}
  #                                                  ^
  events: {kind: stream, technology: event-hubs, message: 5 MB}
  #                                                       ^
""",
    good="""\
system: Wiki
components:
  passages: {kind: vector-store, technology: pgvector, dimensions: 1024}
  jobs: {kind: queue, technology: rabbitmq, message: 1 MB}
  events: {kind: stream, technology: event-hubs, message: 1 MB}
""",
    find=_find,
)
