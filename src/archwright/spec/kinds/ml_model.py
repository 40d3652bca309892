"""Kind `ml-model`: a classifier or regressor."""

from archwright.spec.kind import Kind
from archwright.spec.settings.work import WorkSettings

KIND = Kind(
    name="ml-model",
    doc="a classifier or regressor",
    traits=frozenset({"predictor", "compute"}),
    shape="model",
    caption="classical model",
    settings=WorkSettings,
)
