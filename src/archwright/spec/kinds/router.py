"""Kind `router`: chooses a path for a request."""

from archwright.spec.kind import Kind
from archwright.spec.settings.work import WorkSettings

KIND = Kind(
    name="router",
    doc="chooses a path for a request",
    traits=frozenset({"compute"}),
    shape="gateway",
    caption="router",
    settings=WorkSettings,
)
