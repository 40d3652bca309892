"""The workers of a Ray cluster, behind the same door as those of this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from archwright.base.errors import DependencyMissing, ProviderUnavailable
from archwright.runtime.pool import LOOK_S, Done, Work, interrupts

MISSING = "a cluster needs Ray: install `archwright[ray]`, or leave the option out and use this machine's processes"


class Cluster:
    """Ray: an address of a running cluster, or `local` for one that begins and ends with us.

    Raises:
        DependencyMissing: Ray is not installed.
        ProviderUnavailable: no cluster answers there.
    """

    def __init__(self, address: str, count: int) -> None:
        try:
            self.ray: Any = import_module("ray")
        except ModuleNotFoundError as error:
            raise DependencyMissing(MISSING) from error
        self.count = count
        self.address = address
        self.name = f"Ray ({address})"

    def run(self, work: Work, shared: Any, tasks: Sequence[Any]) -> Iterator[Done]:
        """See `Workers`. What is shared goes through the object store once; the tasks wait in the cluster."""
        ray = self.ray
        self._connect()
        try:
            remote = ray.remote(work)
            kept = ray.put(shared)
            with interrupts() as stop:
                places = {remote.remote(kept, task): place for place, task in enumerate(tasks)}
                left = list(places)
                while left:
                    done, left = ray.wait(left, timeout=LOOK_S)
                    for item in done:
                        yield places[item], ray.get(item)
                    if stop.is_set():
                        for item in left:
                            ray.cancel(item)
                        raise KeyboardInterrupt
        finally:
            ray.shutdown()

    def _connect(self) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anybody outside
        quiet = {"log_to_driver": False, "logging_level": "ERROR", "configure_logging": True}
        try:
            if self.address == "local":
                self.ray.init(num_cpus=self.count, include_dashboard=False, **quiet)
            else:
                self.ray.init(address=self.address, **quiet)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise ProviderUnavailable(f"no Ray cluster answers at {self.address}: {error}") from error
