"""Secrets in a configuration: found by the key that they stand under or by their look, told by their line only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from archwright.analysis.adopt.config import Config, scalars
from archwright.report.document import Finding

_KEYS: Final = re.compile(
    r"(?:^|_)(?:api_?key|key|password|passwd|secret|secret_access_key|access_key_id|master_key|salt_key|private_key"
    r"|client_secret|auth_token|api_token|session_token|access_token|token|credentials?|authorization|license"
    r"|connection_string)$",
    re.IGNORECASE,
)
_LOOKS: Final = re.compile(
    r"(?:^|[^A-Za-z0-9])(?:sk-[A-Za-z0-9_-]{6,}|gsk_\w{10,}|xai-\w{10,}|AKIA[A-Z0-9]{12,}|AIza[\w-]{20,}|hf_\w{10,}"
    r"|gh[pousr]_\w{20,}|xox[abpr]-[\w-]{10,}|Bearer\s+\S{8,}|eyJ[\w-]{10,}\.[\w-]{10,}|-----BEGIN)"
)
_INNER: Final = re.compile(
    r"(?:(?:127|10)(?:\.\d+){3}|192\.168(?:\.\d+){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}|0\.0\.0\.0|::1)$"
    r"|f[cd][0-9a-f]{2}:|fe80:"
)
_PATH: Final = re.compile(r"[~.\w-]*(?:/[\w.-]+)+\.(?:json|pem|key|txt)")  # the secret is in that file
_ELSEWHERE: Final = ("os.environ/", "$", "<", "{{")  # the value is somewhere else, or has still to be filled in


def secret(key: str, value: str) -> bool:
    """Whether a value is a secret that stands there in clear."""
    if not value or value.startswith(_ELSEWHERE) or value.lower() in ("true", "false", "none", "null"):
        return False
    named = _KEYS.search(key) is not None and _PATH.fullmatch(value) is None
    return named or _LOOKS.search(value) is not None or _in_address(value)


def _in_address(value: str) -> bool:
    try:
        return "://" in value and bool(urlsplit(value).password)
    except ValueError:
        return False


def found(item: Config) -> Iterator[Finding]:
    """A finding for each secret below; the secret itself is in none of them."""
    for key, value in scalars(item):
        if secret(key, value.words):
            yield Finding(
                "KEY01",
                "error",
                f"a key stands in line {value.where.line} of {value.place.rpartition(':')[0]}, under `{key}`",
                value.where,
                "Whoever reads the file can use the key and run up the bill, and copies of the file last for years.",
                "have a new key made, and write `os.environ/NAME` there",
                key,
            )


def address(words: str) -> str:
    """An address without what could be a secret in it: scheme, host, port and path; empty where it is none."""
    try:
        parts = urlsplit(words)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or _LOOKS.search(parts.path):
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}"


def private(words: str) -> bool:
    """Whether an address lies in one's own network: loopback, a private range, or a name without a public domain."""
    try:
        host = urlsplit(words).hostname or ""
    except ValueError:
        return False
    inner = _INNER.match(host)
    ends = (".local", ".internal", ".lan", ".localdomain", ".cluster.local", ".svc")
    return bool(host) and (bool(inner) or ("." not in host and ":" not in host) or host.endswith(ends))
