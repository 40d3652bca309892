"""The shelf of wires: one file a format that clients and suppliers speak. A wire knows no policy and no plan."""

from archwright.base.shelf import Shelf
from archwright.runtime.wire import Wire

WIRES: Shelf[Wire] = Shelf("archwright.runtime.wires", "WIRE", Wire)  # type: ignore[type-abstract]
PLAIN = "openai"  # what is spoken where nothing else is said
