"""Kind `guard`: checks content on its way in or out."""

from archwright.spec.kind import Kind
from archwright.spec.settings.guards import GuardSettings

KIND = Kind(
    name="guard",
    doc="checks content on its way in or out",
    traits=frozenset({"guard", "compute"}),
    shape="box",
    caption="guard",
    settings=GuardSettings,
)
