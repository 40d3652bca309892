"""The shelf of providers: one file for each way of speaking to suppliers. A provider knows no policy and no plan."""

from archwright.base.shelf import Shelf
from archwright.runtime.provider import Provider

PROVIDERS: Shelf[Provider] = Shelf("archwright.runtime.providers", "PROVIDER", Provider)
