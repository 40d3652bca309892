"""The shelf of providers: one file for each way of speaking to suppliers. A provider knows no policy and no plan."""

from archwright.base.shelf import Shelf
from archwright.runtime.provider import Provider

PROVIDERS: Shelf[Provider] = Shelf("archwright.runtime.providers", "PROVIDER", Provider)
PLAIN = "openai-compatible"  # how a vendor is spoken to that needs no provider of its own


def provider_for(vendor: str) -> str:
    """The provider for a vendor: its own, or the plain one."""
    return vendor if vendor in PROVIDERS.names() else PLAIN


def stand_in(vendor: str) -> str:
    """The emulated provider that speaks the wire of a vendor, so that a rehearsal takes the way of the real call."""
    wire = PROVIDERS.get(provider_for(vendor)).wire
    return next(provider.name for provider in PROVIDERS if provider.emulated and provider.wire == wire)
