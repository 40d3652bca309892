"""One request's way through the targets of its route: try again, go to the next, or stop."""

from __future__ import annotations

from typing import NamedTuple

from archwright.policy.retry import pause

# How an attempt ended. The first five decide the way; see `after`.
OK = 0
CALLER = 1  # the request itself is wrong (400, 404, 422): no other target would do better
KEY = 2  # our key or quota at this target (401, 402, 403): the next target may do
TRANSIENT = 3  # 5xx, connection lost
OVERLOAD = 4  # 429, 503 with retry-after
TIMEOUT = 5  # nothing came in time
CUT = 6  # the answer broke off after it had begun: nobody can take it over
OUTCOMES = ("ok", "caller", "key", "transient", "overload", "timeout", "cut")

DONE = 0
AGAIN = 1
NEXT = 2
STOP = 3


class Hop(NamedTuple):
    """One target of a route and how patiently it is tried. Times in seconds."""

    target: int
    attempts: int
    timeout_s: float
    backoff_s: float
    longest_s: float


class Step(NamedTuple):
    """What to do now, and after which pause (seconds) for AGAIN."""

    action: int
    pause: float


def good(outcome: int) -> int:
    """1 if the attempt says that the target is well. A caller's error does; overload says when to come back."""
    return 1 if outcome in (OK, CALLER, OVERLOAD) else 0


def after(hop: Hop, tries: int, outcome: int, left_s: float, retry_after: float, may_retry: int, u: float) -> Step:  # noqa: PLR0913
    """The step after attempt number `tries` (from 1) on this hop ended with `outcome`.

    `left_s` is the time until the request's deadline, `retry_after` what the target asked for (0: nothing),
    `may_retry` 1 if the retry budget allows one, `u` the luck of the pause in [0, 1).
    """
    if outcome == OK:
        return Step(DONE, 0.0)
    if outcome in (CALLER, CUT):
        return Step(STOP, 0.0)
    if outcome == KEY or tries >= hop.attempts or may_retry == 0:
        return Step(NEXT, 0.0)
    wait = pause(hop.backoff_s, hop.longest_s, tries, u)
    if outcome == OVERLOAD:
        if retry_after > hop.longest_s:
            return Step(NEXT, 0.0)
        wait = max(wait, retry_after)
    if wait >= left_s:
        return Step(NEXT, 0.0)
    return Step(AGAIN, wait)
