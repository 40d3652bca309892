"""The loop: what happens next, until there is nothing more, or until a table has to be made larger."""

from __future__ import annotations

from archwright.analysis.stress.kernel import arrivals, crews, gateway, kept, pools, rooms, trips, warmth
from archwright.analysis.stress.kernel.heap import (
    BEGINS,
    CALL_ENDS,
    CANCELS,
    CHANGES,
    COMES,
    EACH,
    GIVES_UP,
    GOES_ON,
    KINDS,
    LEAVES,
    LOOKS,
    READY,
    REFUSED,
    SILENT,
    SIZES,
    TURNS,
    WAKES,
    WORKED,
    drop,
    next_at,
    soon_first,
)
from archwright.analysis.stress.kernel.tables import State, fetch
from archwright.policy.replica import BEGAN, TOLD

# Why the loop stopped.
PAUSED = 0  # it has done as much as it should
DONE = 1
FULL = 2  # a table has no room for all that one more event could add
VISITS = 3  # the table of visits is empty, and it is for others to fill it


def run(s: State, events: int) -> int:
    """Go on for so many events at most, and say why it stopped."""
    desk = s.desk[0]
    end = desk.events + events
    if _ready(s) == 0:
        return FULL
    while desk.events < end:
        if desk.room <= desk.most_at_once:
            desk.room = room(s)
            if desk.room <= desk.most_at_once:
                return FULL
        if desk.visit == desk.visits and desk.over == 0:
            if desk.draws == 0:
                return VISITS
            arrivals.fill(s)
        desk.room -= 1
        if desk.visit < desk.visits and s.visits[desk.visit].at <= next_at(s):
            desk.events += 1
            trips.begin(s)
        elif soon_first(s):
            desk.events += 1
            _happen_at_once(s)
        elif desk.pending > 0:
            desk.events += 1
            _happen(s)
        else:
            return DONE
    return PAUSED


def _ready(s: State) -> int:
    """See to what has to be there before the first event, and after tables became larger; 0 if they are too small."""
    desk = s.desk[0]
    if desk.filed == 0:
        kept.file(s)
    if desk.begun == 0:
        if warmth.begin(s) == 0:
            return 0
        desk.begun = 1
        pools.begin(s)
        crews.begin(s)
    return 1


def room(s: State) -> int:
    """So many events can happen before a table may be full, whatever they bring."""
    desk = s.desk[0]
    walks = (len(s.walks) - desk.used_walks) // desk.widest
    # A walk has three events to come at most; what it waited for in vain may stand there beside them.
    events = (len(s.heap) - EACH - desk.pending - 3 * desk.used_walks) // (4 * desk.widest)
    soon = (len(s.soon) - desk.soon_end - desk.used_walks) // desk.widest
    beside = desk.hedges * desk.used_walks  # each walk may begin one more
    calls = len(s.calls) - desk.used_calls - desk.widest - beside
    answers = len(s.answers) - desk.used_answers - 1
    seats = len(s.seats) - desk.used_seats - 1 - beside
    tables = min(walks, events, soon, calls // desk.widest, seats // desk.widest)
    return int(min(len(s.trips) - desk.used_trips, tables, answers))


def _happen_at_once(s: State) -> None:
    """The next event of this instant happens: the gateway answers a walk."""
    desk = s.desk[0]
    event = s.soon[desk.soon]
    desk.soon += 1
    if desk.soon == desk.soon_end:
        desk.soon = 0
        desk.soon_end = 0
    trips.replied(s, event.at, event.a, event.b)


def _happen(s: State) -> None:
    """The first event of the heap happens."""
    event = s.heap[0]
    now = event.at
    kind = event.order & (KINDS - 1)
    a = event.a
    b = event.b
    drop(s)
    _fetch_next(s)
    if kind == CALL_ENDS:
        gateway.call_ends(s, now, a)
    elif kind == WORKED:
        rooms.finish(s, now, a)
        trips.worked(s, now, a)
    elif kind == WAKES:
        gateway.wakes(s, now, a, b)
    elif kind == BEGINS:
        gateway.begins(s, now, a)
    elif kind == CANCELS:
        gateway.called_off(s, now, a)
    elif kind >= TURNS or kind == SILENT:
        _at_replicas(s, now, kind, a, b)
    else:
        _more(s, now, kind, a, b)


def _fetch_next(s: State) -> None:
    """What the next event of the heap will touch for the first time since it was scheduled, seconds ago."""
    event = s.heap[0]
    kind = event.order & (KINDS - 1)
    if kind == CALL_ENDS:
        fetch(s.calls, event.a)
        fetch(s.walks, event.b)
    elif kind == WORKED:
        walk = s.walks[event.a]
        route = s.steps[walk.step].route
        if route >= 0 and walk.key != 0:
            kept.fetch_answer(s, s.routes[route].cache, walk.key)


def _at_replicas(s: State, now: float, kind: int, a: int, b: int) -> None:
    """What happens at replicas; with a run may begin and end as many answers as are written at once."""
    if kind == TURNS:
        ended = pools.turn(s, now, a)
        s.desk[0].room -= ended
        for place in range(ended):
            told = s.endings[place]
            if told % TOLD == BEGAN:
                gateway.begins(s, now, told // TOLD)
            else:
                gateway.call_ends(s, now, told // TOLD)
    elif kind in (LEAVES, SILENT):
        number = pools.leaves(s, now, a, b) if kind == LEAVES else pools.silent(s, now, a, b)
        if number >= 0:
            gateway.call_ends(s, now, number)
    elif kind == CHANGES:
        pools.changes(s, now, a)
    elif kind == SIZES:
        pools.look(s, now, a)
    else:
        pools.started(s, now, a, b)


def _more(s: State, now: float, kind: int, a: int, b: int) -> None:
    """What happens seldom."""
    if kind == GIVES_UP:
        if rooms.give_up(s, now, a, b) == 1:
            trips.worked(s, now, a)
    elif kind == REFUSED:
        trips.worked(s, now, a)
    elif kind == GOES_ON:
        trips.goes_on(s, now, a)
    elif kind == COMES:
        trips.comes(s, now, a)
    elif kind == LOOKS:
        changed = crews.look(s, now, a)
        if changed == 1:
            rooms.fill(s, now, a)
        if changed >= 0:
            crews.look_again(s, now, a)
    elif kind == READY:
        crews.ready(s, now, a, b)
        rooms.fill(s, now, a)
    else:
        rooms.fill(s, now, a)
        crews.await_hours(s, now, a)
