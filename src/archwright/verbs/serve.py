"""`archwright serve`: the gateway, run from a plan that `build` made. Keys come from the environment."""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from archwright.base.address import near, wrong
from archwright.base.errors import InputError, Location, Problem, UsageError
from archwright.base.text import nearest, plural
from archwright.facts import vendors
from archwright.plan.agents import emulated_only
from archwright.plan.model import Plan, Target, decode
from archwright.plan.passages import file_name
from archwright.plan.rules import compress
from archwright.runtime import compiled
from archwright.runtime.gateway.circle import Circle
from archwright.runtime.gateway.door import Door, Place, opened, run, tls_of
from archwright.runtime.gateway.keys import holding, read_keys
from archwright.runtime.gateway.leases import Lease, Table, counted, dealing
from archwright.runtime.gateway.server import gateway
from archwright.runtime.gateway.setup import ClientKey, Setup, Upstream
from archwright.runtime.providers import provider_for, stand_in
from archwright.runtime.workers import several

KEYS = "ARCHWRIGHT_KEYS"
ADMIN_KEY = "ARCHWRIGHT_ADMIN_KEY"
LEDGER = Path("ledger.jsonl")
_UNSENDABLE = "has a line end or another character that is not printable ASCII; set it anew"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be served, and where.

    Attributes:
        plan_file: what `archwright build` wrote.
        door: where it listens.
        ledger: file for the ledger, or `postgresql://host/database#name`; one that is there is continued.
        record: file for the machine's events and orders; None: none.
        emulated: base address of an emulated supplier that stands in for all targets; None: the real ones.
        scale: how many times as fast time runs; other than 1 only against an emulated supplier.
        sync: store every row before its answer ends.
        key_file: hashes of keys that `archwright keys add` made; it is read again when it changes.
        otlp: address of a collector that traces are sent to; empty: none.
        log: `json` for a line a request on stderr; empty: none.
        answers: database in which `index: pgvector` shares questions and answers; empty: that of the ledger.
    """

    plan_file: Path
    door: Door
    ledger: Path | str = LEDGER
    record: Path | None = None
    emulated: str | None = None
    scale: float = 1.0
    sync: bool = False
    key_file: Path | None = None
    otlp: str = ""
    log: Literal["", "json"] = ""
    answers: str = ""


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
    workers: int = 1,
    tls: tuple[Path, Path | None] | None = None,
    admin_port: int | None = None,
    otlp: str = "",
    log: Literal["", "json"] = "",
    answers: str = "",
    say: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve a plan until the process is told to stop. Arguments that are not named here are those of `Wish`.

    Args:
        plan_file: what `archwright build` wrote.
        host: address to listen on; other than loopback only with keys.
        port: 0 takes a free one.
        ledger: see `Wish`.
        record: see `Wish`.
        emulated: see `Wish`.
        scale: see `Wish`.
        sync: see `Wish`.
        key_file: see `Wish`.
        environment: where keys are looked up; None: that of the process.
        workers: processes that share the address and the plan's limits, each with a ledger of its own.
        tls: files of a certificate and of its key (None: it is in the same file); None: plain HTTP.
        admin_port: port of the door for those who run it, on this machine only; 0 takes a free one, None: no such door.
        otlp: see `Wish`.
        log: see `Wish`.
        answers: see `Wish`.
        say: told the address once requests are accepted.

    Raises:
        InputError: the plan or an index beside it cannot be read or is another one, or the ledger or the record is not
            ours to write.
        UsageError: keys are missing or wrong, or the address cannot be used.
        DependencyMissing: what runs its agents is not installed.
        ProviderUnavailable: a worker ended before it was told to.
    """
    known = os.environ if environment is None else environment
    door = Door(host, port, workers, *_files_of(tls), admin_port)
    wish = Wish(plan_file, door, ledger, record, emulated, scale, sync, key_file, otlp, log, answers)
    setup = setup_of(wish, known)
    plan = decode(setup.plan, str(plan_file))
    _left_out(plan, setup, say)
    _several_can(door, setup)
    tls_of(door)
    who = _who(setup, plan, key_file)
    table = _table(wish, plan)
    with opened(door) as places, contextlib.closing(Circle(workers if workers > 1 else 0)) as circle:

        def work(number: int) -> None:
            own = setup
            if workers > 1:
                ledger, record = _own(setup.ledger, number), _own(setup.record, number)
                own = replace(setup, ledger=ledger, record=record, family=setup.ledger, worker=number)
                for other in (place for place in places if place is not places[number]):
                    other.close()
            lease = None if table is None else Lease(table, number)
            with gateway(own, lease, circle.member(number) if workers > 1 else None) as app:
                began = _began(door, places[number], f"serving {plan.system}", who, number)

                def told(text: str, begins: bool) -> None:
                    promise = f"ledger {own.ledger}: {app.house.journal.promise}"
                    for line in (*began, promise, compiled.told()) if begins else (text,):
                        say(line)

                run(app, places[number], door, lambda: setup_of(wish, known), told)

        def parted() -> None:
            for place in places:
                place.close()
            circle.close()
            dealing(table)

        try:
            if workers == 1:
                work(0)
            else:
                several(workers, work, parted)
        except OSError as error:
            raise UsageError(f"cannot write {error.filename or _files(wish)}: {error.strerror or error}") from error


def _table(wish: Wish, plan: Plan) -> Table | None:
    """What several workers share their limits by. A machine that is recorded keeps to equal parts, and so do all."""
    workers = wish.door.workers
    return Table(workers, counted(compress(plan, wish.scale))) if workers > 1 and wish.record is None else None


def _files_of(tls: tuple[Path, Path | None] | None) -> tuple[str, str]:
    cert, key = tls or ("", "")
    return str(cert), str(key or "")


def _left_out(plan: Plan, setup: Setup, say: Callable[[str], None]) -> None:
    """Say what the file has and is not served."""
    for wall in (wall for route in plan.routes for wall in route.walled):
        say(wall)
    if plan.agents and not setup.agents:
        lacking = ", ".join(emulated_only(plan.tools))
        say(f"its agents are not served: {lacking} without `endpoint` can only be rehearsed")


def _files(wish: Wish) -> str:
    """What it writes."""
    return " or ".join(str(file) for file in (wish.ledger, wish.record) if file)


def _who(setup: Setup, plan: Plan, key_file: Path | None) -> str:
    """Who is let in."""
    keyed = len(setup.keys) + (_count(key_file, plan) if key_file else 0)
    return plural(keyed, "key") if keyed or key_file else "no keys: this machine only"


def _began(door: Door, place: Place, what: str, who: str, number: int) -> list[str]:
    """What is said once requests are accepted."""
    shown = f"[{door.host}]" if ":" in door.host else door.host
    address = f"http{'s' if door.cert else ''}://{shown}:{place.port}/v1"
    which = f", worker {number + 1} of {door.workers}" if door.workers > 1 else ""
    lines = [f"{what} at {address} ({who}{which})"]
    return lines if place.admin_port is None else [*lines, f"admin door at http://127.0.0.1:{place.admin_port}"]


def setup_of(wish: Wish, environment: Mapping[str, str]) -> Setup:
    """What the gateway is told, from files and the environment as they are now.

    Raises:
        InputError: the plan cannot be read, or data must stay in a region and nobody says where the models lie.
        UsageError: keys are missing or wrong, or the address may not be served.
    """
    plan, data = _read(wish.plan_file)
    if wish.scale != 1.0 and wish.emulated is None:
        raise UsageError("compressed time works only against an emulated provider")
    keys = client_keys(environment.get(KEYS, ""), plan)
    _allowed(wish.door.host, bool(keys) or wish.key_file is not None)
    if wish.emulated is None:
        _placed(wish.plan_file, plan)
    lacking = emulated_only(plan.tools) if wish.emulated is None else ()
    folder = wish.plan_file if wish.plan_file.is_dir() else wish.plan_file.parent
    admin = environment.get(ADMIN_KEY, "").strip()
    return Setup(
        plan=data,
        upstreams=upstreams(plan, wish.emulated, environment),
        ledger=str(wish.ledger),
        keys=keys,
        record=str(wish.record) if wish.record else "",
        scale=wish.scale,
        sync=wish.sync,
        key_file=str(wish.key_file) if wish.key_file else "",
        agents="" if lacking or not plan.agents else str(conversations(wish.ledger)),
        indexes=tuple(str(folder / file_name(retriever.name)) for retriever in plan.retrievers),
        workers=wish.door.workers,
        admin=hashlib.sha256(admin.encode()).hexdigest() if admin else "",
        counted_apart=wish.door.admin_port is not None,
        otlp=wish.otlp,
        log=wish.log,
        answers=wish.answers,
    )


def _placed(file: Path, plan: Plan) -> None:
    """Data that must stay in a region goes to no supplier of which nobody says where it is.

    Raises:
        InputError: it would; every route that does.
    """
    problems = []
    for route in plan.routes:
        if route.unplaced:
            names = ", ".join(f"`{name}`" for name in route.unplaced)
            message = f"data of route `{route.name}` must stay in a region, and nobody says in which one {names} lies"
            mend = "write the `region` of the model and build again; `archwright rehearse` needs none"
            problems.append(Problem("unknown-region", message, Location(str(file)), mend))
    if problems:
        raise InputError(problems)


def _several_can(door: Door, setup: Setup) -> None:
    """What several workers cannot share.

    Raises:
        UsageError: they would have to.
    """
    if door.workers < 1:
        raise UsageError("there is at least one worker")
    if door.workers == 1:
        return
    if not hasattr(os, "fork"):
        raise UsageError("several workers need a system that can fork; serve with one")
    if setup.agents:
        raise UsageError("agents keep their conversations in one process: serve with one worker")
    if "://" in setup.ledger:
        raise UsageError("a ledger in a database has one writer: serve with one worker, or name a file for the ledger")


def _own(file: str, number: int) -> str:
    """The file of worker number `number` (from 0): `ledger.jsonl` becomes `ledger-1.jsonl` and so on."""
    place = Path(file)
    return str(place.with_name(f"{place.stem}-{number + 1}{place.suffix}")) if file else ""


def conversations(ledger: Path | str) -> Path:
    """The file beside a ledger in which its agents keep conversations; in the working folder for one in a database."""
    file = LEDGER if "://" in str(ledger) else Path(ledger)
    return file.with_name(f"{file.stem}.conversations.sqlite")


def client_keys(text: str, plan: Plan) -> tuple[ClientKey, ...]:
    """Keys of clients from `tenant:key,tenant2:key2`, as digests; each is a client of its own, named by its place.

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
        digest = hashlib.sha256(key.strip().encode()).hexdigest()
        found.append(ClientKey(tenant.strip(), digest, f"environment-{place}"))
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
    elif reason := wrong(base):
        missing.append(f"`{target.name}` cannot be called at its address: {reason}")
    elif key and base.startswith("http:") and not near(base):
        missing.append(f"`{target.name}` would be sent its key over plain HTTP: give it an address of https")
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
