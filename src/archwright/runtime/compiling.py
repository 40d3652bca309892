"""Compiles the gateway's data path into a folder: `python -m archwright.runtime.compiling FOLDER`.

A process of its own, because a compiler leaves much behind; `archwright warm` starts it. What is compiled are copies of
the sources, so that nothing is written beside them.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from mypyc.build import mypycify
from setuptools import setup  # type: ignore[import-untyped,unused-ignore]

from archwright.runtime.compiled import GROUP, MODULES

OPTIONS: Final = ("--ignore-missing-imports", "--cache-dir=/dev/null")
# Calls from module to module go straight, and nothing is kept for a debugger.
FLAGS: Final = "-g0 -fno-semantic-interposition"


def compile_into(folder: Path) -> None:
    """Put the compiled modules and the library that they share into a folder, which is there already.

    Raises:
        SystemExit: the compiler refused; it has said why on stderr.
    """
    package = Path(__file__).parents[1]
    with TemporaryDirectory() as name:
        work = Path(name)
        shutil.copytree(package, work / package.name, ignore=shutil.ignore_patterns("__pycache__"))
        os.chdir(work)
        os.environ["CFLAGS"] = f"{os.environ.get('CFLAGS', '')} {FLAGS}".strip()
        files = [f"{module.replace('.', '/')}.py" for module in MODULES]
        extensions = mypycify(
            [*OPTIONS, *files],
            opt_level="2",
            debug_level="0",
            multi_file=True,
            target_dir=str(work / "c"),
            group_name=GROUP,
        )
        parts = ["--build-lib", str(folder), "--build-temp", str(work / "o"), "--parallel", str(os.cpu_count() or 1)]
        setup(name=GROUP, ext_modules=extensions, script_args=["--quiet", "build_ext", *parts])


if __name__ == "__main__":
    compile_into(Path(sys.argv[1]).resolve())
