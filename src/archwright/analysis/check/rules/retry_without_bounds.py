"""REL02: trying again at once, or without end, when the other side is already in trouble."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import Retry, System


def _find(system: System) -> Iterator[Hit]:
    for flow in system.flows:
        lacks = _lacks(flow.retry) if flow.retry is not None else ()
        if lacks:
            words = " and no ".join(lacks)
            mend = "add " + " and ".join(f"`{_SHOWN[word]}`" for word in lacks)
            message = f"`{flow.source}` tries `{flow.target}` again with no {words}"
            yield Hit(message, flow.place("retry"), str(flow.source), mend)


def _lacks(retry: Retry) -> tuple[str, ...]:
    if retry.attempts.value <= 1:
        return ()
    pause = () if retry.backoff is not None and retry.backoff.value > 0 else ("backoff",)
    return (*pause, *(() if retry.budget is not None else ("budget",)))


_SHOWN = {"backoff": "backoff: 250 ms", "budget": "budget: 10 %"}

RULE = Rule(
    code="REL02",
    name="retry-without-bounds",
    severity="error",
    summary="A retry has no backoff or no budget.",
    why="Retries add load exactly when the other side has too much: a short outage becomes a long and a dear one.",
    mend="add `backoff: 250 ms` and `budget: 10 %` under `retry`",
    detection="Every `retry` of more than one attempt without a `backoff` above zero or without a `budget`.",
    false_positives="A call made a few times a day, where a storm cannot arise. Write a generous budget and say so.",
    references=("AWS:REL05-BP03", "ASI:ASI08"),
    bad="""\
system: Search
components:
  site: {kind: service}
  index: {kind: vector-store}
flows:
  - from: site
    to: index
    timeout: 800 ms
    retry: {attempts: 3}
  # ^
""",
    good="""\
system: Search
components:
  site: {kind: service}
  index: {kind: vector-store}
flows:
  - from: site
    to: index
    timeout: 800 ms
    retry: {attempts: 3, backoff: 100 ms, budget: 10 %}
""",
    find=_find,
)
