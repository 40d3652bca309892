"""Kind `gateway`: the door to the models: routes, limits, budgets, fallback."""

from archwright.spec.kind import Kind
from archwright.spec.settings.gateway import GatewaySettings

KIND = Kind(
    name="gateway",
    doc="the door to the models: routes, limits, budgets, fallback",
    traits=frozenset({"gateway"}),
    shape="gateway",
    caption="gateway",
    settings=GatewaySettings,
)
