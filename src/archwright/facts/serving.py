"""How far serving engines come towards what hardware can do: four numbers fitted on measured deployments.

Effective values of a formula, not efficiencies of hardware: they hold for vLLM, TensorRT-LLM and SGLang together, dense
models of 8 to 70 billion parameters, 1 to 8 accelerators. `make bench NAME=capacity` fits them anew.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Serving(NamedTuple):
    """Shares of bandwidth and of arithmetic that are reached, seconds of a step for each layer and each sequence.

    `reserved` are bytes of each accelerator that hold neither weights nor KV cache.
    """

    bandwidth: float
    arithmetic: float
    layer_s: float
    sequence_s: float
    reserved: float
    source: str
    checked_on: str


SERVING: Final = Serving(
    bandwidth=0.949,
    arithmetic=0.585,
    layer_s=70.8e-6,
    sequence_s=29.3e-6,
    reserved=1.5e9,
    source="fitted on 678 measured points of dense models on H100, H200 and B200: docs/validation/capacity.md",
    checked_on="2026-11-21",
)

# What throughput was against the formula: most points lie between the ends.
BAND: Final = (0.7, 1.3)  # dense, 30 billion parameters and more
WIDE_BAND: Final = (0.5, 1.3)  # smaller ones and mixtures of experts
MEASURED_BAND: Final = (0.8, 1.2)  # calibrated with points of the same deployment
LARGE: Final = 30e9
