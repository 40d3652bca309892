"""A log of past requests, read: what was asked, in which namespace, and the identity of each answer."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Final

import msgspec

from archwright.base.errors import InputError, Location, Problem
from archwright.plan.columns import time
from archwright.runtime.gateway.ask import Ask
from archwright.runtime.gateway.meaning.subject import evened, subject
from archwright.runtime.wire import BadAsk
from archwright.runtime.wires import PLAIN, WIRES

MOST: Final = 200_000
MOST_PROBLEMS: Final = 20
MEND: Final = 'write one object a line, such as {"asked": "Where is my parcel?", "id": "KB-7"}'
_SPACE = re.compile(r"\s+")


class Line(msgspec.Struct):
    """One past request. `asked` is a question, or a request as a gateway got it; `id` wins over the text `answered`."""

    asked: str | dict[str, msgspec.Raw]
    answered: str = ""
    id: str | int = ""
    at: str | float = 0.0
    tenant: str = ""
    route: str = ""
    scope: str = ""
    vector: Annotated[list[float], msgspec.Meta(max_length=10_000)] = []


class Past(msgspec.Struct):
    """What was read of one: its words, the name of its answer, its namespace, its time (s), its vector or none.

    `key` is what an exact cache keeps it by: the whole request where the log has that, else the question as it stands.
    """

    text: str
    answer: str
    space: str
    at: float
    vector: list[float]
    key: str


_line = msgspec.json.Decoder(Line)


def is_past(file: str) -> bool:
    """Whether a place is a file whose first line is a past request."""
    if "://" in file or not Path(file).is_file():
        return False
    try:
        first = next((line for line in _lines(Path(file)) if line.strip()), b"")
        _line.decode(first)
    except (OSError, EOFError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def read_past(file: str, pattern: str, route: str) -> list[Past]:
    """The past requests of a file, or of those with a route the ones of `route`. `pattern` finds an answer's id.

    What is not to be answered by meaning, such as a request with tools, is left out.

    Raises:
        InputError: a line is none, with its number (at most twenty), or there are none.
    """
    found: list[Past] = []
    problems: list[Problem] = []
    ids = re.compile(pattern) if pattern else None
    for number, data in enumerate(_lines(Path(file)), 1):
        if not data.strip():
            continue
        try:
            item = _past(_line.decode(data), ids, route)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
            problems.append(Problem("bad-log", f"no past request: {error}", Location(file, number, 1), MEND))
            if len(problems) == MOST_PROBLEMS:
                break
            continue
        if item is not None:
            found.append(item)
        if len(found) > MOST:
            problems.append(Problem("bad-log", f"{MOST:,} requests are the most", Location(file, number, 1), "cut it"))
            break
    if not found and not problems:
        problems.append(Problem("bad-log", f"no request of route `{route}` is in it", Location(file), MEND))
    if problems:
        raise InputError(problems)
    return sorted(found, key=lambda item: item.at)


def _past(line: Line, ids: re.Pattern[str] | None, route: str) -> Past | None:
    if line.route and line.route != route:
        return None
    at = time(line.at)
    answer = str(line.id) or _identity(line.answered, ids)
    if not answer:
        raise ValueError("neither `id` nor `answered` says what the answer was")
    own = f"{line.tenant}\0{line.scope}"
    if isinstance(line.asked, str):
        text = evened(line.asked)
        return Past(text, answer, own, at, line.vector, line.asked) if text else None
    try:
        ask = Ask(msgspec.json.encode(line.asked), WIRES.get(PLAIN))
    except BadAsk as fault:
        raise ValueError(f"`asked` is no request: {fault}") from fault
    about = subject(ask, (line.tenant, route), line.scope.encode(), conversations=True)
    if about is None:
        return None
    key = str(ask.key(line.tenant, route, line.scope))
    return Past(about.text, answer, f"{own}\0{about.space}", at, line.vector, key)


def _identity(answered: str, ids: re.Pattern[str] | None) -> str:
    """The id in an answer where there is one, else its words."""
    named = sorted({match[0] for match in ids.finditer(answered)}) if ids is not None else []
    plain = _SPACE.sub(" ", answered).strip().casefold()
    return "\0".join(named) or (hashlib.blake2b(plain.encode(), digest_size=16).hexdigest() if plain else "")


def _lines(file: Path) -> Iterator[bytes]:
    opened: Iterable[bytes]
    with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as opened:
        yield from opened
