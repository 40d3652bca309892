"""Kind `queue`: work that waits until it is taken."""

from archwright.spec.kind import Kind
from archwright.spec.settings.stores import QueueSettings

KIND = Kind(
    name="queue",
    doc="work that waits until it is taken",
    traits=frozenset({"queue", "store"}),
    shape="queue",
    caption="queue",
    settings=QueueSettings,
)
