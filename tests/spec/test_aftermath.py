"""What one failure does to everybody else follows from flows, fallbacks and `on_failure`, and from nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.spec.aftermath import aftermath, aftermaths
from archwright.spec.load import load, loads
from archwright.spec.model import System

DESK = Path(__file__).resolve().parents[2] / "examples/support-desk/system.yaml"
SHOP = """\
system: Shop
components:
  buyer: {kind: client}
  site: {kind: service, title: Site}
  desk: {kind: agent}
  tips: {kind: retriever}
  door:
    kind: gateway
    routes:
      answer: {targets: [large, small], degraded: DEGRADED}
      guess: {targets: [small]}
  kept: {kind: cache}
  large: {kind: managed-model, model: x/one, pace: {first_token: 1 s, per_token: 1 ms}}
  small: {kind: managed-model, title: Small one, model: y/two, pace: {first_token: 1 s, per_token: 1 ms}}
  mail: {kind: service}
flows:
  - {from: buyer, to: site}
  - {from: site, to: desk}
  - {from: desk, to: tips}
  - {from: desk, to: door}
  - {from: door, to: kept}
  - {from: door, to: large}
  - {from: door, to: small}
  - {from: desk, to: mail, mode: async}
  - {from: mail, to: buyer, return: true, mode: async}
workload:
  journeys:
    ask:
      volume: 10k/month
      steps:
        - {name: open, at: site}
        - {name: look, at: tips, on_failure: skip}
        - {name: guess, at: desk, route: guess, on_failure: skip, tokens: {input: 10, output: 10}}
        - {name: answer, at: desk, route: answer, tokens: {input: 10, output: 10}}
        - {name: tell, at: mail, background: true}
"""


def shop(degraded: str = "sorry") -> System:
    return loads(SHOP.replace("DEGRADED", degraded))


def effects(system: System, broken: str) -> dict[str, str]:
    return {name: item.effect for name, item in aftermath(system, broken).items()}


def test_a_caller_that_waits_fails_with_the_called_one() -> None:
    assert effects(shop(), "desk") == {"buyer": "fails", "site": "fails"}
    assert aftermath(shop(), "site")["buyer"].why == "needs Site"


def test_a_step_that_may_be_skipped_is_skipped() -> None:
    struck = aftermath(shop(), "tips")
    assert effects(shop(), "tips") == {"desk": "goes on"}
    assert struck["desk"].why == "step look is skipped"


def test_nobody_waits_for_what_runs_behind_his_back() -> None:
    assert effects(shop(), "mail") == {}


def test_a_cache_can_be_done_without() -> None:
    assert effects(shop(), "kept") == {"door": "goes on"}


def test_a_route_falls_back_while_a_model_is_left() -> None:
    assert aftermath(shop(), "large")["door"].why == "route answer falls back to Small one"
    assert effects(shop(), "large") == {"door": "goes on"}


def test_a_route_without_a_model_degrades_the_gateway_and_the_step_that_asks_decides() -> None:
    struck = aftermath(shop(), "small")
    assert (struck["door"].effect, struck["door"].why) == ("degraded", "route guess has no model left")
    assert (struck["desk"].effect, struck["desk"].why) == ("goes on", "step guess is skipped")
    assert set(struck) == {"door", "desk"}


def test_a_canned_answer_degrades_everybody_up_to_the_user() -> None:
    text = SHOP.replace("DEGRADED", "sorry").replace("targets: [large, small]", "targets: [large]")
    assert effects(loads(text), "large") == {
        "door": "degraded", "desk": "degraded", "site": "degraded", "buyer": "degraded",
    }  # fmt: skip


def test_without_fallback_and_canned_answer_the_journey_fails() -> None:
    text = SHOP.replace(", degraded: DEGRADED", "").replace("targets: [large, small]", "targets: [large]")
    assert effects(loads(text), "large") == {"door": "degraded", "desk": "fails", "site": "fails", "buyer": "fails"}


def test_the_gateway_takes_its_callers_with_it() -> None:
    assert effects(shop(), "door") == {"desk": "fails", "site": "fails", "buyer": "fails"}


def test_all_at_once_is_each_by_itself() -> None:
    assert aftermaths(shop()) == {name: aftermath(shop(), name) for name in shop().components}


@pytest.mark.parametrize("name", load(DESK).system.components)
def test_the_desk_never_fails_by_what_the_file_lets_it_do_without(name: str) -> None:
    struck = effects(load(DESK).system, name)
    assert name not in struck
    if name in ("retriever", "policies", "orders-api", "orders", "answer-cache", "primary-model", "fallback-model"):
        assert struck.get("supervisor", "goes on") == "goes on"
        assert "customer" not in struck
