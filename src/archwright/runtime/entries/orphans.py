"""Files of workers that are no more: a gateway that starts with fewer takes their entries over, and erases the files.

So whatever is evicted reaches every answer that lies on the disk.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from archwright.base.errors import ArchwrightError
from archwright.runtime.entries.file import Entries

_log = logging.getLogger(__name__)
ENDING: Final = ".answers.sqlite"


def orphans(base: Path, own: Sequence[Path]) -> Iterator[Path]:
    """The files that workers of a gateway may have left, in order. `base` is that of a gateway without workers.

    `own` are those of its workers now. Whose a file is stands in it.
    """
    stem = base.name.removesuffix(ENDING)
    for file in sorted(base.parent.glob(f"*{ENDING}")):
        rest = file.name.removesuffix(ENDING).removeprefix(stem)
        if file.name.startswith(stem) and (not rest or (rest[0] == "-" and rest[1:].isdecimal())) and file not in own:
            yield file


def adopt(own: Entries, files: Iterator[Path], now: float) -> int:
    """Take over what files of the same owner hold, and erase them; how many entries came along.

    What is too old, and what `own` has newer, stays behind and is erased. A file that another gateway writes to, or
    that cannot be read, is left alone, and the log says so.
    """
    count = 0
    for file in files:
        try:
            count += _adopted(own, file, now)
        except (ArchwrightError, OSError, ValueError) as error:
            _log.warning("%s may hold answers that no eviction reaches: %s", file, error)
    return count


def _adopted(own: Entries, file: Path, now: float) -> int:
    other = Entries(file)
    try:
        if other.owner != own.owner:
            return 0
        count = _taken(own, other, now)
        other.discard()
    finally:
        other.close()
    file.unlink()
    return count


def _taken(own: Entries, other: Entries, now: float) -> int:
    """Copy the entries of another file, with identities of answers that are free here; how many."""
    beyond, count = own.last_group(), 0
    for entry in other.every():
        if entry.until > now and entry.kept_at > own.newest(entry.cache, entry.key):
            own.put(replace(entry, group=beyond + entry.group))
            count += 1
    return count
