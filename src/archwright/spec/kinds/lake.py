"""Kind `lake`: raw and derived data at rest."""

from archwright.spec.kind import Kind

KIND = Kind(
    name="lake",
    doc="raw and derived data at rest",
    traits=frozenset({"store"}),
    shape="store",
    caption="lake",
)
