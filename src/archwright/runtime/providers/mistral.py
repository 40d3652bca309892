"""Mistral: the OpenAI wire format, but a field that it does not know is answered with 422.

It tells its usage at the end of every stream without being asked. Seen in public reports up to December 2025.
"""

from __future__ import annotations

from archwright.runtime.provider import Provider, bearer, chat_url

PROVIDER = Provider(
    name="mistral",
    url=chat_url,
    headers=bearer,
    needs_key=True,
    without=frozenset({"stream_options"}),
    renamed={"max_completion_tokens": "max_tokens"},
)
