"""Kind `human-review`: people who decide or answer."""

from archwright.spec.kind import Kind
from archwright.spec.settings.work import HumanSettings

KIND = Kind(
    name="human-review",
    doc="people who decide or answer",
    traits=frozenset({"human", "compute"}),
    shape="person",
    caption="human review",
    settings=HumanSettings,
)
