"""The GPUs of the shelf of accelerators as entries of the catalogue: the same facts, no second copy of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from archwright.facts.accelerators import GIB, Accelerator, Offer, accelerator, names
from archwright.facts.technologies.entry import Cost, Family, Limit, Source, Technology

UNIT: Final = "a GPU an hour"
ASKED: Final = ("self-hosted", "managed", "engines")
# Where lists can be seen that sources name by their title.
_PAGES: Final = {
    "SkyPilot catalog": "https://github.com/skypilot-org/skypilot-catalog",
    "aiconfigurator": "https://github.com/ai-dynamo/aiconfigurator",
}
# What is said of all GPUs of the shelf, and of those of which a page says otherwise or says nothing.
_ALL: Final = {
    "self-hosted": (
        "in machines of one's own",
        Source(
            "NVIDIA/cloud-native-docs, GPU Operator, platform support at 52dcb7b8",
            "https://github.com/NVIDIA/cloud-native-docs/blob/main/gpu-operator/platform-support.rst",
        ),
    ),
    "engines": (
        "vLLM among others",
        Source(
            "vLLM documentation, GPU, version 0.31",
            "https://docs.vllm.ai/en/v0.31.0/getting_started/installation/gpu/",
        ),
    ),
}
_APART: Final = {
    "v100": {
        "engines": (
            "vLLM up to 0.14 at least; 0.31 asks for a newer generation",
            Source(
                "vLLM documentation, GPU, version 0.14",
                "https://docs.vllm.ai/en/v0.14.0/getting_started/installation/gpu/",
            ),
        ),
    },
    "rtx-4090": {
        "self-hosted": (
            "in machines of one's own",
            Source(
                "NVIDIA documentation, NIM for LLMs, supported models",
                "https://docs.nvidia.com/nim/large-language-models/latest/supported-models.html",
            ),
        ),
    },
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
    said = {**_ALL, **_APART.get(item.name, {})}
    if item.offers:
        said["managed"] = (f"by the hour from {_providers(item)}", _source(item.offers[0].source))
    return Technology(
        name=item.name,
        title=item.title,
        family="gpus",
        licence="proprietary hardware",
        costs=tuple(_costs(item, source)),
        limits={limit.measure: limit for limit in limits},
        permits={aspect: said[aspect][0] if aspect in said else "unknown" for aspect in ASKED},
        read={aspect: page for aspect, (_, page) in said.items()},
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


def _providers(item: Accelerator) -> str:
    return ", ".join(sorted({offer.provider for offer in item.offers}))


def _said(offer: Offer, item: Accelerator) -> str:
    others = len(item.offers) - 1
    more = f"; the dearest of {others + 1} offers" if others else ""
    return f"{offer.provider}, {offer.region}{more}"


def _source(title: str) -> Source:
    return Source(title, next((url for known, url in _PAGES.items() if title.startswith(known)), ""))
