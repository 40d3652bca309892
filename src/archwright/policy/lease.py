"""How a limit is dealt out to those who share it, so that it follows demand and is never passed in sum.

Each of them *holds* a part: it uses no more than that, and it may hold more than it was granted as long as it has not
given back what it uses. A part is made larger only by what nobody holds, and what is taken from one is given to another
only after the first has let go of it. So the sum of what is held never exceeds the limit, however late anybody looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

SPARE: Final = 0.1  # of a limit: so much is kept in even parts for those who use less, so that they can begin


class Part(NamedTuple):
    """What one of them uses, how much it wants besides, what it holds, and what it was granted; 1 if it has heard that.

    What it holds is the larger of what it uses and of the grant that it heard of last.
    """

    used: int
    wants: int
    held: int
    grant: int
    heard: int


def allot(limit: int, parts: Sequence[Part]) -> list[int]:
    """What each is granted from now on, at least 1.

    What is used stays with its user, and each keeps an even part of SPARE to begin with; the rest is dealt out by what
    is wanted. So one that has all the work gets at least 1 - SPARE of the limit. Whoever has not heard of its last
    grant keeps it: it may come to hold that at any time.
    """
    aims = [aim if part.heard else part.grant for aim, part in zip(_aims(limit, parts), parts, strict=True)]
    free = max(0, limit - sum(max(part.held, part.grant) for part in parts))
    lacks = [max(0, aim - part.grant) for aim, part in zip(aims, parts, strict=True)]
    lacking = max(1, sum(lacks))
    return [
        max(1, part.grant + min(lack, free * lack // lacking) if lack else aim)
        for aim, lack, part in zip(aims, lacks, parts, strict=True)
    ]


def _aims(limit: int, parts: Sequence[Part]) -> list[int]:
    """What each should have."""
    begin = int(limit * SPARE) // len(parts)
    bases = [max(part.used, begin) for part in parts]
    rest = max(0, limit - sum(bases))
    wanted = sum(part.wants for part in parts)
    if wanted == 0:
        return [base + rest // len(parts) for base in bases]
    return [base + rest * part.wants // wanted for base, part in zip(bases, parts, strict=True)]
