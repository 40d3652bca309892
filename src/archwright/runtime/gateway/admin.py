"""The gateway's other door, for those who run it: its counters, its state, and a new plan without a restart.

It has a port of its own on this machine only, and a key of its own.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Final

import msgspec

from archwright.base.errors import ArchwrightError
from archwright.policy import breaker
from archwright.runtime.gateway.app import Gateway
from archwright.runtime.gateway.way import is_local
from archwright.runtime.http1.request import Header, Request

MOST_BYTES: Final = 64 * 1024
_JSON: Final[Header] = (b"content-type", b"application/json")
_TEXT: Final[Header] = (b"content-type", b"text/plain; version=0.0.4; charset=utf-8")


class Admin:
    """The service.

    Args:
        app: the gateway that it is about.
        digest: hexadecimal SHA-256 of the key; empty: whoever is on this machine is let in.
        reload: takes a new plan over and says so in a few words.
    """

    def __init__(self, app: Gateway, digest: str, reload: Callable[[], str]) -> None:
        self.app = app
        self.digest = bytes.fromhex(digest)
        self.reload = reload

    async def start(self) -> None:
        """Nothing must be made ready."""

    async def stop(self) -> None:
        """Nothing must be closed."""

    async def handle(self, request: Request) -> None:
        """Answer a request."""
        place = ("GET" if request.method == "HEAD" else request.method, request.path)
        if not self._allowed(request):
            self._say(request, 401, {"error": "send `Authorization: Bearer` with the key of the admin door"})
        elif place == ("GET", "/metrics"):
            request.answer(200, (_TEXT,), self.app.counted())
        elif place == ("GET", "/state"):
            self._say(request, 200, self._state())
        elif place == ("POST", "/reload"):
            try:
                self._say(request, 200, {"reloaded": self.reload()})
            except ArchwrightError as error:
                self._say(request, 409, {"error": str(error)})
        elif request.path == "/cache" or request.path.startswith("/cache/"):
            await self._cache(request, place)
        else:
            self._say(request, 404, {"error": "there is only GET /metrics, /state and /cache, and POST /reload"})

    async def _cache(self, request: Request, place: tuple[str, str]) -> None:
        """Answers by meaning: what they know, and what people have to say of them."""
        house = self.app.house
        if house.desk is None:
            self._say(request, 404, {"error": "no route answers by meaning"})
            return
        body = await request.body(MOST_BYTES)
        self._say(request, *await house.desk(house, f"{place[0]} {place[1]}", body or b""))

    def _allowed(self, request: Request) -> bool:
        if request.hosts > 1:
            return False
        if not self.digest:
            return is_local(request.headers)
        scheme, _, key = request.headers.get(b"authorization", b"").partition(b" ")
        given = hashlib.sha256(key.strip()).digest()
        return hmac.compare_digest(given, self.digest) and scheme.lower() == b"bearer"

    def _state(self) -> dict[str, object]:
        house = self.app.house
        brain = house.brain.machine
        return {
            "plan": house.hash,
            "system": house.plan.system,
            "in_flight": brain.in_flight,
            "waiting": brain.queued,
            "spent": {"settled": brain.spent.settled, "reserved": brain.spent.reserved},
            "tenants": {
                tenant.name: {"settled": spent.settled, "reserved": spent.reserved}
                for tenant, spent in zip(house.plan.tenants, brain.tenant_spent, strict=True)
            },
            "left_alone": [
                target.name
                for target, circuit in zip(house.plan.targets, brain.circuits, strict=True)
                if circuit.phase == breaker.OPEN
            ],
        }

    def _say(self, request: Request, status: int, data: dict[str, object]) -> None:
        request.answer(status, (_JSON,), msgspec.json.encode(data))
