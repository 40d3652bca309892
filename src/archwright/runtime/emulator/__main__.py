"""The emulated supplier as a child process: its setup on stdin, its port on stdout."""

from __future__ import annotations

from archwright.runtime.emulator.setup import Setup, build
from archwright.runtime.serving import read_setup, serve_child
from archwright.runtime.timers import fine_loop

if __name__ == "__main__":
    serve_child(build(Setup.read(read_setup())), "127.0.0.1", fine_loop)
