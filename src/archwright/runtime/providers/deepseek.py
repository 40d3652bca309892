"""DeepSeek: the OpenAI wire format, but the bound of the answer has its older name.

Seen in descriptions of its API up to November 2026: they list `max_tokens` only.
"""

from __future__ import annotations

from archwright.runtime.provider import Provider, bearer, chat_url

PROVIDER = Provider(
    name="deepseek", url=chat_url, headers=bearer, needs_key=True, renamed={"max_completion_tokens": "max_tokens"}
)
