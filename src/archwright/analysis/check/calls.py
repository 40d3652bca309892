"""Who calls whom, as several rules ask it; what others ask too stands in `spec.calls`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.spec.calls import alone, needed, waits
from archwright.spec.model import Flow, System

__all__ = ["alone", "needed", "past_gateway", "waits"]


def past_gateway(system: System) -> Iterator[Flow]:
    """Calls of a model that no gateway makes: nothing there routes, caps or falls back."""
    for flow in system.flows:
        if (
            waits(flow)
            and system.components[flow.target].has("token-model")
            and not system.components[flow.source].has("gateway")
        ):
            yield flow
