"""The cheapest variant that keeps every objective: all are priced, and simulated from the cheapest on.

Prices are the forecast of `price`, which needs no simulation; so the first one that keeps its objectives is the
cheapest, and what is dearer need not be looked at. Variants of the same price stand in the order in which their values
were declared. A variant whose quality is unknown, or known to be too low, is never chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from archwright.analysis.stress.designs import Design, Seen

MOST = 400  # variants of one search

Look = Callable[[Sequence[Design]], Sequence[Seen]]


@dataclass(frozen=True, slots=True)
class Ruled:
    """A variant that was ruled out, and why; `seen` is empty where it was not simulated."""

    design: Design
    why: str
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome of a search: what was chosen (None: nothing), what was ruled out, what was too dear to look at."""

    chosen: Seen | None
    ruled: tuple[Ruled, ...]
    dearer: tuple[Design, ...]
    simulated: int


def search(designs: Sequence[Design], look: Look, together: int = 1) -> Found:
    """Choose among variants.

    Args:
        designs: in the order in which they were declared.
        look: simulates some of them and gives what was seen, in their order.
        together: how many are simulated at once. It changes how many are looked at, never what is chosen.
    """
    ruled = [Ruled(item, _unfit(item)) for item in designs if _unfit(item)]
    left = sorted((item for item in designs if not _unfit(item)), key=lambda item: item.price)
    simulated = 0
    for start in range(0, len(left), together):
        block = left[start : start + together]
        simulated += len(block)
        for place, seen in enumerate(look(block)):
            if seen.kept:
                # Looked at beside it, and not needed: whatever was found of those says nothing of the choice.
                return Found(seen, tuple(ruled), tuple(left[start + place + 1 :]), simulated)
            ruled.append(Ruled(seen.design, _broken(seen), seen))
    return Found(None, tuple(ruled), (), simulated)


def _unfit(design: Design) -> str:
    """Why a variant need not be simulated, or nothing."""
    if design.plan is None:
        return design.why or "it cannot be computed"
    return "; ".join((*design.worse, *design.unproven))


def _broken(seen: Seen) -> str:
    """Which objectives it breaks, or is not sure to keep."""
    said = [
        f"{'breaks' if item.standing == 'broken' else 'is not sure to keep'} {item.objective.name} ({item.shown})"
        for item in seen.estimates
        if item.standing != "kept"
    ]
    return "; ".join(said) or "nothing was simulated"
