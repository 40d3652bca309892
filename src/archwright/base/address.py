"""Addresses that calls may go to: what is none, and what belongs to the machine and not to a supplier."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

# Where clouds tell a machine its own secrets; the rest of them is link-local.
METADATA: Final = frozenset(("168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"))
METADATA_NAMES: Final = frozenset(("metadata", "metadata.google.internal", "instance-data", "metadata.azure.internal"))
_NUMBER: Final = re.compile(r"(?:\d+|0x[0-9a-f]*)", re.IGNORECASE)


def wrong(url: str, query: bool = False) -> str:
    """What is wrong with an address that a design names for calls; empty: nothing. `query`: it may have one.

    It names a host and a path over HTTP, holds no secret, and leads to no place that is nobody's service: one where a
    cloud tells a machine its secrets, or one that every machine reads as another.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return "it is no address"
    if parts.scheme not in ("http", "https") or not host or port == 0 or not (url.isascii() and url.isprintable()):
        return "it is no address of HTTP"
    if " " in url or parts.username is not None or parts.password is not None:
        return "a key or a name does not belong into an address"
    if (parts.query and not query) or parts.fragment:
        return "nothing may stand behind its path"
    return wrong_host(host)


def wrong_host(host: str) -> str:
    """What is wrong with a host, a name or a number; empty: nothing."""
    if host in METADATA_NAMES:
        return "there a cloud tells a machine its secrets"
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        last = host.rpartition(".")[2]
        return "a number as a host is written as four numbers, or in brackets" if _NUMBER.fullmatch(last) else ""
    plain = getattr(found, "ipv4_mapped", None) or found
    if plain.is_link_local or str(plain) in METADATA:
        return "there a cloud tells a machine its secrets"
    return "nobody answers there" if plain.is_multicast or plain.is_unspecified else ""


def near(url: str) -> bool:
    """Whether an address is on this machine or in a network of our own, as far as it says so itself."""
    host = urlsplit(url).hostname or ""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal", ".svc", ".lan"))
    return found.is_private or found.is_loopback
