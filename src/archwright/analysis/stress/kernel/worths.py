"""The answers of a cache by their worth, as in `policy.kept`: a heap, four below each, of what each was worth once.

An answer that is given is worth more at once, and is filed anew only when it comes to the top. What is filed of an
answer that left since, or that was kept anew, lies about until it comes to the top, or until too much lies about. A
cache whose room was never short has no heap, and pays nothing for it.

Entries repeat what they are compared by, so that no answer is looked at but the one at the top: answers lie far from
the processor, and what a heap of twenty thousand is compared by lies near it. What is needed seldom, key and row,
stands at the same place of another table. An entry that moves lies on the desk meanwhile: the place before the first of
its cache. What stands behind the last one is worth more than any, so that there are always four to choose from.
"""

from __future__ import annotations

import math

from archwright.analysis.stress.kernel.tables import NOBODY, State, fetch
from archwright.policy.kept import SPARE

SIGN = -(2**63)  # the highest bit of a key; a key of the policies is a number without sign
EACH = 4  # below each; four of them fill one line of the processor's cache


def room(entries: int) -> int:
    """How many entries a cache of so many answers may need, with its desk and what stands behind the last."""
    return -(-(2 * (entries + 1) + SPARE + 1 + 2 * EACH) // EACH) * EACH


def enter(s: State, at: int) -> None:
    """An answer was kept."""
    cache = s.answers[at].cache
    shelf = s.shelves[cache]
    if shelf.filed == 0:
        return
    if shelf.filed > 2 * shelf.count + SPARE:
        _file(s, cache)
        return
    first = shelf.first
    _on_desk(s, at)
    place = shelf.filed
    shelf.filed += 1
    while place > 0:
        above = (place - 1) // EACH
        if not _before(s, first - 1, first + above):
            break
        _move(s, first + above, first + place)
        place = above
    _move(s, first - 1, first + place)


def exchange(s: State, at: int) -> int:
    """An answer was kept, and one has to leave: the row of that which is worth least; the heap knows it no more."""
    cache = s.answers[at].cache
    shelf = s.shelves[cache]
    if shelf.filed == 0:
        _file(s, cache)
        _settle(s, cache)
        leaves = s.ranked[shelf.first].row
        _drop(s, cache)
        return int(leaves)
    _settle(s, cache)
    _on_desk(s, at)
    if _before(s, shelf.first - 1, shelf.first):
        return at
    leaves = s.ranked[shelf.first].row
    _sink(s, cache, 0)
    return int(leaves)


def _settle(s: State, cache: int) -> None:
    """Bring the answer that is worth least to the top."""
    first = s.shelves[cache].first
    while True:
        top = s.ranked[first]
        answer = s.answers[top.row]
        if answer.cache != cache or answer.key != top.key or answer.at != s.ranks[first].at:
            _drop(s, cache)
        elif answer.worth > s.ranks[first].worth:
            _on_desk(s, top.row)
            _sink(s, cache, 0)
        else:
            return


def _drop(s: State, cache: int) -> None:
    """Take the entry at the top out."""
    shelf = s.shelves[cache]
    shelf.filed -= 1
    last = shelf.first + shelf.filed
    _move(s, last, shelf.first - 1)
    s.ranks[last].worth = math.inf
    if shelf.filed > 0:
        _sink(s, cache, 0)


def _file(s: State, cache: int) -> None:
    """A heap of all answers of a cache."""
    shelf = s.shelves[cache]
    first = shelf.first
    for place in range(shelf.filed):
        s.ranks[first + place].worth = math.inf
    shelf.filed = 0
    at = shelf.oldest
    while at != NOBODY:
        _on_desk(s, at)
        _move(s, first - 1, first + shelf.filed)
        shelf.filed += 1
        at = s.answers[at].newer
    for place in range((shelf.filed - 2) // EACH, -1, -1):
        _move(s, first + place, first - 1)
        _sink(s, cache, place)


def _on_desk(s: State, at: int) -> None:
    """An entry for an answer and what it is worth now."""
    answer = s.answers[at]
    desk = s.shelves[answer.cache].first - 1
    s.ranks[desk].worth = answer.worth
    s.ranks[desk].at = answer.at
    s.ranked[desk].key = answer.key
    s.ranked[desk].row = at


def _sink(s: State, cache: int, place: int) -> None:
    """What lies on the desk goes into an empty place, and down from there."""
    shelf = s.shelves[cache]
    first = shelf.first
    end = shelf.filed
    while True:
        below = EACH * place + 1
        if below >= end:
            break
        for nearer in range(EACH):
            fetch(s.ranks, first + EACH * (below + nearer) + 1)
        one = first + below
        least = one + 1 if _before(s, one + 1, one) else one
        other = one + 3 if _before(s, one + 3, one + 2) else one + 2
        least = other if _before(s, other, least) else least
        if not _before(s, least, first - 1):
            break
        _move(s, least, first + place)
        place = least - first
    _move(s, first - 1, first + place)


def _move(s: State, one: int, to: int) -> None:
    s.ranks[to] = s.ranks[one]
    s.ranked[to] = s.ranked[one]


def _before(s: State, one: int, other: int) -> bool:
    """No branch but for equal ones: which of two is less the processor would guess wrong half the time."""
    a = s.ranks[one]
    b = s.ranks[other]
    equal = a.worth == b.worth
    if equal & (a.at == b.at):
        return bool((s.ranked[one].key ^ SIGN) < (s.ranked[other].key ^ SIGN))
    return bool((a.worth < b.worth) | (equal & (a.at < b.at)))
