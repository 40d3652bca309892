"""`archwright keys`: keys of clients are made, listed and revoked. A key is shown once; the file holds its hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import secrets
import string
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from archwright.base.errors import UsageError
from archwright.base.text import nearest
from archwright.report.document import Document, Section, Table, Text
from archwright.runtime.gateway.keys import KeyEntry, KeyFile, read_keys
from archwright.verbs.answer import Answer

PREFIX: Final = "aw-"
_TENANT = re.compile(r"[^\x00-\x1f\x7f]{1,100}")


def add_key(file: Path, tenant: str, expires: dt.date | None = None, now: dt.datetime | None = None) -> Answer:
    """Make a key for a tenant; `data["key"]` is the only place where it ever stands.

    Args:
        file: of the hashes; made if need be, readable by its owner only.
        tenant: who pays.
        expires: the first day on which it no longer holds.
        now: the time; None: the clock's.

    Raises:
        InputError: the file is there and holds no keys.
        UsageError: the tenant's name or the day cannot be used, or another command is changing the file.
    """
    moment = now or dt.datetime.now(dt.UTC)
    name = tenant.strip()
    if not _TENANT.fullmatch(name):
        raise UsageError("a tenant's name has 1 to 100 characters, all of them printable")
    end = dt.datetime.combine(expires, dt.time(), dt.UTC) if expires else None
    if end is not None and end <= moment:
        raise UsageError(f"--expires {expires} is over already")
    known = read_keys(file) if file.exists() else KeyFile()
    key = PREFIX + secrets.token_urlsafe(32)
    entry = KeyEntry(
        id=_identity(known),
        tenant=name,
        sha256=hashlib.sha256(key.encode()).hexdigest(),
        created=_text(moment),
        expires=_text(end) if end else "",
    )
    _write(file, replace(known, keys=(*known.keys, entry)))
    lines = (
        Text(f"Key {entry.id} of {name}: {key}"),
        Text(
            f"It is shown this once; {file} holds its hash only. A gateway that serves with --keys {file} takes it now."
        ),
    )
    document = Document("Key", (Section("keys-add", "New key", lines),), str(file))
    return Answer("keys", (document,), written=(file,), data={"id": entry.id, "tenant": name, "key": key})


def list_keys(file: Path, now: dt.datetime | None = None) -> Answer:
    """All keys of a file, with their state.

    Raises:
        InputError: the file cannot be read.
    """
    moment = _text(now or dt.datetime.now(dt.UTC))
    found = read_keys(file).keys
    rows = tuple(
        (entry.id, entry.tenant, entry.created[:10], entry.expires[:10] or "–", _state(entry, moment))
        for entry in found
    )
    table = Table(("Key", "Tenant", "Created", "Expires", "State"), rows, "keys; the hashes are left out")
    body = (table,) if rows else (Text("There are no keys."),)
    data = {"keys": [{**msgspec.to_builtins(entry), "state": _state(entry, moment)} for entry in found]}
    for item in data["keys"]:
        del item["sha256"]
    return Answer("keys", (Document("Keys", (Section("keys-list", "Keys", body),), str(file)),), data=data)


def revoke_key(file: Path, identity: str, now: dt.datetime | None = None) -> Answer:
    """End a key by its public name. A running gateway refuses it within a second or two.

    Raises:
        InputError: the file cannot be read.
        UsageError: there is no such key.
    """
    found = read_keys(file)
    names = [entry.id for entry in found.keys]
    if identity not in names:
        hint = nearest(identity, names)
        raise UsageError(f"there is no key {identity!r} in {file}" + (f"; did you mean {hint!r}?" if hint else ""))
    moment = _text(now or dt.datetime.now(dt.UTC))
    keys = tuple(
        replace(entry, revoked=entry.revoked or moment) if entry.id == identity else entry for entry in found.keys
    )
    _write(file, replace(found, keys=keys))
    body = (Text(f"Key {identity} holds no longer."),)
    document = Document("Key", (Section("keys-revoke", "Revoked", body),), str(file))
    return Answer("keys", (document,), written=(file,), data={"id": identity})


def _state(entry: KeyEntry, now: str) -> str:
    if entry.revoked:
        return "revoked"
    return "expired" if entry.expires and entry.expires <= now else "holds"


def _identity(known: KeyFile) -> str:
    taken = {entry.id for entry in known.keys}
    while (name := "k" + "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(7))) in taken:
        pass
    return name


def _text(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds")


def _write(file: Path, found: KeyFile) -> None:
    """The file in one piece, for its owner only. What is written first beside it keeps two commands apart."""
    beside = file.with_name(f".{file.name}.new")
    data = msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n"
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise UsageError(f"another command is changing {file}; if none is, remove {beside}") from error
    try:
        with os.fdopen(handle, "wb") as sink:
            sink.write(data)
            sink.flush()
            os.fsync(sink.fileno())
        beside.replace(file)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
