"""The GPUs of the shelf of accelerators as entries of the catalogue: the same facts, no second copy of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from archwright.facts.accelerators import GIB, Accelerator, Offer, accelerator, names
from archwright.facts.technologies.entry import Cost, Family, Limit, Source, Technology

UNIT: Final = "a GPU an hour"
# Where lists can be seen that sources name by their title.
_PAGES: Final = {
    "SkyPilot catalog": "https://github.com/skypilot-org/skypilot-catalog",
    "aiconfigurator": "https://github.com/ai-dynamo/aiconfigurator",
}


def gpus() -> Family:
    """Every accelerator that the forecasts know, as the catalogue shows it."""
    found = (item for item in map(accelerator, names()) if item is not None)
    return Family("gpus", "GPUs", {item.name: _entry(item) for item in found})


def _entry(item: Accelerator) -> Technology:
    able = item.hardware
    source = _source(able.source)
    limits = (
        Limit("memory", able.memory, f"{able.memory / GIB:g} GiB", "", source, "seen"),
        Limit("bandwidth", able.bandwidth, f"{able.bandwidth / 1e9:,.0f} GB", "", source, "seen"),
        Limit("tflops", able.flops["bf16"] / 1e12, f"{able.flops['bf16'] / 1e12:,g}", "dense", source, "seen"),
    )
    providers = ", ".join(sorted({offer.provider for offer in item.offers}))
    return Technology(
        name=item.name,
        title=item.title,
        family="gpus",
        licence="proprietary hardware",
        costs=tuple(_costs(item, source)),
        limits={limit.measure: limit for limit in limits},
        permits={
            "self-hosted": "bought",
            "managed": f"by the hour from {providers}" if providers else "unknown",
            "engines": "vLLM, SGLang, TensorRT-LLM and others",
        },
        read=frozenset({"managed"} if providers else ()),
        source=source,
        checked_on=able.checked_on,
        confidence="seen",
    )


def _costs(item: Accelerator, source: Source) -> Iterator[Cost]:
    """An hour on demand at the dearest offer, as a forecast counts it, and where one is known the dearest spot hour."""
    offer = item.counted
    if offer is None:
        yield Cost("on demand", UNIT, None, "USD", "nobody was seen to offer it", source, "seen")
        return
    yield Cost("on demand", UNIT, offer.hourly, "USD", _said(offer, item), _source(offer.source), "seen")
    spots = [other for other in item.offers if other.spot is not None]
    if spots:
        dearest = max(spots, key=lambda other: other.spot or 0)
        note = f"{dearest.provider}, {dearest.region}; may end at any moment"
        yield Cost("spot", UNIT, dearest.spot, "USD", note, _source(dearest.source), "seen")


def _said(offer: Offer, item: Accelerator) -> str:
    others = len(item.offers) - 1
    more = f"; the dearest of {others + 1} offers" if others else ""
    return f"{offer.provider}, {offer.region}{more}"


def _source(title: str) -> Source:
    return Source(title, next((url for known, url in _PAGES.items() if title.startswith(known)), ""))
