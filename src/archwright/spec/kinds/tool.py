"""Kind `tool`: an action that an agent may take."""

from archwright.spec.kind import Kind
from archwright.spec.settings.tools import ActingSettings

KIND = Kind(
    name="tool",
    doc="an action that an agent may take",
    traits=frozenset({"tool", "compute"}),
    shape="box",
    caption="tool",
    settings=ActingSettings,
)
