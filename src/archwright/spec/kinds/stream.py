"""Kind `stream`: events in order, kept for a while."""

from archwright.spec.kind import Kind
from archwright.spec.settings.stores import StreamSettings

KIND = Kind(
    name="stream",
    doc="events in order, kept for a while",
    traits=frozenset({"queue", "store"}),
    shape="queue",
    caption="stream",
    settings=StreamSettings,
)
