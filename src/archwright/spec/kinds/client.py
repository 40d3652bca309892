"""Kind `client`: a person or program outside that starts requests."""

from archwright.spec.kind import Kind

KIND = Kind(
    name="client",
    doc="a person or program outside that starts requests",
    traits=frozenset({"actor"}),
    shape="person",
    caption="client",
)
