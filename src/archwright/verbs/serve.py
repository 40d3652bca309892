"""`archwright serve`: the gateway, run from a plan that `build` made. Keys come from the environment."""

from __future__ import annotations

import hashlib
import ipaddress
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from archwright.base.errors import InputError, Location, Problem, UsageError
from archwright.base.text import nearest, plural
from archwright.facts import vendors
from archwright.plan.agents import emulated_only
from archwright.plan.model import Plan, Target, decode
from archwright.plan.passages import file_name
from archwright.runtime.gateway.keys import holding, read_keys
from archwright.runtime.gateway.server import gateway
from archwright.runtime.gateway.setup import ClientKey, Setup, Upstream
from archwright.runtime.providers import provider_for, stand_in
from archwright.runtime.serving import listen
from archwright.runtime.serving import serve as serve_on

KEYS = "ARCHWRIGHT_KEYS"
LEDGER = Path("ledger.jsonl")
_UNSENDABLE = "has a line end or another character that is not printable ASCII; set it anew"


def serve(  # noqa: PLR0913 - one argument an option of the command
    plan_file: Path,
    host: str = "127.0.0.1",
    port: int = 8080,
    ledger: Path | str = LEDGER,
    record: Path | None = None,
    emulated: str | None = None,
    scale: float = 1.0,
    sync: bool = False,
    key_file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve a plan until the process is told to stop.

    Args:
        plan_file: what `archwright build` wrote.
        host: address to listen on; other than loopback only with keys.
        port: 0 takes a free one.
        ledger: file for the ledger, or `postgresql://host/database#name`; one that is there is continued.
        record: file for the machine's events and orders; None: none.
        emulated: base address of an emulated supplier that stands in for all targets; None: the real ones.
        scale: how many times as fast time runs; other than 1 only against an emulated supplier.
        sync: store every row before its answer ends.
        key_file: hashes of keys that `archwright keys add` made; it is read again when it changes.
        environment: where keys are looked up; None: that of the process.
        say: told the address once requests are accepted.

    Raises:
        InputError: the plan or an index beside it cannot be read or is another one, or the ledger or the record is not
            ours to write.
        UsageError: keys are missing or wrong, or the address cannot be used.
        DependencyMissing: what runs its agents is not installed.
    """
    known = os.environ if environment is None else environment
    plan, data = _read(plan_file)
    if scale != 1.0 and emulated is None:
        raise UsageError("compressed time works only against an emulated provider")
    keys = client_keys(known.get(KEYS, ""), plan)
    keyed = len(keys) + (_count(key_file, plan) if key_file else 0)
    _allowed(host, keyed > 0 or key_file is not None)
    lacking = emulated_only(plan.tools) if emulated is None else ()
    setup = Setup(
        plan=data,
        upstreams=upstreams(plan, emulated, known),
        ledger=str(ledger),
        keys=keys,
        record=str(record) if record else "",
        scale=scale,
        sync=sync,
        key_file=str(key_file) if key_file else "",
        agents="" if lacking else str(conversations(ledger)),
        indexes=tuple(str(plan_file.parent / file_name(retriever.name)) for retriever in plan.retrievers),
    )
    if plan.agents and lacking:
        say(f"its agents are not served: {', '.join(lacking)} without `endpoint` can only be rehearsed")
    try:
        bound = listen(host, port)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {host}:{port}: {error.strerror}; choose another --port or --host"
        ) from error
    shown = f"[{host}]" if ":" in host else host
    who = plural(keyed, "key") if keyed or key_file else "no keys: this machine only"
    address = f"http://{shown}:{bound.getsockname()[1]}/v1"
    try:
        with bound, gateway(setup) as app:

            def ready() -> None:
                say(f"serving {plan.system} at {address} ({who})")
                say(f"ledger {ledger}: {app.house.journal.promise}")

            serve_on(app, bound, ready)
    except OSError as error:
        files = error.filename or " or ".join(str(file) for file in (ledger, record) if file)
        raise UsageError(f"cannot write {files}: {error.strerror or error}") from error


def conversations(ledger: Path | str) -> Path:
    """The file beside a ledger in which its agents keep conversations; in the working folder for one in a database."""
    file = LEDGER if "://" in str(ledger) else Path(ledger)
    return file.with_name(f"{file.stem}.conversations.sqlite")


def client_keys(text: str, plan: Plan) -> tuple[ClientKey, ...]:
    """Keys of clients from `tenant:key,tenant2:key2`, as digests.

    Raises:
        UsageError: a part is no pair, names a tenant that the plan does not have, or has a key that no header can
            carry. No key is repeated in the text.
    """
    names = [tenant.name for tenant in plan.tenants]
    found = []
    for place, part in enumerate((part.strip() for part in text.split(",") if part.strip()), 1):
        tenant, colon, key = part.partition(":")
        if not colon or not tenant.strip() or not key.strip():
            raise UsageError(f"{KEYS}: entry {place} is not `tenant:key`")
        if names and tenant.strip() not in names:
            hint = nearest(tenant.strip(), names) or ", ".join(names)
            raise UsageError(f"{KEYS}: entry {place} names no tenant of the plan; did you mean `{hint}`?")
        if not _sendable(key.strip()):
            raise UsageError(f"{KEYS}: the key of entry {place} {_UNSENDABLE}")
        found.append(ClientKey(tenant.strip(), hashlib.sha256(key.strip().encode()).hexdigest()))
    return tuple(found)


def upstreams(plan: Plan, emulated: str | None, environment: Mapping[str, str]) -> tuple[Upstream, ...]:
    """How each target of the plan is reached.

    Raises:
        UsageError: an address or a key is missing, or a header cannot carry a key; all of them at once.
    """
    if emulated is not None:
        return tuple(Upstream(stand_in(target.provider), emulated) for target in plan.targets)
    missing: list[str] = []
    found = tuple(_upstream(target, environment, missing) for target in plan.targets)
    if missing:
        raise UsageError("; ".join(dict.fromkeys(missing)) + "; or use `archwright rehearse`, which needs no keys")
    return found


def _upstream(target: Target, environment: Mapping[str, str], missing: list[str]) -> Upstream:
    vendor = vendors.vendor(target.provider)
    variable = vendor.key if vendor else f"{target.provider.upper().replace('-', '_')}_API_KEY"
    base = target.endpoint or (vendor.endpoint if vendor else "")
    key = environment.get(variable, "")
    if not base:
        missing.append(f"`{target.name}` has no endpoint, and no vendor is called `{target.provider}`")
    if vendor and not key:
        missing.append(f"set {variable} for `{target.name}`")
    if not _sendable(key):
        missing.append(f"the key in {variable} {_UNSENDABLE}")
    return Upstream(provider_for(target.provider), base, key)


def _sendable(key: str) -> bool:
    """Whether a header can carry a key."""
    return key.isascii() and key.isprintable()


def _allowed(host: str, keyed: bool) -> None:
    """Without keys only this machine may ask."""
    if keyed or is_loopback(host):
        return
    way = f"make keys with `archwright keys add TENANT` and name --keys, or set {KEYS}=tenant:key,..."
    raise UsageError(f"{host} can be reached from elsewhere: {way}, or serve on 127.0.0.1")


def _count(file: Path, plan: Plan) -> int:
    """How many keys of a file hold.

    Raises:
        InputError: it cannot be read.
        UsageError: a key is of a tenant that the plan does not have.
    """
    keys, stray = holding(read_keys(file), (tenant.name for tenant in plan.tenants))
    if stray:
        names = ", ".join(f"{entry.id} of {entry.tenant}" for entry in stray)
        known = ", ".join(tenant.name for tenant in plan.tenants)
        raise UsageError(f"{file}: the plan does not know the tenant of {names}; it knows {known}. Revoke them first")
    return len(keys)


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read(file: Path) -> tuple[Plan, bytes]:
    path = file
    try:
        path = file / "plan.json" if file.is_dir() else file
        if path.exists() and not path.is_file():
            raise _unread(path, "it is no regular file")
        data = path.read_bytes()
    except OSError as error:
        raise _unread(path, str(error.strerror)) from error
    return decode(data, str(path)), data


def _unread(path: Path, reason: str) -> InputError:
    message = f"the plan cannot be read: {reason}"
    return InputError([Problem("no-plan", message, Location(str(path)), "make it with `archwright build`")])
