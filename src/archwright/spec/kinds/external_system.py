"""Kind `external-system`: a system that belongs to someone else."""

from archwright.spec.kind import Kind
from archwright.spec.settings.work import WorkSettings

KIND = Kind(
    name="external-system",
    doc="a system that belongs to someone else",
    traits=frozenset({"external", "compute"}),
    shape="external",
    caption="external system",
    settings=WorkSettings,
)
