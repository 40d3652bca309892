"""Who comes when and asks what: visits as `plan.workload` draws them."""

from __future__ import annotations

import math

from archwright.analysis.stress.kernel.tables import Record, State
from archwright.policy import chance

DRAWN = -1  # tokens of a visit that no recorded traffic gives


def fill(s: State) -> None:
    """Draw visits, in order of time, until the table of them is full or the last one has come."""
    desk = s.desk[0]
    desk.visit = 0
    desk.visits = 0
    for journey in range(len(s.sources)):
        if s.sources[journey].number < 0:
            advance(s, journey)
    while desk.visits < len(s.visits):
        first = _first(s)
        if first < 0:
            desk.over = 1
            return
        _write(s, first)
        advance(s, first)


def _first(s: State) -> int:
    """The journey that comes next; those of one instant in the order of their numbers. -1: none any more."""
    found = -1
    for journey in range(len(s.sources)):
        source = s.sources[journey]
        if source.over == 0:
            if found < 0:
                found = journey
            else:
                best = s.sources[found]
                if source.at < best.at or (source.at == best.at and source.number < best.number):
                    found = journey
    return found


def advance(s: State, journey: int) -> None:
    """Draw the time of a journey's next arrival."""
    desk = s.desk[0]
    source = s.sources[journey]
    law = s.journeys[journey]
    source.number = journey if source.number < 0 else source.number + desk.journeys
    if law.traced == 1:
        place = source.number // desk.journeys
        if place >= desk.recorded:
            source.over = 1
            return
        source.due = s.trace[place].at
    else:
        luck = chance.uniform(desk.seed, source.number, journey, chance.ARRIVAL)
        source.due += law.scale * (-math.log(1.0 - luck)) ** law.power
    if source.piece < 0:
        source.piece = law.pieces
    while source.piece < law.pieces_end:
        piece = s.pieces[source.piece]
        area = (piece.end - source.begin) * ((piece.first + piece.last) / 2)
        if source.due < source.passed + area:
            source.at = _after(piece, source.begin, source.due - source.passed)
            return
        source.passed += area
        source.begin = piece.end
        source.piece += 1
    source.over = 1


def _after(piece: Record, begin: float, passed: float) -> float:
    """The time at which so much of a piece's area has passed."""
    if piece.first == piece.last:
        return float(begin + passed / piece.first)
    slope = (piece.last - piece.first) / (piece.end - begin)
    root = math.sqrt(max(0.0, piece.first * piece.first + 2 * slope * passed))
    return float(begin + 2 * passed / (piece.first + root))


def _write(s: State, journey: int) -> None:
    """Put the next visit of a journey into the table."""
    desk = s.desk[0]
    law = s.journeys[journey]
    source = s.sources[journey]
    visit = s.visits[desk.visits]
    desk.visits += 1
    number = source.number
    visit.at = source.at
    visit.number = number
    visit.journey = journey
    visit.tenant = _tenant(s, number)
    visit.tokens_in = DRAWN
    visit.tokens_out = DRAWN
    visit.tokens_cached = DRAWN
    if law.traced == 1:
        recorded = s.trace[number // desk.journeys]
        visit.tokens_in = recorded.tokens_in
        visit.tokens_out = recorded.tokens_out
        visit.tokens_cached = recorded.tokens_cached
    if law.answers == 0:
        visit.answer = number
        visit.wording = 0
        return
    luck = chance.uniform(desk.seed, number, 0, chance.ANSWER)
    visit.answer = min(_right_of(s, law.zipf, law.answers, luck), law.answers - 1)
    visit.wording = 0
    if law.wordings > 1:
        visit.wording = int(chance.uniform(desk.seed, number, 0, chance.WORDING) * law.wordings)
        if law.semantic > 0.0 and chance.uniform(desk.seed, number, 0, chance.SEMANTIC) < law.semantic:
            visit.wording = 0  # whatever the words, the answer is found under the first of them


def _tenant(s: State, number: int) -> int:
    """Who pays: -1 where there are no tenants. Their sums of shares are the first numbers."""
    desk = s.desk[0]
    if desk.tenants == 0:
        return -1
    if desk.tenants == 1:
        return 0
    luck = chance.uniform(desk.seed, number, 0, chance.TENANT)
    return int(min(_right_of(s, 0, desk.tenants, luck), desk.tenants - 1))


def _right_of(s: State, first: int, count: int, luck: float) -> int:
    """How many of `count` rising sums from `first` on do not exceed the share `luck` of the last one."""
    limit = luck * s.numbers[first + count - 1]
    low = 0
    high = count
    while low < high:
        middle = (low + high) >> 1
        if limit < s.numbers[first + middle]:
            high = middle
        else:
            low = middle + 1
    return low
