"""Kind `database`: records that must not be lost."""

from archwright.spec.kind import Kind
from archwright.spec.settings.work import WorkSettings

KIND = Kind(
    name="database",
    doc="records that must not be lost",
    traits=frozenset({"store", "compute"}),
    shape="store",
    caption="database",
    settings=WorkSettings,
)
