"""Kind `managed-model`: a model that a supplier runs."""

from archwright.spec.kind import Kind
from archwright.spec.settings.models import ModelSettings

KIND = Kind(
    name="managed-model",
    doc="a model that a supplier runs",
    traits=frozenset({"token-model", "managed", "external"}),
    shape="model",
    caption="managed model",
    settings=ModelSettings,
)
