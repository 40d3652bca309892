"""Who is called: an address taken apart, and the head of a request to it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit


class Origin(NamedTuple):
    """Who is called."""

    host: str
    port: int
    tls: bool


class Place(NamedTuple):
    """An address, with the lines that every call to it begins with."""

    origin: Origin
    head: bytes


@functools.lru_cache(maxsize=1024)
def place(url: str) -> Place:
    """An address taken apart.

    Raises:
        ValueError: it is none of HTTP.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or not url.isascii() or not url.isprintable():
        raise ValueError("this is no address of HTTP")
    tls = parts.scheme == "https"
    usual = 443 if tls else 80
    port = parts.port or usual
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    shown = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    named = shown if port == usual else f"{shown}:{port}"
    return Place(Origin(parts.hostname, port, tls), f"POST {path} HTTP/1.1\r\nHost: {named}\r\n".encode())


def head(start: bytes, headers: Mapping[str, str], length: int) -> bytes:
    """The head of a request.

    Raises:
        ValueError: a header cannot be sent.
    """
    text = "\r\n".join([*map(": ".join, headers.items()), ""])
    if text.count("\n") != len(headers) or text.count("\r") != len(headers) or "\0" in text:
        raise ValueError("a header has a line end in it")
    return b"%b%bContent-Length: %d\r\n\r\n" % (start, text.encode("latin-1"), length)
