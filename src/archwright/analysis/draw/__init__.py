"""The picture of a system, and the overlays that answer one question each on it."""

from __future__ import annotations

from archwright.analysis.draw.picture import diagram

__all__ = ["diagram"]
