"""Anthropic: its own wire at `<base>/messages`, the key in a header of its own, the version of the wire in another.

As in the documentation of the Messages API, November 2026. A request that was translated is sent in the version of
2023: the one of 2026-10-21 refuses a temperature. A client of this wire chooses its version itself.

Its `service_tier` knows `auto` and `standard_only`: the batch tier is for the batches of another address, so there is
no lane to ask for here (https://platform.claude.com/docs/en/api/service-tiers, read in November 2026).
"""

from __future__ import annotations

from archwright.runtime.provider import Provider

VERSION = "2023-06-01"


def _url(base: str, target: str) -> str:
    return f"{base.rstrip('/')}/messages"


def _headers(key: str, request: str, attempt: int) -> dict[str, str]:
    told = {"anthropic-version": VERSION, "X-Client-Request-Id": request}
    return {"x-api-key": key, **told} if key else told


PROVIDER = Provider(name="anthropic", url=_url, headers=_headers, needs_key=True, wire="anthropic")
