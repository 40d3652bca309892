"""The gateway as a child process on loopback: its setup on stdin, its port on stdout."""

from __future__ import annotations

from archwright.runtime import compiled

compiled.use()  # before the gateway's modules are loaded

from archwright.runtime.gateway.server import gateway  # noqa: E402
from archwright.runtime.gateway.setup import read  # noqa: E402
from archwright.runtime.serving import read_setup, serve_child  # noqa: E402

if __name__ == "__main__":
    with gateway(read(read_setup())) as app:
        serve_child(app, "127.0.0.1")
