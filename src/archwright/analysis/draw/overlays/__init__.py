"""The shelf of overlays: one file a question that a picture answers, found by its name."""

from archwright.analysis.draw.overlay import Overlay
from archwright.base.shelf import Shelf

OVERLAYS: Shelf[Overlay] = Shelf("archwright.analysis.draw.overlays", "OVERLAY", Overlay)
