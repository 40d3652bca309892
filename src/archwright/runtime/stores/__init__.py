"""The shelf of stores for ledgers: one file for each way of keeping lines. A place says by its writing which it is."""

from archwright.base.shelf import Shelf
from archwright.runtime.store import StoreKind

STORES: Shelf[StoreKind] = Shelf("archwright.runtime.stores", "STORE", StoreKind)
PLAIN = "files"  # every place that no other store takes for its own


def store_for(place: str) -> StoreKind:
    """The store that a place is written for: `ledger.jsonl`, `ledger.sqlite`, `postgresql://host/database`."""
    own = (kind for kind in STORES if kind.name != PLAIN and kind.fits(place))
    return next(own, None) or STORES.get(PLAIN)
