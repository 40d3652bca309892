"""The price of a model's tokens: the one in the file, else the agreed one, else the published one, or hardware."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from archwright.base.errors import InputError, Problem
from archwright.base.money import pico
from archwright.base.text import nearest
from archwright.facts import accelerators, prices
from archwright.plan.entries import Entries
from archwright.plan.price import Kinds, Price, Special, Tier
from archwright.plan.retrieval import answering, embedders_of
from archwright.report.figures import Figure
from archwright.spec.given import Given
from archwright.spec.overrides import PriceOverride
from archwright.spec.settings.models import GpuSettings, LongContext, ModelSettings, TokenPrice

# What is charged besides plain input, cached input and output, by the field of a price; each becomes a figure.
EXTRA: Final = Kinds._fields
INWARD: Final = ("cache_write_5m", "cache_write_1h", "image", "audio")
OUTWARD: Final = ("reasoning", "speech")
STANDARD: Final = "standard"


def price_of(work: Entries, name: str, settings: ModelSettings) -> Price:
    """The price of a component's tokens; everything that it is made of is entered under `prices.`."""
    override = work.overrides.find(settings.model, work.as_of)
    if settings.price is not None:
        return _agreed(work, name, settings.price, "agreed, in the file")
    if override is not None:
        return _agreed(work, name, override, work.overrides.said(override))
    ended = work.overrides.expired(settings.model, work.as_of)
    if ended is not None:
        message = f"the agreed price of `{settings.model}` ended on {ended.valid_until}; another one is used"
        mend = "add the price that holds now, or remove its last day"
        work.warnings.append(Problem("expired-price", message, ended.model.where, mend))
    if isinstance(settings, GpuSettings):
        return _by_the_hour(work, name, settings)
    return _published(work, name, settings)


def _by_the_hour(work: Entries, name: str, settings: GpuSettings) -> Price:
    """Tokens of a model on hardware of our own cost nothing by themselves; the hardware does, used or not."""
    key, source = f"components.{name}", "paid by the hour, not by tokens"
    if settings.discount is not None and (settings.hourly is not None or settings.bought == "on-demand"):
        known = "`hourly` says what an hour costs" if settings.hourly is not None else "its hours are bought on demand"
        message = f"`{name}` has a `discount` that nothing is taken off by: {known}"
        mend = "keep one of `hourly` and `discount`; a discount is off the hours of `bought: reserved` or `spot`"
        work.problems.append(Problem("unused-discount", message, settings.discount.where, mend))
    if settings.hourly is not None:
        work.note(f"{key}.hourly", settings.hourly, "one accelerator for one hour")
    else:
        _offered(work, name, settings)
    work.note(f"{key}.accelerators", settings.accelerators, "accelerators in each replica")
    work.note(f"{key}.replicas", work.system.components[name].replicas, "replicas")
    for kind in ("input", "cached_input", "output"):
        work.price(name, kind, 0, "set", source, settings.where)
    return Price(0, 0, 0, source, work.as_of.isoformat())


def _offered(work: Entries, name: str, settings: GpuSettings) -> None:
    """What an hour of the accelerator is offered for, where the design does not say what it costs."""
    known = accelerators.accelerator(settings.accelerator)
    offer = known.counted if known else None
    if known is None or offer is None:
        message = f"`{name}` runs on hardware that we pay for, but what that costs is not stated"
        mend = f"add `hourly: $2.50`, an agreed `price`, or an `accelerator`: {', '.join(accelerators.names())}"
        if known is None and str(settings.accelerator):
            message = f"`{name}` runs on `{settings.accelerator}`, and no accelerator of that name is known"
        work.problems.append(Problem("unknown-price", message, settings.where, mend))
        return
    key = f"components.{name}"
    spot = next((offer for offer in known.offers if offer.spot is not None), None)
    if settings.bought == "spot" and settings.discount is None and spot is not None and spot.spot is not None:
        note = f"{known.title}, spot, {spot.provider}, {spot.region}: {spot.source}, checked on {spot.checked_on}"
        work.fact(f"{key}.hourly", pico(spot.spot), "money", "one accelerator for one hour, spot", note)
        return
    note = f"{known.title}, {offer.provider}, {offer.region}: {offer.source}, checked on {offer.checked_on}"
    if settings.bought == "on-demand":
        work.fact(f"{key}.hourly", pico(offer.hourly), "money", "one accelerator for one hour", note)
        return
    if settings.discount is None:
        message = f"`{name}` is bought as {settings.bought}, and no price of that is known"
        mend = "add `discount: 35 %` off the on-demand price, or what an hour costs: `hourly: $…`"
        work.problems.append(Problem("unknown-price", message, settings.where, mend))
        return
    work.fact(f"{key}.on_demand", pico(offer.hourly), "money", "one accelerator for one hour, on demand", note)
    work.note(f"{key}.discount", settings.discount, f"off the on-demand price, {settings.bought}")
    work.book.derive(
        f"{key}.hourly", "price * (1 - discount)", "money", f"one accelerator for one hour, {settings.bought}",
        price=f"{key}.on_demand", discount=f"{key}.discount",
    )  # fmt: skip


def _agreed(work: Entries, name: str, price: TokenPrice, source: str) -> Price:
    tiers = sorted(filter(None, (price.long, *price.longer)), key=lambda tier: tier.over.value)
    for tier, after in pairwise(tiers):
        if tier.over.value == after.over.value:
            message = f"two tiers of one price begin at {after.over} input tokens"
            work.problems.append(Problem("duplicate-tier", message, after.over.where, "keep one of them"))

    def entered(kinds: Mapping[str, Given | None], prefix: str) -> dict[str, int]:
        found = {}
        for kind, item in kinds.items():
            if item is not None:
                # What a file of agreed prices says is from the contract that it names.
                agreed = isinstance(price, PriceOverride)
                origin, note = ("sourced", source) if agreed else (item.origin, item.note or source)
                found[kind] = work.price(name, f"{prefix}{kind}", item.whole, origin, note, item.where)
        return found

    def all_of(item: TokenPrice | LongContext) -> dict[str, Given | None]:
        usual = {"input": item.input, "cached_input": item.cached_input or item.input, "output": item.output}
        return usual | {kind: getattr(item, kind, None) for kind in EXTRA}

    base = entered(all_of(price), "")
    above = []
    for number, tier in enumerate(tiers, 1):
        prefix = tier_prefix(number)
        over = work.whole(f"prices.{name}.{prefix}over", tier.over, "input tokens beyond which")
        above.append((over, entered(all_of(tier), prefix)))
    return made(base, above, source, work.as_of.isoformat(), _request(work, name, price, source))


def _request(work: Entries, name: str, price: TokenPrice, source: str) -> int:
    """What each call is charged besides its tokens."""
    if price.request is None:
        return 0
    item = price.request
    work.book.add(
        Figure(f"prices.{name}.request", item.value, "money", "each call, besides its tokens", origin="sourced",
               note=item.note or source, written=item.text, where=item.where)
    )  # fmt: skip
    return item.whole


def tier_prefix(number: int) -> str:
    """How the keys of a context tier's prices begin: that of the first dearer one is 1."""
    return "long_" if number == 1 else f"long{number}_"


def made(
    base: Mapping[str, int], above: Sequence[tuple[int, Mapping[str, int]]], source: str, day: str, request: int = 0
) -> Price:
    """The price of a plan from those that were entered, tier by tier."""
    tiers = tuple(
        Tier(over, found["input"], found["cached_input"], found["output"], special(found, base))
        for over, found in above
    )
    return Price(base["input"], base["cached_input"], base["output"], source, day, request, tiers, special(base, {}))


def special(found: Mapping[str, int], lower: Mapping[str, int]) -> Special | None:
    """Prices of the kinds that have their own: in this tier, else in the one below, else those of their direction."""
    if not any(kind in found or kind in lower for kind in EXTRA):
        return None
    usual = dict.fromkeys(INWARD, found["input"]) | dict.fromkeys(OUTWARD, found["output"])
    return Special(**{kind: found.get(kind, lower.get(kind, usual[kind])) for kind in Kinds._fields})


def _published(work: Entries, name: str, settings: ModelSettings) -> Price:
    provider, _, model = settings.model.partition("/")
    where = settings.model.where
    try:
        if settings.service_tier != STANDARD:
            found = prices.published_in_tier(provider, model, work.as_of, settings.service_tier)
        else:
            find = prices.published_embedder if name in embedders_of(work.system) else work.lookup
            found = find(provider, model, work.as_of)
    except InputError as error:
        work.problems.extend(Problem(p.code, f"`{name}`: {p.message}", where, p.mend) for p in error.problems)
        return Price(0, 0, 0, "unknown", work.as_of.isoformat())
    if found.warning:
        work.warnings.append(Problem("old-price", f"`{settings.model}`: {found.warning}", where))
    note = f"{settings.model}, {found.source}, as of {found.as_of}"

    def entered(item: prices.TokenPrice | prices.LongContext, prefix: str) -> dict[str, int]:
        kinds = {"input": item.input, "cached_input": item.cached_input, "output": item.output}
        kinds |= {kind: item.extra[kind] for kind in EXTRA if kind in item.extra}
        return {
            kind: work.price(name, f"{prefix}{kind}", pico(price), "fact", note, where) for kind, price in kinds.items()
        }

    base = entered(found, "")
    above = []
    for number, tier in enumerate(found.tiers, 1):
        prefix = tier_prefix(number)
        work.fact(f"prices.{name}.{prefix}over", tier.over, "count", "input tokens beyond which", note)
        above.append((tier.over, entered(tier, prefix)))
    return made(base, above, found.source, found.as_of)


def warn_of_unused(work: Entries) -> None:
    """Warn of agreed prices for models that the system does not have: a name may be misspelt."""
    items = (component.settings_as(ModelSettings) for component in work.system.components.values())
    used = {str(item.model) for item in items if item is not None}
    for model, price in {str(price.model): price for price in work.overrides.prices}.items():
        if model not in used:
            hint = nearest(model, used)
            mend = f"did you mean `{hint}`?" if hint else "leave it, if another system uses the file too"
            message = f"a price is agreed for `{model}`, and no component is that model"
            work.warnings.append(Problem("unused-price", message, price.model.where, mend))


def warn_of_sound(work: Entries) -> None:
    """Warn of sound that is counted as text: a model whose calls have some, and no price of its own for it."""
    steps = [step for journey in work.system.workload.journeys.values() for step in journey.steps if step.tokens]
    reached = answering(work.system)
    for name, component in work.system.components.items():
        settings = component.settings_as(ModelSettings)
        text = f"prices.{name}.input"
        if settings is None or text not in work.book or not work.book[text].value:
            continue
        calls = [step.tokens for step in steps if step.tokens and str(step.route) in reached.get(name, ())]
        for kind, heard in (("audio", [item.audio for item in calls]), ("speech", [item.speech for item in calls])):
            if any(item.value for item in heard) and f"prices.{name}.{kind}" not in work.book:
                message = (
                    f"no price of {kind} is known for `{settings.model}`: it is counted as text, and may cost more"
                )
                mend = f"state the agreed price under `price`, with `{kind}`"
                work.warnings.append(Problem("sound-as-text", message, settings.model.where, mend))
