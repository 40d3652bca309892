"""What stores and queues add to a component: the size of what is put into them."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.spec.given import Given
from archwright.spec.settings.work import WorkSettings
from archwright.spec.shapes import Record, number


@dataclass(frozen=True, kw_only=True)
class VectorSettings(WorkSettings):
    """A component that keeps vectors."""

    dimensions: Given | None = number(
        "count", "dimensions of the vectors in it, as their model makes them", default=None, minimum=1
    )


@dataclass(frozen=True, kw_only=True)
class QueueSettings(WorkSettings):
    """A component that holds work until it is taken."""

    message: Given | None = number("size", "largest message, such as 200 KB", default=None, positive=True)


@dataclass(frozen=True, kw_only=True)
class StreamSettings(Record):
    """A component that keeps events in order."""

    message: Given | None = number("size", "largest event, such as 200 KB", default=None, positive=True)
