"""The shelf of deliverables: one file for each of the profession's exercises."""

from archwright.analysis.status.deliverable import Deliverable
from archwright.base.shelf import Shelf

DELIVERABLES: Shelf[Deliverable] = Shelf("archwright.analysis.status.deliverables", "DELIVERABLE", Deliverable)
