"""What a gateway's machine is told: parameters of its policies as numbers. Times in seconds, money in pico-dollars."""

from __future__ import annotations

from typing import NamedTuple

from archwright.policy.breaker import Breaker
from archwright.policy.bucket import Bucket
from archwright.policy.budget import Cap
from archwright.policy.retry import RetryBudget
from archwright.policy.route import Hop


class Gate(NamedTuple):
    """Requests at once, requests that may wait, and how long."""

    concurrency: int
    queue: int
    queue_timeout_s: float


class CacheRule(NamedTuple):
    """An answer is reused for `ttl_s`; at most `entries` are kept."""

    ttl_s: float
    entries: int


class RouteRule(NamedTuple):
    """Targets in order, the deadline, the index of the cache (-1: none), whether a canned answer exists."""

    hops: tuple[Hop, ...]
    deadline_s: float
    cache: int
    degrades: bool
    retries: RetryBudget


class TenantRule(NamedTuple):
    """What one tenant may use."""

    cap: Cap
    requests: Bucket


class Rules(NamedTuple):
    """Everything a machine decides by. Routes, targets, caches and tenants are named by their index."""

    gate: Gate
    routes: tuple[RouteRule, ...]
    breakers: tuple[Breaker, ...]
    caches: tuple[CacheRule, ...]
    cap: Cap
    tenants: tuple[TenantRule, ...]
