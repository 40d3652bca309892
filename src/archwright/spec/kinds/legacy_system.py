"""Kind `legacy-system`: an old system that must be lived with."""

from archwright.spec.kind import Kind
from archwright.spec.settings.work import WorkSettings

KIND = Kind(
    name="legacy-system",
    doc="an old system that must be lived with",
    traits=frozenset({"compute"}),
    shape="external",
    caption="legacy system",
    settings=WorkSettings,
)
