"""Kind `agent`: a model in a loop with tools."""

from archwright.spec.kind import Kind
from archwright.spec.settings.agents import AgentSettings

KIND = Kind(
    name="agent",
    doc="a model in a loop with tools",
    traits=frozenset({"agent", "compute"}),
    shape="agent",
    caption="agent",
    settings=AgentSettings,
)
