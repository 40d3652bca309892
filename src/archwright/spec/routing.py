"""What a route says about the choice among its targets has to make sense as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.base.errors import Problem
from archwright.spec.given import Word
from archwright.spec.model import System
from archwright.spec.settings.gateway import GatewaySettings, RouteSpec, WaySpec


def choices(system: System) -> Iterator[Problem]:
    """Weights that do not fit the targets, sorts of requests that nobody can belong to, and answers kept for nobody."""
    for gateway, component in system.with_trait("gateway").items():
        settings = component.settings_as(GatewaySettings)
        for name, route in (settings.routes if settings else {}).items():
            yield from _weights(name, route)
            yield from _stale(name, route)
            yield from _beside(system, gateway, name, route)
            for way in route.rules:
                yield from _way(name, route, way)


def _weights(name: str, route: RouteSpec) -> Iterator[Problem]:
    where = route.place("weights")
    if route.choose == "weight" and len(route.weights) != len(route.targets):
        message = f"route `{name}` has {len(route.targets)} targets and {len(route.weights)} weights"
        yield Problem("weights", message, where, "write one share for each target, in their order")
    elif route.weights and route.choose not in ("weight", "load"):
        message = f"route `{name}` chooses by {route.choose}, where weights say nothing"
        yield Problem("weights", message, where, "write `choose: weight`, or remove the weights")
    elif route.weights and abs(sum(weight.value for weight in route.weights) - 1) > 1e-6:
        total = sum(weight.value for weight in route.weights) * 100
        yield Problem("shares", f"the weights of route `{name}` sum to {total:.4g} %, not 100 %", where, "change one")


def _stale(name: str, route: RouteSpec) -> Iterator[Problem]:
    if route.stale is not None and route.cache is None:
        message = f"route `{name}` has no cache whose old answers it could give"
        yield Problem("no-cache", message, route.stale.where, "name a `cache`, or remove `stale`")


def _beside(system: System, gateway: str, name: str, route: RouteSpec) -> Iterator[Problem]:
    if route.sticky != "request" and route.choose != "weight":
        message = f"route `{name}` draws no target by weight, so nothing can stay with one"
        yield Problem("sticky", message, route.place("sticky"), "write `choose: weight`, or remove `sticky`")
    if route.shadow is not None:
        yield from _no_target(system, gateway, name, route, route.shadow.target, "copies requests to")
    if route.smaller is not None:
        yield from _no_target(system, gateway, name, route, route.smaller, "comes down to")


def _no_target(
    system: System, gateway: str, name: str, route: RouteSpec, target: Word, leads: str
) -> Iterator[Problem]:
    if not system.components[target].has("token-model"):
        message = f"route `{name}` {leads} `{target}`, which is no model"
        yield Problem("not-a-model", message, target.where, "name a model")
    elif target in route.targets:
        message = f"route `{name}` {leads} `{target}`, which is one of its targets"
        yield Problem("target-twice", message, target.where, "name a model that the route does not call itself")
    elif system.flow(gateway, target) is None:
        message = f"route `{name}` {leads} `{target}`, but no flow leads there"
        yield Problem("no-flow", message, target.where, f"add a flow from `{gateway}` to `{target}` with its timeout")


def _way(name: str, route: RouteSpec, way: WaySpec) -> Iterator[Problem]:
    if not way.targets:
        yield Problem("no-target", f"a rule of route `{name}` names no targets", way.where, "name some of the route's")
    for target in way.targets:
        if target not in route.targets:
            mend = f"add `{target}` to the route's `targets`, or name one of them"
            message = f"a rule of route `{name}` leads to `{target}`, which is none of its targets"
            yield Problem("not-a-target", message, target.where, mend)
    if way.input_over is None and way.input_under is None and way.tenant is None and way.journey is None:
        message = f"a rule of route `{name}` has no condition, so no later one is ever reached"
        yield Problem("no-condition", message, way.where, "state `input_over`, `input_under`, `tenant` or `journey`")
    if way.input_over and way.input_under and way.input_over.value + 1 >= way.input_under.value:
        message = f"no request has more than {way.input_over} and fewer than {way.input_under} input tokens"
        yield Problem("out-of-range", message, way.input_under.where, "raise `input_under` or lower `input_over`")
