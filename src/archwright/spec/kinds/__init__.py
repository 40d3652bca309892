"""The shelf of component kinds: one file a kind, found by its name. A kind knows no rule and no price."""

from archwright.base.shelf import Shelf
from archwright.spec.kind import Kind

KINDS: Shelf[Kind] = Shelf("archwright.spec.kinds", "KIND", Kind)
