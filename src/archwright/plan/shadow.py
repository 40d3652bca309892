"""A model that gets copies of a route's requests, as the plan says it."""

from __future__ import annotations

import msgspec

from archwright.plan.amounts import Count, Place, Seconds, Share


class Shadow(msgspec.Struct, frozen=True):
    """A share of a route's requests goes to `target` as well: at most `places` at once, each for `timeout_s`."""

    target: Place
    share: Share
    places: Count
    timeout_s: Seconds
