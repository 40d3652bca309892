"""Keys of clients: a file that holds their hashes, and the ring that a gateway looks them up in.

A key is 256 bits of chance, so its SHA-256 cannot be guessed back and needs no salt. It is looked up by that hash,
whose time tells an attacker nothing that could be steered, and then compared in constant time. The key itself is in no
file, log, row or argument.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

import msgspec

from archwright.base.errors import InputError, Location, Problem
from archwright.ledger.balance import moment
from archwright.runtime.gateway.ring import Keyring
from archwright.runtime.gateway.setup import ClientKey

_log = logging.getLogger(__name__)


class KeyEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One key: its public name, who pays, its hash, and until when it holds. Times in UTC; empty: not (yet)."""

    id: str
    tenant: str
    sha256: str
    created: str
    expires: str = ""
    revoked: str = ""


class KeyFile(msgspec.Struct, frozen=True):
    """What the file holds."""

    keys: tuple[KeyEntry, ...] = ()
    version: int = 1


class Watched:
    """A file of keys that is read again when it changes.

    Args:
        file: of the keys.
        ring: what they are put on.
        more: keys that are not in the file and always hold.
    """

    def __init__(self, file: Path, ring: Keyring, more: tuple[ClientKey, ...]) -> None:
        self.file = file
        self.ring = ring
        self.more = more
        self.seen = (0, 0, 0)

    def read(self) -> None:
        """Put the file's keys on the ring. From now on a key is needed.

        Raises:
            InputError: it cannot be read.
        """
        self.ring.demanded = True
        self.seen = self._stamp()
        keys, stray = holding(read_keys(self.file), self.ring.known)
        for entry in stray:
            _log.warning(
                "key %s is of tenant %s, whom the plan does not know: it does not hold", entry.id, entry.tenant
            )
        self.ring.set((*self.more, *keys))

    def read_again(self) -> None:
        """Read it if it changed. One that cannot be read leaves the keys as they are."""
        try:
            if self._stamp() != self.seen:
                self.read()
                _log.warning("the keys were read again: %d hold", len(self.ring.tenants))
        except (InputError, OSError) as error:
            _log.error("the keys stay as they are: %s", error)

    def _stamp(self) -> tuple[int, int, int]:
        try:
            told = self.file.stat()
        except OSError as error:
            raise _refused(self.file, str(error.strerror), "make it with `archwright keys add TENANT`") from error
        return told.st_mtime_ns, told.st_size, told.st_ino


def read_keys(file: Path) -> KeyFile:
    """The file of keys.

    Raises:
        InputError: it is not there, or is none.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=KeyFile)
    except OSError as error:
        raise _refused(file, str(error.strerror), "make it with `archwright keys add TENANT`") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _refused(file, str(error), "name another file, or make it anew") from error


def holding(found: KeyFile, tenants: Iterable[str]) -> tuple[tuple[ClientKey, ...], list[KeyEntry]]:
    """The keys of a file that were not revoked, and those of tenants that a plan with tenants does not have."""
    known = frozenset(tenants)
    left = [entry for entry in found.keys if not entry.revoked]
    stray = [entry for entry in left if known and entry.tenant not in known]
    keys = tuple(
        ClientKey(entry.tenant, entry.sha256, entry.id, moment(entry.expires) if entry.expires else 0.0)
        for entry in left
        if entry not in stray
    )
    return keys, stray


def _refused(file: Path, reason: str, mend: str) -> InputError:
    return InputError([Problem("no-keys", f"the keys cannot be read: {reason}", Location(str(file)), mend)])
