"""REL07: one machine, or one person, that a critical journey cannot do without."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.calls import alone, needed
from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import Component, System


def _find(system: System) -> Iterator[Hit]:
    seen = set()
    for journey, path in ((n, needed(system, j)) for n, j in system.workload.journeys.items() if j.critical):
        for name in path:
            component = system.components[name]
            if alone(component) and name not in seen:
                seen.add(name)
                yield Hit(_message(journey, name, component), component.place("replicas"), name, _mend(component))


def _message(journey: str, name: str, component: Component) -> str:
    if component.has("human"):
        return f"critical journey `{journey}` waits for one person at `{name}`"
    return f"critical journey `{journey}` needs `{name}`, which runs once"


def _mend(component: Component) -> str:
    if component.has("human"):
        return "plan for two people, or let the journey go on without them (`background: true`)"
    if component.has("external"):
        return "agree on its availability and write its replicas, or let the step be skipped (`on_failure: skip`)"
    return ""


RULE = Rule(
    code="REL07",
    name="single-point-of-failure",
    severity="error",
    summary="A critical journey needs a component that runs only once.",
    why="One crash, one update or one lost zone stops the journey that the business stops without.",
    mend="write `replicas: 2`, or let the journey go on without it (`on_failure: skip`)",
    detection="For each journey with `critical: true`: the components of steps that must succeed, their gateways, and "
    "all that those call and wait for. Whatever is visited only in steps that may be skipped or run in the background "
    "is left out; models need a fallback instead, and a cache can be done without.",
    false_positives="A managed database has replicas that the file may not say: write them.",
    references=("AWS:REL11-BP02",),
    bad="""\
system: Shop
components:
  site: {kind: service, replicas: 2}
  orders: {kind: database}
# ^
flows:
  - {from: site, to: orders, timeout: 1 s}
workload:
  journeys:
    order:
      critical: true
      volume: 10k/month
      steps:
        - {name: order, at: site}
""",
    good="""\
system: Shop
components:
  site: {kind: service, replicas: 2}
  orders: {kind: database, replicas: 2}
flows:
  - {from: site, to: orders, timeout: 1 s}
workload:
  journeys:
    order:
      critical: true
      volume: 10k/month
      steps:
        - {name: order, at: site}
""",
    find=_find,
)
