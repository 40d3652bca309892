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
SURE: Final = 0.5  # share of the spread of tokens that sizes must tell (r squared) for the line to be read backwards
_TOKENS: Final = 100.0  # believed beforehand
_SIZE: Final = _TOKENS * BYTES_A_TOKEN
_DOUBT: Final = 0.05  # how firmly, in answers


class Line:
    """Tokens and a size as a straight line, by least squares over what was seen lately.

    Tokens are told exactly and a size scatters around them, so it is the size that is fitted over the tokens, and the
    line is read backwards: read forwards it says too much of whatever broke off early (classical calibration; C.
    Eisenhart, Annals of Mathematical Statistics 10, 1939). Where sizes say little of tokens it is read forwards.
    """

    __slots__ = ("count", "x", "xx", "xy", "y", "yy")

    def __init__(self) -> None:
        self.count = self.x = self.y = self.xx = self.xy = self.yy = 0.0

    def learn(self, size: float, tokens: float) -> None:
        """So many tokens were told for that size."""
        self.count = self.count * FADE + 1.0
        self.x = self.x * FADE + size
        self.y = self.y * FADE + tokens
        self.xx = self.xx * FADE + size * size
        self.xy = self.xy * FADE + size * tokens
        self.yy = self.yy * FADE + tokens * tokens

    def guess(self, size: float) -> int:
        """Tokens for a size, never below 0."""
        count, x, y = self.count + 2.0 * _DOUBT, self.x + _DOUBT * _SIZE, self.y + _DOUBT * _TOKENS
        sizes = count * (self.xx + _DOUBT * _SIZE * _SIZE) - x * x
        tokens = count * (self.yy + _DOUBT * _TOKENS * _TOKENS) - y * y
        both = count * (self.xy + _DOUBT * _SIZE * _TOKENS) - x * y
        backwards = both > 0.0 and both * both >= SURE * sizes * tokens
        slope = tokens / both if backwards else max(0.0, both) / sizes
        return max(0, round((y - slope * x) / count + slope * size))


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
