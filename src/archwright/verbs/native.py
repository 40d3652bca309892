"""Compiling the gateway's data path ahead: `archwright warm gateway`. What it is: see `runtime.compiled`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp

from archwright.base.errors import DependencyMissing
from archwright.runtime.compiled import cache_folder, home, use
from archwright.verbs.engines import Say, alone, forget


def warm_gateway(say: Say, folder: Path | None = None) -> Path:
    """Compile the gateway's data path, unless that is done; where it lies.

    Raises:
        DependencyMissing: the compilers are not there, or refused.
    """
    place = folder or cache_folder()
    done = home(place)
    with alone(done, say):
        if not done.is_dir():
            _able()
            say("compiling the gateway, about a minute and a half")
            making = Path(mkdtemp(dir=place, prefix="making-"))
            try:
                _compile(making)
                os.rename(making, done)  # whole or not at all
            finally:
                shutil.rmtree(making, ignore_errors=True)
            forget(place, done)
    return done


def at_hand() -> None:
    """Load the data path compiled from now on, where that is wanted and possible; before any of it is imported.

    Raises:
        DependencyMissing: it is wanted by the environment and not there.
        UsageError: the environment wants something that there is not.
    """
    use()


def _able() -> None:
    """Whether the gateway can be compiled here.

    Raises:
        DependencyMissing: it cannot.
    """
    if find_spec("mypyc") is None or find_spec("setuptools") is None:
        raise DependencyMissing("compiling the gateway needs mypyc: install `archwright[native]`")
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    if shutil.which(compiler) is None:
        raise DependencyMissing(f"compiling the gateway needs a C compiler, and there is no `{compiler}`: install gcc")
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        raise DependencyMissing("compiling the gateway needs the headers of Python: install python3-dev")


def _compile(folder: Path) -> None:
    line = [sys.executable, "-m", "archwright.runtime.compiling", str(folder)]
    run = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
    if run.returncode:
        last = (run.stderr.strip() or run.stdout.strip() or "it said nothing").splitlines()[-1]
        raise DependencyMissing(f"the gateway could not be compiled, and runs as it is: {last}")
