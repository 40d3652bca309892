"""Whether what a file names as addresses can be called, and is nobody's secret place."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.base.address import wrong
from archwright.base.errors import Problem
from archwright.spec.model import System
from archwright.spec.settings.agents import AskedSettings
from archwright.spec.settings.models import ModelSettings


def addresses(system: System) -> Iterator[Problem]:
    """Every address of a model or a tool that no call may go to."""
    for name, component in system.components.items():
        model, tool = component.settings_as(ModelSettings), component.settings_as(AskedSettings)
        settings = model or tool
        endpoint = settings.endpoint if settings is not None else None
        reason = wrong(str(endpoint), query=model is None) if endpoint else ""
        if endpoint and reason:
            message = f"`{name}` cannot be called at its `endpoint`: {reason}"
            yield Problem("bad-address", message, endpoint.where, "write it as `https://host/path`, without a key")
