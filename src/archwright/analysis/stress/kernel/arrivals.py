"""Who comes when and asks what: visits as `plan.workload` draws them."""

from __future__ import annotations

import math

from archwright.analysis.stress.kernel.tables import Record, State, fetch
from archwright.policy import chance

LEAST_PRESSURE = 1e-3  # as in `plan.users`
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
            break
        source = s.sources[first]
        _write(s, s.visits[desk.visits], first, source.number, source.at)
        desk.visits += 1
        advance(s, first)
    # All of them step by step: what one visit looks for in a large table is fetched while the others are on.
    for at in range(desk.visits):
        _begin_to_look(s, s.visits[at])
    for at in range(desk.visits):
        _find(s, s.visits[at])


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
    if law.users > 0:
        _next_user(s, journey)
        return
    source.number = journey if source.number < 0 else source.number + desk.journeys
    if law.traced == 1:
        place = source.number // desk.journeys
        if place >= desk.recorded:
            source.over = 1
            return
        source.due = s.trace[place].at
    else:
        luck = chance.uniform(desk.seed, source.number, journey, chance.ARRIVAL)
        pause = -math.log(1.0 - luck)
        source.due += law.scale * (pause if law.power == 1.0 else pause**law.power)
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


def _next_user(s: State, journey: int) -> None:
    """Whoever comes next for the first time; `piece` counts them."""
    source = s.sources[journey]
    law = s.journeys[journey]
    source.piece += 1
    if law.firsts + source.piece >= law.firsts_end:
        source.over = 1
        return
    first = s.firsts[law.firsts + source.piece]
    source.number = first.number
    source.at = first.at


def again(s: State, journey: int, number: int, now: float) -> float:
    """When the user of visit `number` of a closed journey, which ended at `now`, comes back; -1.0: not any more."""
    law = s.journeys[journey]
    desk = s.desk[0]
    luck = chance.uniform(desk.seed, number + law.users * desk.journeys, journey, chance.THINK)
    pause = chance.log_normal(law.think_s, law.think_spread, luck)
    factor = _factor(s, journey, min(now, desk.lasts_s))
    at = now + pause / max(LEAST_PRESSURE, factor / law.load)
    return at if at < desk.lasts_s else -1.0


def _factor(s: State, journey: int, now: float) -> float:
    """The factor of a journey's load at a time; that of the last piece after its end."""
    law = s.journeys[journey]
    low = law.pieces
    high = law.pieces_end
    while low < high:
        middle = (low + high) >> 1
        if now < s.pieces[middle].end:
            high = middle
        else:
            low = middle + 1
    if low == law.pieces_end:
        return float(s.pieces[low - 1].last)
    piece = s.pieces[low]
    begin = s.pieces[low - 1].end if low > law.pieces else 0.0
    return float(piece.first + (piece.last - piece.first) * (now - begin) / (piece.end - begin))


def _after(piece: Record, begin: float, passed: float) -> float:
    """The time at which so much of a piece's area has passed."""
    if piece.first == piece.last:
        return float(begin + passed / piece.first)
    slope = (piece.last - piece.first) / (piece.end - begin)
    root = math.sqrt(max(0.0, piece.first * piece.first + 2 * slope * passed))
    return float(begin + 2 * passed / (piece.first + root))


def write(s: State, visit: Record, journey: int, number: int, at: float) -> None:
    """Put a visit of a journey into a row."""
    _write(s, visit, journey, number, at)
    _begin_to_look(s, visit)
    _find(s, visit)


def _write(s: State, visit: Record, journey: int, number: int, at: float) -> None:
    """Everything of a visit but its answer, for which there is its luck."""
    desk = s.desk[0]
    law = s.journeys[journey]
    visit.at = at
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
    luck = chance.stem(desk.seed, number, 0)
    visit.luck = chance.off(luck, chance.ANSWER)
    fetch(s.guides, law.guide + int(visit.luck * law.answers))
    visit.wording = 0
    if law.wordings > 1:
        visit.wording = int(chance.off(luck, chance.WORDING) * law.wordings)
        if law.semantic > 0.0 and chance.off(luck, chance.SEMANTIC) < law.semantic:
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


def _begin_to_look(s: State, visit: Record) -> None:
    """Where among the sums of a journey's answers the one that a visit asks for is looked for: where its guide says."""
    law = s.journeys[visit.journey]
    if law.answers > 0:
        visit.answer = int(s.guides[law.guide + int(visit.luck * law.answers)])
        fetch(s.numbers, law.zipf + visit.answer)


def _find(s: State, visit: Record) -> None:
    """The answer that a visit asks for: `_right_of` the sums of its journey's, a step from where its guide says."""
    law = s.journeys[visit.journey]
    if law.answers == 0:
        return
    first = law.zipf
    limit = visit.luck * s.numbers[first + law.answers - 1]
    low = visit.answer
    while low < law.answers and not limit < s.numbers[first + low]:
        low += 1
    visit.answer = min(low, law.answers - 1)
    content = visit.answer * max(1, law.wordings) + visit.wording
    for row in range(law.first, law.end):
        if s.steps[row].known >= 0:
            fetch(s.known, s.steps[row].known + content)


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
