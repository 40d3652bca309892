"""The agents behind a gateway, as far as the gateway knows them. They are loaded only where a plan is to run some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from archwright.runtime.gateway.answers import Answer
from archwright.runtime.gateway.exchange import Exchange

CONVERSATIONS = "/v1/conversations"


class Crew(Protocol):
    """Agents that answer. `models` are the names that clients ask for, and the agents behind them."""

    models: Mapping[str, str]

    async def start(self) -> None:
        """Open what is kept of conversations."""

    async def stop(self) -> None:
        """Close it."""

    async def answer(self, x: Exchange) -> Answer:
        """Answer a chat request whose model is an agent."""

    async def people(self, x: Exchange, method: str, path: str) -> Answer:
        """Say which conversations wait for a person, or take a person's answer."""
