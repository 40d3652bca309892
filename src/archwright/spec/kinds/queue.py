"""Kind `queue`: work that waits until it is taken."""

from archwright.spec.kind import Kind
from archwright.spec.settings.work import WorkSettings

KIND = Kind(
    name="queue",
    doc="work that waits until it is taken",
    traits=frozenset({"queue", "store"}),
    shape="queue",
    caption="queue",
    settings=WorkSettings,
)
