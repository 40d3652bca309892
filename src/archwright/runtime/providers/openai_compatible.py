"""Suppliers that speak the OpenAI wire format at `<base>/chat/completions` with a bearer key."""

from __future__ import annotations

from archwright.runtime.provider import Provider, bearer, chat_url

PROVIDER = Provider(name="openai-compatible", url=chat_url, headers=bearer, needs_key=True, tier="service_tier")
