"""How a gateway is reached: its address, its workers, its TLS, and the door of those who run it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from archwright.base.errors import ArchwrightError, UsageError
from archwright.runtime.gateway.admin import Admin
from archwright.runtime.gateway.app import Gateway
from archwright.runtime.gateway.house import House
from archwright.runtime.gateway.renewal import renew
from archwright.runtime.gateway.setup import Setup
from archwright.runtime.serving import GRACE_S, Server, listen, secret

LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Door:
    """What a gateway listens on.

    `cert` and `key` are files (empty: no TLS). `admin_port` None: there is no admin door; it is on this machine only,
    and that of worker number k (from 0) is at `admin_port + k`.
    """

    host: str
    port: int
    workers: int = 1
    cert: str = ""
    key: str = field(default="", repr=False)
    admin_port: int | None = None


class Place:
    """One worker's bound sockets."""

    def __init__(self, main: socket.socket, admin: socket.socket | None) -> None:
        self.main = main
        self.admin = admin

    @property
    def port(self) -> int:
        """The port of the main one."""
        number: int = self.main.getsockname()[1]
        return number

    @property
    def admin_port(self) -> int | None:
        """The port of the admin door."""
        return None if self.admin is None else int(self.admin.getsockname()[1])

    def close(self) -> None:
        """Close them in this process."""
        self.main.close()
        if self.admin is not None:
            self.admin.close()


@contextlib.contextmanager
def opened(door: Door) -> Iterator[tuple[Place, ...]]:
    """The sockets of all workers, closed at the end.

    Raises:
        UsageError: an address cannot be used.
    """
    places: list[Place] = []
    try:
        for number in range(door.workers):
            port = places[0].port if places else door.port
            main = _bound(door.host, port, door.workers > 1, "--port or --host")
            places.append(Place(main, None))
            if door.admin_port is not None:
                port = door.admin_port + number if door.admin_port else 0
                places[-1].admin = _bound(LOOPBACK, port, False, "--admin-port")
        yield tuple(places)
    finally:
        for place in places:
            place.close()


def _bound(host: str, port: int, shared: bool, mend: str) -> socket.socket:
    try:
        return listen(host, port, shared)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else "there is no such port"
        raise UsageError(f"cannot listen on {host}:{port}: {reason}; choose another {mend}") from error


def tls_of(door: Door) -> ssl.SSLContext | None:
    """How connections are made secret; None: they are not.

    Raises:
        UsageError: certificate and key cannot be read, or do not fit.
    """
    if not door.cert:
        return None
    try:
        return secret(door.cert, door.key)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"certificate {door.cert} and key {door.key or 'in it'} cannot be used: {reason}") from error


def grace_s(house: House) -> float:
    """How long what is under way may take to have its answer, in the lane that is given most time."""
    routes = house.brain.machine.state.law.routes
    return max([GRACE_S, *(max(route.deadline_s, route.batch_deadline_s) for route in routes)])


def run(app: Gateway, place: Place, door: Door, made: Callable[[], Setup], say: Callable[[str, bool], None]) -> None:
    """Serve until a signal comes. SIGHUP, or a word at an admin door, takes what `made` makes over, in all workers.

    `say` is told what happens, and whether that is the beginning.
    """
    server = Server(app, lambda: say("", True), tls_of(door), grace_s(app.house))

    def reload() -> str:
        house = renew(app, made())
        server.grace_s = max(server.grace_s, grace_s(house))  # what began by the old plan may still be under way
        return f"plan {house.hash} of {house.plan.system}"

    def hang_up() -> None:
        try:
            say(f"took over {reload()}", False)
        except ArchwrightError as error:
            say(f"goes on with plan {app.house.hash}: {error}", False)

    parent = os.getppid()

    def reload_all() -> str:
        """One door speaks for all: who started the workers passes the signal on to each."""
        found = reload()
        if door.workers > 1 and os.getppid() == parent:
            os.kill(parent, signal.SIGHUP)
        return found

    server.on_hang_up = hang_up
    if place.admin is not None:
        server.beside.append((Admin(app, made().admin, reload_all), place.admin))
    server.run([place.main])
