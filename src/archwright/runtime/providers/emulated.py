"""The emulated supplier: every target under its own name, no key, luck told by the request's id and the attempt."""

from __future__ import annotations

from archwright.runtime.provider import Provider


def _url(base: str, target: str) -> str:
    return f"{base.rstrip('/')}/{target}/v1/chat/completions"


def _embeddings(base: str, target: str) -> str:
    return f"{base.rstrip('/')}/{target}/v1/embeddings"


def _headers(key: str, request: str, attempt: int) -> dict[str, str]:
    return {"X-Request-Id": request, "X-Archwright-Attempt": str(attempt)}


PROVIDER = Provider(
    name="emulated",
    url=_url,
    headers=_headers,
    embeddings=_embeddings,
    needs_key=False,
    emulated=True,
    tier="service_tier",
)
