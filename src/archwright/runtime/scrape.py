"""Fetches the counters of a gateway that runs."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from typing import Final
from urllib.parse import urlsplit

from archwright.base.errors import ProviderUnavailable, UsageError

PATIENCE_S: Final = 5.0
MOST: Final = 16 * 1024 * 1024
MOST_SAID: Final = 2000


def counters(url: str, key: str) -> str:
    """The text at `/metrics`; `key` is sent where there is one.

    Raises:
        UsageError: this is no address, or the key is not the one.
        ProviderUnavailable: no gateway answers there.
    """
    return asked(url, key, "/metrics")


def asked(url: str, key: str, path: str, body: bytes | None = None, patience_s: float = PATIENCE_S) -> str:
    """What a gateway says at a path of its door; a `body` is posted.

    Raises:
        UsageError: this is no address, the key is not the one, or there is no such path; with what the door says.
        ProviderUnavailable: no gateway answers there within `patience_s`, or it cannot do it now.
    """
    try:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ValueError
        request = urllib.request.Request(f"{url.rstrip('/')}{path}", data=body)
    except ValueError:
        raise UsageError(f"{url} is no address; a gateway is at one such as http://127.0.0.1:8080") from None
    if body is not None:
        request.add_header("Content-Type", "application/json")
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    try:
        # A proxy of the environment is not asked: what runs here is meant.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=patience_s) as answer:
            text: bytes = answer.read(MOST)
    except urllib.error.HTTPError as error:
        said = error.read(MOST_SAID).decode("utf-8", "replace")
        error.close()
        if error.code in (401, 403):
            raise UsageError(f"{url} wants a key: set ARCHWRIGHT_ADMIN_KEY to that of its admin door") from error
        if words := _words(said):
            raise (ProviderUnavailable if error.code >= 500 else UsageError)(f"{url} says: {words}") from error
        raise UsageError(f"{url} has no {path} ({error.code}); with --admin-port it is at the admin door") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ProviderUnavailable(f"no gateway answers at {url}: {getattr(error, 'reason', error)}") from error
    return text.decode("utf-8", "replace")


def _words(said: str) -> str:
    """What an admin door says beside a status, in printable words; empty where it is none that says it."""
    try:
        told = json.loads(said).get("error", "")
    except (ValueError, AttributeError):
        return ""
    return " ".join(told.split()) if isinstance(told, str) else ""
