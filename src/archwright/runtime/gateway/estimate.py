"""What an attempt took where the supplier did not say: learned from those where it did, and marked as an estimate."""

from __future__ import annotations

from typing import Final

from archwright.plan.model import Target
from archwright.policy import route
from archwright.runtime.gateway.ask import BYTES_A_TOKEN
from archwright.runtime.gateway.exchange import Exchange, Try
from archwright.runtime.neutral import Usage
from archwright.runtime.wire import Wire

FADE: Final = 0.998  # what was learned counts half after about 350 answers
SAMPLE: Final = 16  # of the answers, one in so many is counted letter by letter
FIRST: Final = 64  # and all of the first
_PRIOR: Final = ((0.0, 0.0), (100.0 * BYTES_A_TOKEN, 100.0))  # what is believed before anything was seen
_DOUBT: Final = 0.05  # as a share of one answer


class Line:
    """Tokens as a straight line over a size, by least squares over what was seen lately."""

    __slots__ = ("count", "x", "xx", "xy", "y")

    def __init__(self) -> None:
        self.count = self.x = self.y = self.xx = self.xy = 0.0
        for size, tokens in _PRIOR:
            self._add(size, tokens, _DOUBT)

    def learn(self, size: float, tokens: float) -> None:
        """So many tokens were told for that size."""
        self.count, self.x, self.y = self.count * FADE, self.x * FADE, self.y * FADE
        self.xx, self.xy = self.xx * FADE, self.xy * FADE
        self._add(size, tokens, 1.0)

    def guess(self, size: float) -> int:
        """Tokens for a size, never below 0."""
        spread = self.count * self.xx - self.x * self.x
        slope = (self.count * self.xy - self.x * self.y) / spread if spread > 0.0 else 1.0 / BYTES_A_TOKEN
        return max(0, round((self.y - slope * self.x) / self.count + slope * size))

    def _add(self, size: float, tokens: float, weight: float) -> None:
        self.count += weight
        self.x += weight * size
        self.y += weight * tokens
        self.xx += weight * size * size
        self.xy += weight * size * tokens


class Guesser:
    """What is known of one target: its tokens by size, in and out, and how much of the input was cached."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.inward = Line()
        self.outward = Line()
        self.told = 0
        self.input = 0.0
        self.cached = 0.0

    def learn(self, x: Exchange, item: Try, wire: Wire) -> None:
        """The supplier told what an answered attempt took."""
        usage = item.usage
        if usage is None or x.ask is None:
            return
        self.inward.learn(x.ask.size, usage.input)
        self.input = self.input * FADE + usage.input
        self.cached = self.cached * FADE + usage.cached
        self.told += 1
        if self.told <= FIRST or self.told % SAMPLE == 0:
            self.outward.learn(_letters(item, wire), usage.output)

    def guess(self, x: Exchange, item: Try, wire: Wire) -> Usage | None:
        """What an attempt took that ended without its usage; None: nothing was written, so nothing is owed.

        By the letters that came. Where none came of a whole answer that was waited for, by the target's pace and the
        time: it was working on it.
        """
        if x.ask is None or item.status not in (0, 200):
            return None
        if item.outcome == route.TRANSIENT and not item.came:
            return None  # what was no answer at all is not charged for
        came = _letters(item, wire)
        if came:
            output = max(1, self.outward.guess(came))
        elif item.outcome == route.OK:
            output = 0
        elif item.sent and not x.ask.stream and item.outcome in (route.CUT, route.TIMEOUT):
            output = min(x.ask.tokens_out, self._written(item.total_s, x.ask.tokens_in))
            if not output:
                return None
        else:
            return None
        if item.opening is not None:
            return item.opening._replace(output=output)
        tokens = self.inward.guess(x.ask.size)
        return Usage(tokens, round(tokens * self.cached / self.input) if self.input else 0, output)

    def _written(self, seconds: float, tokens_in: int) -> int:
        """Tokens that the target has written after so many seconds, at its stated pace."""
        target = self.target
        left = seconds - target.first_token_s - (tokens_in / target.prefill_rate if target.prefill_rate else 0.0)
        if left < 0.0:
            return 0
        return 1 + int(left / target.per_token_s) if target.per_token_s else 10**9


def _letters(item: Try, wire: Wire) -> int:
    return wire.letters(item.events) if item.came else wire.letters_of_whole(item.body)
