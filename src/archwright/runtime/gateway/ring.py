"""The ring that a running gateway looks clients' keys up in: see `keys`, which says how they are kept."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from archwright.runtime.gateway.setup import ClientKey

_NOBODY: Final = hashlib.sha256(b"").digest()


@dataclass(frozen=True, slots=True)
class Tenant:
    """Who holds a key. `index` -1: the plan sets no bounds. `expires` in seconds of the epoch, 0: never."""

    name: str
    index: int
    digest: bytes
    key: str = ""
    expires: float = 0.0


class Keyring:
    """The keys of a running gateway. Without any, and none demanded, everybody on this machine is let in.

    Args:
        keys: those that hold.
        known: the plan's tenants, with their places.
        demanded: whether a key is needed even where there is none.
    """

    def __init__(self, keys: Iterable[ClientKey], known: Mapping[str, int], demanded: bool = False) -> None:
        self.known = known
        self.demanded = demanded
        self.tenants: dict[bytes, Tenant] = {}
        self.set(keys)

    def set(self, keys: Iterable[ClientKey]) -> None:
        """Take these keys in place of the ones before."""
        made = (
            Tenant(key.tenant, self.known.get(key.tenant, -1), bytes.fromhex(key.digest), key.id, key.expires)
            for key in keys
        )
        self.tenants = {tenant.digest: tenant for tenant in made}

    @property
    def needed(self) -> bool:
        """Whether a request must bring a key."""
        return self.demanded or bool(self.tenants)

    def tenant(self, key: bytes, now: float) -> Tenant | None:
        """Whose key it is at the time `now` (seconds of the epoch), or None."""
        digest = hashlib.sha256(key).digest()
        found = self.tenants.get(digest)
        same = hmac.compare_digest(found.digest if found is not None else _NOBODY, digest)
        if found is None or not same or 0.0 < found.expires <= now:
            return None
        return found
