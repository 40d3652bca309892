"""Kind `batch-job`: works through a backlog, nobody waits."""

from archwright.spec.kind import Kind
from archwright.spec.settings.work import WorkSettings

KIND = Kind(
    name="batch-job",
    doc="works through a backlog, nobody waits",
    traits=frozenset({"batch", "compute"}),
    shape="box",
    caption="batch job",
    settings=WorkSettings,
)
