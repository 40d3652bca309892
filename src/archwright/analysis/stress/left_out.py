"""What a file says that no simulation follows, so that nobody takes it for simulated."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.plan.model import Plan
from archwright.spec.model import Flow, System

ELSEWHERE = "Simulated are those of the gateway's calls of models."


def left_out(system: System, plan: Plan) -> Iterator[str]:
    """A sentence for each `retry` and `breaker` of a flow other than from the gateway to a model."""
    models = {target.name for target in plan.targets}
    for flow in system.flows:
        if str(flow.source) == plan.gateway.name and str(flow.target) in models:
            continue
        said = " and ".join(_said(flow))
        if said:
            yield f"Not simulated: the {said} of {flow.source} -> {flow.target}. {ELSEWHERE}"


def _said(flow: Flow) -> Iterator[str]:
    if flow.retry is not None and flow.retry.attempts.value > 1:
        yield "retry"
    if flow.breaker is not None:
        yield "breaker"
