"""The price of a model's tokens as a plan holds it: by kind, and by how long the input is."""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec.structs import replace

from archwright.plan.amounts import Whole


class Kinds(NamedTuple):
    """Tokens of a call that may have a price of their own; the names are those of `Special`, in the same order.

    The first four are a part of its input (not of what was read from the cache), the last two of its output.
    """

    cache_write_5m: int = 0
    cache_write_1h: int = 0
    image: int = 0
    audio: int = 0
    reasoning: int = 0
    speech: int = 0

    @property
    def inward(self) -> int:
        """How many of the input tokens they are."""
        return self.cache_write_5m + self.cache_write_1h + self.image + self.audio

    @property
    def outward(self) -> int:
        """How many of the output tokens they are."""
        return self.reasoning + self.speech


NO_KINDS: Final = Kinds()


def within(told: Kinds, fresh: int, said: int) -> Kinds | None:
    """What a supplier told, held to what there is: never below nothing, in all at most `fresh` in and `said` out.

    None where nothing is left: then every token costs what its direction costs.
    """
    left = [fresh, fresh, fresh, fresh, said, said]
    kept = []
    for place, count in enumerate(told):
        taken = min(max(0, count), left[place])
        kept.append(taken)
        for later in range(place + 1, 4 if place < 4 else 6):
            left[later] -= taken
    return Kinds(*kept) if any(kept) else None


def stored(tokens_in: int, cached: int, share: float, keeps: str) -> Kinds | None:
    """What a call of so many input tokens writes to the prompt cache, where a share of them is; None: nothing."""
    if share <= 0.0:
        return None
    count = min(int(tokens_in * share), tokens_in - cached)
    if count <= 0:
        return None
    return Kinds(cache_write_1h=count) if keeps == "1h" else Kinds(cache_write_5m=count)


class Special(msgspec.Struct, frozen=True):
    """Pico-dollars for one token of each of `Kinds`: what the supplier lists, else the price of its direction."""

    cache_write_5m: Whole
    cache_write_1h: Whole
    image: Whole
    audio: Whole
    reasoning: Whole
    speech: Whole

    def dearest(self, tokens_in: int, tokens_out: int, media: bool) -> tuple[int, int]:
        """The most that one token in, and one out, may cost; the arguments are what they cost usually.

        Any input may be written to a prompt cache, any output be thought; `media`: there may be pictures and sound.
        """
        inward = max(tokens_in, self.cache_write_5m, self.cache_write_1h)
        outward = max(tokens_out, self.reasoning)
        return (max(inward, self.image, self.audio), max(outward, self.speech)) if media else (inward, outward)


class Tier(msgspec.Struct, frozen=True):
    """The prices of all tokens of a call with more input tokens than `over`."""

    over: Annotated[int, msgspec.Meta(ge=1)]
    input: Whole
    cached_input: Whole
    output: Whole
    special: Special | None = None


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pico-dollars for one token of each kind, where the price is from and the day for which it was looked up.

    `request` is charged for each call besides. `tiers` rise by `over`: of those that a call's input is longer than, the
    last holds for all of its tokens. `special` None: every token costs what its direction costs.
    """

    input: Whole
    cached_input: Whole
    output: Whole
    source: str
    as_of: str
    request: Whole = 0
    tiers: tuple[Tier, ...] = ()
    special: Special | None = None

    def most(self, media: bool = True) -> Price:
        """The price by which no token costs less than it may be billed at, whatever it turns out to be.

        `media`: the request may hold pictures or sound.
        """
        if self.special is None and all(tier.special is None for tier in self.tiers):
            return self
        tiers = []
        for tier in self.tiers:
            each = (tier.input, tier.output)
            inward, outward = tier.special.dearest(*each, media) if tier.special else each
            tiers.append(replace(tier, input=inward, cached_input=inward, output=outward, special=None))
        each = (self.input, self.output)
        inward, outward = self.special.dearest(*each, media) if self.special else each
        return replace(self, input=inward, cached_input=inward, output=outward, special=None, tiers=tuple(tiers))

    def at(self, tokens_in: int) -> Price:
        """The price that holds for a call with so many input tokens."""
        if not self.tiers:
            return self
        found = None
        for tier in self.tiers:
            if tokens_in > tier.over:
                found = tier
        if found is None:
            return self
        return replace(
            self, input=found.input, cached_input=found.cached_input, output=found.output, special=found.special
        )
