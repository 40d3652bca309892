"""Kind `self-hosted-model`: open weights on hardware that we pay for."""

from archwright.spec.kind import Kind
from archwright.spec.settings.models import GpuSettings

KIND = Kind(
    name="self-hosted-model",
    doc="open weights on hardware that we pay for",
    traits=frozenset({"token-model", "self-hosted"}),
    shape="model",
    caption="self-hosted model",
    settings=GpuSettings,
)
