"""Kind `retriever`: finds passages for a question."""

from archwright.spec.kind import Kind
from archwright.spec.settings.retrieval import RetrieverSettings

KIND = Kind(
    name="retriever",
    doc="finds passages for a question",
    traits=frozenset({"retrieval", "compute"}),
    shape="box",
    caption="retriever",
    settings=RetrieverSettings,
)
