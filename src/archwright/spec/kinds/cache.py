"""Kind `cache`: keeps answers and gives them again."""

from archwright.spec.kind import Kind
from archwright.spec.settings.gateway import CacheSettings

KIND = Kind(
    name="cache",
    doc="keeps answers and gives them again",
    traits=frozenset({"cache", "store"}),
    shape="store",
    caption="cache",
    settings=CacheSettings,
)
