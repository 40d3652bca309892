"""The emulated supplier where it speaks Anthropic's wire: a stand-in for targets that do."""

from __future__ import annotations

from archwright.runtime.provider import Provider


def _url(base: str, target: str) -> str:
    return f"{base.rstrip('/')}/{target}/v1/messages"


def _headers(key: str, request: str, attempt: int) -> dict[str, str]:
    return {"anthropic-version": "2023-06-01", "X-Request-Id": request, "X-Archwright-Attempt": str(attempt)}


PROVIDER = Provider(
    name="emulated-anthropic", url=_url, headers=_headers, needs_key=False, wire="anthropic", emulated=True
)
