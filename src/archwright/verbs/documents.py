"""Folders of documents: read, cut into passages, and written as indexes beside the plan."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archwright.base.errors import InputError, Location, Problem
from archwright.base.text import plural
from archwright.plan.passages import Index, Passage, cut, encode, file_name
from archwright.plan.retrieval import retrievers_of
from archwright.report.document import Finding
from archwright.spec.load import Loaded
from archwright.spec.settings.retrieval import RetrieverSettings

SUFFIXES = (".md", ".markdown", ".txt")
MOST_BYTES = 4 * 1024 * 1024  # of one file
MOST_FILES = 20_000
MOST_PASSAGES = 200_000
CODE = "DOC01"
WHY = "What is not in the index is never found, and the route refuses what only stands there."


@dataclass(frozen=True, slots=True)
class Read:
    """The indexes of a system's retrievers by name, and what could not be read for them."""

    indexes: dict[str, Index]
    findings: tuple[Finding, ...]

    @property
    def notes(self) -> list[str]:
        """The findings as lines for the terminal."""
        return [f"{finding.where}: {finding.severity}: {finding.message}" for finding in self.findings]


def read_documents(loaded: Loaded) -> Read:
    """Read the documents of every retriever that a route answers from.

    A file that is empty, no text or unreadable is left out and told about; files whose names begin with a dot and
    files of other kinds are not looked at.

    Raises:
        InputError: a folder is missing, lies outside the project or holds no document that can be read; all at once.
    """
    indexes: dict[str, Index] = {}
    findings: list[Finding] = []
    problems: list[Problem] = []
    for name in retrievers_of(loaded.system):
        settings = loaded.system.components[name].settings_as(RetrieverSettings)
        if settings is None:
            continue
        try:
            indexes[name] = _index(loaded, name, settings, findings)
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return Read(indexes, tuple(findings))


def write_indexes(indexes: dict[str, Index], folder: Path) -> tuple[Path, ...]:
    """Write each index into a folder that is there.

    Raises:
        OSError: it cannot be written.
    """
    files = []
    for name, index in indexes.items():
        file = folder / file_name(name)
        file.write_bytes(encode(index))
        files.append(file)
    return tuple(files)


def _index(loaded: Loaded, name: str, settings: RetrieverSettings, findings: list[Finding]) -> Index:
    where = settings.documents.where
    folder = loaded.beside(settings.documents)
    if not folder.is_dir():
        message = f"there is no folder `{settings.documents}`"
        raise InputError([Problem("no-documents", message, where, "make it, beside this file or below")])
    passages: list[Passage] = []
    for file in _files(folder, settings, where):
        shown = _shown(file, folder)
        text, fault = _text(file, folder)
        if fault:
            message = f"`{settings.documents}/{shown}` is left out: {fault}"
            findings.append(Finding(CODE, "warning", message, where, WHY, "mend the file or take it away", name))
            continue
        passages.extend(cut(shown, text, settings.chunk.words.whole, settings.chunk.overlap.whole))
        if len(passages) > MOST_PASSAGES:
            message = f"more than {MOST_PASSAGES:,} passages in `{settings.documents}`"
            raise InputError([Problem("too-many-passages", message, where, "split it over several retrievers")])
    if not passages:
        message = f"`{settings.documents}` holds no document that can be read"
        mend = f"put {' or '.join(SUFFIXES)} files with text there"
        raise InputError([Problem("no-documents", message, where, mend)])
    return Index(name, settings.chunk.words.whole, settings.chunk.overlap.whole, tuple(passages))


def _files(folder: Path, settings: RetrieverSettings, where: Location) -> list[Path]:
    """The documents below a folder, in an order that is the same on every machine."""
    found = []
    for file in folder.rglob("*"):
        inside = file.relative_to(folder).parts
        if file.suffix.lower() in SUFFIXES and not any(part.startswith(".") for part in inside) and not file.is_dir():
            found.append(file)
            if len(found) > MOST_FILES:
                message = f"more than {plural(MOST_FILES, 'file')} in `{settings.documents}`"
                raise InputError([Problem("too-many-files", message, where, "split it over several retrievers")])
    return sorted(found, key=lambda file: file.relative_to(folder).parts)


def _shown(file: Path, folder: Path) -> str:
    """A document's name in ids and prompts: its path in the folder, in one line of printable characters."""
    name = file.relative_to(folder).as_posix()
    return "".join(sign if sign.isprintable() else "?" for sign in name)


def _text(file: Path, folder: Path) -> tuple[str, str]:
    """The text of a document, or what is wrong with it."""
    try:
        if not file.resolve().is_relative_to(folder.resolve()):
            return "", "it is a link that leads out of the folder"
        if not file.is_file():
            return "", "it is no regular file"
        if file.stat().st_size > MOST_BYTES:
            return "", f"it has more than {MOST_BYTES // 1024 // 1024} MB"
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return "", "it is no UTF-8 text"
    except (OSError, RuntimeError) as error:
        return "", f"it cannot be read ({getattr(error, 'strerror', None) or error})"
    if "\0" in text:
        return "", "it holds binary data"
    return text, "" if text.strip() else "it is empty"
