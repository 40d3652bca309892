"""Kind `service`: a program of ours."""

from archwright.spec.kind import Kind
from archwright.spec.settings.work import WorkSettings

KIND = Kind(
    name="service",
    doc="a program of ours",
    traits=frozenset({"compute"}),
    shape="box",
    caption="service",
    settings=WorkSettings,
)
