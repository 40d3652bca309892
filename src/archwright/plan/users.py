"""Users who come back: nobody arrives, the next visit begins a thinking time after the last one ended.

Each user has their own row of visits, so a visit's luck follows from who comes and how often they came before. The load
is how many users there are; where it changes, they come back so much sooner or later.
"""

from __future__ import annotations

from collections.abc import Iterator

from archwright.plan.load import Piece, factor_at
from archwright.plan.model import Journey, Scenario
from archwright.plan.trace import UNKNOWN, Tokens, Trace
from archwright.policy import chance


class Users:
    """The users of one closed journey.

    Args:
        journey: with `users` and a thinking time.
        index: its place, and `journeys` how many there are.
        scenario: visits begin within it.
        found: pieces of the load, whose first factor says how many users there are.
        seed: of all luck.
        trace: recorded sessions that the users go through, one after the other.
    """

    def __init__(  # noqa: PLR0913
        self,
        journey: Journey,
        index: int,
        journeys: int,
        scenario: Scenario,
        load: float,
        found: list[Piece],
        seed: int,
        trace: Trace | None = None,
    ) -> None:
        self.journey = journey
        self.index = index
        self.journeys = journeys
        self.lasts_s = scenario.lasts_s
        self.load = load
        self.pieces = found
        self.seed = seed
        self.trace = trace if trace is not None and trace.think_s else None
        self.count = max(1, round(journey.users * load))
        self.rows: dict[int, int] = {}

    def first(self) -> Iterator[tuple[float, int, int]]:
        """The first visit of each user: when, its number, and its row of the trace (-1: none); in order of time."""
        found = []
        for user in range(self.count):
            number = user * self.journeys + self.index
            found.append((self._think(number) / self._pressure(0.0), number, self._begin(user)))
        return iter(sorted(item for item in found if item[0] < self.lasts_s))

    def after(self, number: int, now: float) -> tuple[float, int, int] | None:
        """The visit that follows number `number`, which ended at `now`; None where the scenario is over by then."""
        user = number // self.journeys % self.count
        following = number + self.count * self.journeys
        pause, row = self._next(user, following)
        at = now + pause / self._pressure(now)
        return (at, following, row) if at < self.lasts_s else None

    def tokens(self, row: int) -> Tokens:
        """The tokens of a visit that stands in a row of the trace."""
        return self.trace.tokens(row) if self.trace is not None and row >= 0 else UNKNOWN

    def _pressure(self, now: float) -> float:
        """How many times sooner than usual they come; below a thousandth they would never."""
        return max(1e-3, factor_at(self.pieces, min(now, self.lasts_s)) / self.load)

    def _think(self, number: int) -> float:
        u = chance.uniform(self.seed, number, self.index, chance.THINK)
        return chance.log_normal(self.journey.think_s, self.journey.think_spread, u)

    def _begin(self, user: int) -> int:
        """The row at which a user's first session begins."""
        if self.trace is None:
            return -1
        self.rows[user] = self.trace.sessions[user % len(self.trace.sessions)]
        return self.rows[user]

    def _next(self, user: int, number: int) -> tuple[float, int]:
        """The pause before a user's next visit and its row: the recorded one within a session, else a thinking time."""
        if self.trace is None:
            return self._think(number), -1
        row = self.rows[user] + 1
        if row < len(self.trace.times) and not self.trace.begins(row):
            self.rows[user] = row
            return self.trace.think_s[row], row
        place = self.trace.session(self.rows[user]) + self.count
        self.rows[user] = self.trace.sessions[place % len(self.trace.sessions)]
        return self._think(number), self.rows[user]
