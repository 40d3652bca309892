"""Kind `vector-store`: passages and their vectors."""

from archwright.spec.kind import Kind
from archwright.spec.settings.stores import VectorSettings

KIND = Kind(
    name="vector-store",
    doc="passages and their vectors",
    traits=frozenset({"store", "compute"}),
    shape="store",
    caption="vector store",
    settings=VectorSettings,
)
