"""Exact caches as in `policy.kept`: answers in a chain as they were kept; the least worth makes room.

One index finds the answers of all of them.
"""

from __future__ import annotations

from archwright.analysis.stress.kernel import worths
from archwright.analysis.stress.kernel.tables import NOBODY, State, fetch
from archwright.policy.chance import scramble
from archwright.policy.worth import worth

ROW = 0x7FFFFFFF


def _place(s: State, cache: int, key: int) -> int:
    """Where an answer is, or where it would be put, in the index. Its size is a power of two.

    An entry is the answer's row, and above it its mark: whose mark is another one need not be looked at.
    """
    mask = len(s.index) - 1
    mark = _mark(cache, key)
    place = mark & mask
    entry = s.index[place]
    while entry != NOBODY:
        if entry >> 32 == mark:
            answer = s.answers[entry & ROW]
            if answer.key == key and answer.cache == cache:
                break
        place = (place + 1) & mask
        entry = s.index[place]
    return place


def _mark(cache: int, key: int) -> int:
    """31 bits of a key of a cache."""
    return scramble((key ^ (key >> 32) ^ cache) & 0xFFFFFFFF) & ROW


def fetch_place(s: State, cache: int, key: int) -> None:
    """The answer to a key will be looked for soon."""
    fetch(s.index, _mark(cache, key) & (len(s.index) - 1))


def fetch_answer(s: State, cache: int, key: int) -> None:
    """The answer to a key, if there is one where it is looked for first, will be looked at next."""
    entry = s.index[_mark(cache, key) & (len(s.index) - 1)]
    if entry != NOBODY:
        fetch(s.answers, entry & ROW)


def find(s: State, cache: int, key: int) -> int:
    """The row of the answer to a key; -1: there is none."""
    entry = s.index[_place(s, cache, key)]
    return entry & ROW if entry != NOBODY else NOBODY


def age(s: State, now: float, row: int) -> float:
    """How long ago (seconds) the answer in a row was kept; -1.0: there is none."""
    return now - s.answers[row].at if row != NOBODY else -1.0


def use(s: State, row: int) -> None:
    """The answer in a row was given, unless there is none any more."""
    if row != NOBODY:
        answer = s.answers[row]
        answer.hits += 1
        answer.worth = worth(s.shelves[answer.cache].clock, answer.hits, answer.cost)


def keep(s: State, now: float, cache: int, key: int, cost: int, hits: int) -> None:
    """Keep the answer to a key, which cost so many pico-dollars; `hits` are those of before this cache began.

    Where room is short, the answer that was kept first leaves, if it is too old to be given as new; else the one that
    is worth least.
    """
    shelf = s.shelves[cache]
    place = _place(s, cache, key)
    entry = s.index[place]
    if entry != NOBODY:
        at = entry & ROW
        _unlink(s, at)
        s.answers[at].hits = max(hits, s.answers[at].hits)
    else:
        at = s.desk[0].answers
        s.desk[0].answers = s.answers[at].next
        s.desk[0].used_answers += 1
        s.index[place] = _mark(cache, key) << 32 | at
        s.answers[at].key = key
        s.answers[at].cache = cache
        s.answers[at].hits = hits
        shelf.count += 1
    answer = s.answers[at]
    answer.at = now
    answer.cost = cost
    answer.worth = worth(shelf.clock, answer.hits, cost)
    _link(s, at)
    if shelf.count <= shelf.entries:
        worths.enter(s, at)
    elif now - s.answers[shelf.oldest].at >= shelf.ttl_s:
        worths.enter(s, at)
        forget(s, shelf.oldest)
    else:
        leaves = worths.exchange(s, at)
        shelf.clock = max(shelf.clock, s.answers[leaves].worth)
        forget(s, leaves)
        _fetch_next(s, cache)


def _fetch_next(s: State, cache: int) -> None:
    """The answer that is worth least will be looked at when room is short again."""
    least = s.ranked[s.shelves[cache].first]
    fetch(s.answers, least.row)
    fetch_place(s, cache, least.key)


def _link(s: State, at: int) -> None:
    answer = s.answers[at]
    shelf = s.shelves[answer.cache]
    answer.older = shelf.newest
    answer.newer = NOBODY
    if shelf.newest == NOBODY:
        shelf.oldest = at
    else:
        s.answers[shelf.newest].newer = at
    shelf.newest = at


def _unlink(s: State, at: int) -> None:
    answer = s.answers[at]
    shelf = s.shelves[answer.cache]
    if answer.newer == NOBODY:
        shelf.newest = answer.older
    else:
        s.answers[answer.newer].older = answer.older
    if answer.older == NOBODY:
        shelf.oldest = answer.newer
    else:
        s.answers[answer.older].newer = answer.newer


def forget(s: State, at: int) -> None:
    """Drop the answer in a row."""
    answer = s.answers[at]
    place = _place(s, answer.cache, answer.key)
    _unlink(s, at)
    s.shelves[answer.cache].count -= 1
    answer.cache = NOBODY
    answer.next = s.desk[0].answers
    s.desk[0].answers = at
    s.desk[0].used_answers -= 1
    _close_gap(s, place)


def _close_gap(s: State, gap: int) -> None:
    """Move up what follows a freed place of the index, so that every answer is found from its own place on."""
    mask = len(s.index) - 1
    s.index[gap] = NOBODY
    place = (gap + 1) & mask
    while s.index[place] != NOBODY:
        home = (s.index[place] >> 32) & mask
        if ((place - home) & mask) >= ((place - gap) & mask):
            s.index[gap] = s.index[place]
            s.index[place] = NOBODY
            gap = place
        place = (place + 1) & mask


def file(s: State) -> None:
    """Fill an empty index with all kept answers, as it is after it was made larger."""
    s.desk[0].filed = 1
    for cache in range(len(s.shelves)):
        at = s.shelves[cache].oldest
        while at != NOBODY:
            s.index[_place(s, cache, s.answers[at].key)] = _mark(cache, s.answers[at].key) << 32 | at
            at = s.answers[at].newer
