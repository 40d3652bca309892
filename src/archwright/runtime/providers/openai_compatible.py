"""Suppliers that speak the OpenAI wire format at `<base>/chat/completions` with a bearer key."""

from __future__ import annotations

from archwright.runtime.provider import Provider


def _url(base: str, target: str) -> str:
    return f"{base.rstrip('/')}/chat/completions"


def _headers(key: str, request: str, attempt: int) -> dict[str, str]:
    identity = {"X-Client-Request-Id": request}
    return {"Authorization": f"Bearer {key}", **identity} if key else identity


PROVIDER = Provider(name="openai-compatible", url=_url, headers=_headers, needs_key=True)
