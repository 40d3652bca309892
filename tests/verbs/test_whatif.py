"""What if: values of the file, sweeps and searches from the command line, and points that are not lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archwright.analysis.stress.points import Point, Reading, measured
from archwright.base.errors import UsageError
from archwright.cli.main import main
from archwright.runtime.pool import Alone
from archwright.verbs import engines
from archwright.verbs.points import Bench, bench
from archwright.verbs.progress import AFTER_S, Progress
from tests.analysis.stress import designs as d

FILE = """\
system: small desk
components:
  shop: {kind: service, latency: 1 s, workers: 1, replicas: 1}
  door:
    kind: gateway
    concurrency: 20
    routes:
      ask: {targets: [model], deadline: 20 s}
  model: {kind: managed-model, model: openai/gpt-4.1-mini, pace: {first_token: 300 ms, per_token: 5 ms}}
  other: {kind: managed-model, model: openai/gpt-4.1-nano, pace: {first_token: 300 ms, per_token: 5 ms}}
  gpus:
    kind: self-hosted-model
    model: open/weights
    hourly: $1
    pace: {first_token: 300 ms, per_token: 5 ms}
flows:
  - {from: shop, to: door, timeout: 30 s}
  - {from: door, to: model, timeout: 10 s}
  - {from: door, to: other, timeout: 10 s}
  - {from: door, to: gpus, timeout: 10 s}
workload:
  journeys:
    ask:
      volume: 1.5M/month
      steps:
        - {name: work, at: shop}
        - {name: call, at: shop, route: ask, tokens: {input: 100, output: 50}}
objectives:
  quick: {measure: p95, at_most: 5 s}
scenarios:
  calm: {lasts: 5 min}
"""


REPLICAS = "components.shop.replicas=1,2"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "system.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["stress", "--workers", "1", "--as-of", "2026-11-21", *words])


def answer(*words: str) -> dict[str, Any]:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_promised_quality_that_nobody_knows_is_said_and_not_passed_over(desk: Path) -> None:
    file = desk / "system.yaml"
    file.write_text(FILE.replace("objectives:\n", "objectives:\n  good: {measure: quality, at_least: 90 %}\n"))
    result = run(str(desk), "--seeds", "1")
    assert "the quality of model on route ask is unknown" in " ".join(result.output.split())
    assert answer(str(desk), "--seeds", "1")["quality"]["unknown"]
    stated = "quality: {model: {value: 80 %, measured: graded answers}}, deadline"
    low = file.read_text(encoding="utf-8").replace("deadline", stated)
    file.write_text(low, encoding="utf-8")
    assert "80 %, promised 90 %" in " ".join(run(str(desk), "--seeds", "1").output.split())
    file.write_text(low.replace("80 %", "95 %"), encoding="utf-8")
    assert answer(str(desk), "--seeds", "1")["quality"] == {"unknown": [], "too_low": []}


def test_set_changes_the_answer(desk: Path) -> None:
    before, after = answer(str(desk)), answer(str(desk), "--set", "components.shop.replicas=3")
    key = "stress.calm.objective.quick"
    assert before["figures"][key]["value"] > after["figures"][key]["value"]
    assert before["plan"] != after["plan"]


def test_every_wrong_path_is_told_at_once_with_the_nearest_name(desk: Path) -> None:
    result = run(str(desk), "--set", "components.shp.replicas=3", "--set", "objectives.quick.at_most=often")
    assert result.exit_code == 2
    assert "did you mean `shop`?" in result.stderr
    assert "bad-quantity" in result.stderr
    assert "2 problems" in result.stderr


def test_a_sweep_beside_the_file_as_it_is(desk: Path) -> None:
    found = answer(str(desk), "--sweep", "components.shop.replicas=1..3/1")["sweep"]
    assert [item["values"] for item in found] == [{}, *({"components.shop.replicas": str(n)} for n in (1, 2, 3))]
    means = [item["objectives"][0]["mean"] for item in found]
    assert means[0] == means[1] > means[2] > means[3]
    standings = [item["objectives"][0]["standing"] for item in found]
    assert (standings[0], standings[1], standings[3]) == ("broken", "broken", "kept")
    assert standings[2] != "kept"


@pytest.mark.parametrize("asked", [("--sweep", REPLICAS), ("--search", REPLICAS), ("--failures",)])
def test_what_no_simulation_follows_is_said_whatever_is_asked(desk: Path, asked: tuple[str, ...]) -> None:
    retried = "30 s, retry: {attempts: 3, backoff: 100 ms, budget: 10 %}}"
    (desk / "system.yaml").write_text(FILE.replace("30 s}", retried).replace("1.5M", "150k"), encoding="utf-8")
    assert "Not simulated: the retry of shop -> door." in " ".join(run(str(desk), *asked).stdout.split())


def test_two_ranges_make_a_grid_and_three_do_not(desk: Path) -> None:
    sweeps = [("--sweep", f"components.shop.{key}=1,2") for key in ("replicas", "workers")]
    text = run(str(desk), *sweeps[0], *sweeps[1], "--seeds", "1")
    assert text.exit_code == 0
    assert "4 variants" in text.stdout
    assert run(str(desk), *sweeps[0], *sweeps[1], "--sweep", "components.door.queue=1,2").exit_code == 2


def test_a_wrong_value_of_a_range_is_told_with_every_other(desk: Path) -> None:
    result = run(str(desk), "--sweep", "components.shop.replicas=1,none,0")
    assert result.exit_code == 2
    assert "replicas=none" in result.stderr
    assert "replicas=0" in result.stderr
    assert run(str(desk), "--sweep", "components.shop.replica=1,2,3").stderr.count("unknown-path") == 1


def test_a_search_takes_the_cheapest_that_holds(desk: Path) -> None:
    wage = ("--set", "components.shop.workers=1", "--set", "components.door.routes.ask.targets=[gpus]")
    ranges = ("--search", "components.gpus.replicas=3,1,2", "--search", "components.shop.replicas=1,2,3")
    found = answer(str(desk), *wage, *ranges)["search"]
    assert found["chosen"]["values"] == {"components.gpus.replicas": "1", "components.shop.replicas": "3"}
    assert {item["values"]["components.shop.replicas"] for item in found["ruled_out"]} == {"1", "2"}
    assert all(item["month"] >= found["chosen"]["month"] for item in found["dearer"])
    text = run(str(desk), *wage, *ranges).stdout
    assert "components.shop.replicas" in text
    assert "not a promise" in " ".join(text.split())


def test_a_cheaper_model_of_unknown_quality_is_never_chosen(desk: Path) -> None:
    ranges = ("--set", "components.shop.replicas=3", "--search", "components.door.routes.ask.targets=[other],[model]")
    found = answer(str(desk), *ranges)["search"]
    assert found["chosen"]["values"] == {"components.door.routes.ask.targets": "[model]"}
    assert "no objective says how good is enough" in found["ruled_out"][0]["why"]
    text = FILE.replace("  quick:", "  good: {measure: quality, at_least: 80 %}\n  quick:")
    (desk / "system.yaml").write_text(text, encoding="utf-8")
    assert answer(str(desk), *ranges)["search"]["chosen"] is None
    known = "{model: {value: 90 %, measured: 200 answers}, other: {value: %s %%, measured: 200 answers}}"
    for score, chosen in (("85", "[other]"), ("70", "[model]")):
        graded = text.replace("deadline: 20 s", f"deadline: 20 s, quality: {known.replace('%s %%', score + ' %')}")
        (desk / "system.yaml").write_text(graded, encoding="utf-8")
        found = answer(str(desk), *ranges)["search"]
        assert found["chosen"]["values"] == {"components.door.routes.ask.targets": chosen}
    guessed = graded.replace("measured: 200 answers", "guess: it looks fine")
    (desk / "system.yaml").write_text(guessed, encoding="utf-8")
    found = answer(str(desk), *ranges)["search"]
    assert found["chosen"] is None
    assert all("is a guess" in item["why"] for item in found["ruled_out"])


def test_options_that_contradict_each_other(desk: Path) -> None:
    one = "components.shop.replicas=1,2"
    for words in (
        ("--sweep", one, "--search", one), ("--sweep", one, "--scenario", "nowhere"),
        ("--sweep", one, "--keep", str(desk / "system.yaml")), ("--search", "components.shop.replicas=1..200/1",
        "--search", "components.door.queue=1..200/1"),
    ):  # fmt: skip
        assert run(str(desk), *words).exit_code == 2


def test_what_was_finished_is_not_run_again(desk: Path) -> None:
    words = (str(desk), "--sweep", "components.shop.replicas=1..3/1", "--keep", str(desk / "kept"))
    first, second = answer(*words), answer(*words)
    assert first["points"]["kept"] == 0
    assert second["points"] == {"simulated": 0, "kept": first["points"]["simulated"]}
    assert first["figures"] == second["figures"]


# ------------------------------------------------------------------------------------------------- the bench


def points(count: int) -> list[Point]:
    return [Point(d.plan(), d.scenario(30.0), seed) for seed in range(count)]


class Torn:
    """Workers that are interrupted after some tasks."""

    name = "torn"

    def __init__(self, after: int) -> None:
        self.after = after

    def run(self, work: Any, shared: Any, tasks: Any) -> Any:
        yield from Alone().run(work, shared, tasks[: self.after])
        raise KeyboardInterrupt


def test_an_interrupt_loses_no_finished_point_and_the_next_run_goes_on(tmp_path: Path) -> None:
    wanted = points(45)
    torn = Bench(Torn(2), tmp_path)
    with pytest.raises(KeyboardInterrupt):
        torn.run(wanted)
    assert torn.made == len(list(tmp_path.glob("*.json"))) == 20
    again = Bench(Alone(), tmp_path)
    found = again.run(wanted)
    assert (again.found, again.made) == (20, 25)
    assert found == measured(None, wanted)


def test_a_kept_point_that_cannot_be_read_is_made_again(tmp_path: Path) -> None:
    wanted = points(3)
    found = Bench(Alone(), tmp_path).run(wanted)
    for file in tmp_path.glob("*.json"):
        file.write_text("half", encoding="utf-8")
    again = Bench(Alone(), tmp_path)
    assert again.run(wanted) == found
    assert again.made == 3


def test_another_load_scenario_or_seed_is_another_point(tmp_path: Path) -> None:
    plan = d.plan()
    several = [
        Point(plan, d.scenario(30.0), 1), Point(plan, d.scenario(30.0), 2), Point(plan, d.scenario(30.0), 1, 2.0),
        Point(plan, d.scenario(40.0), 1), Point(d.plan(d.journey(rate=2.0)), d.scenario(30.0), 1),
    ]  # fmt: skip
    here = Bench(Alone(), tmp_path)
    here.run([*several, *several])
    assert here.made == len(several)


def test_processes_give_what_one_process_gives() -> None:
    wanted = points(40)
    found: list[Reading] = bench(None, workers=2).run(wanted)
    assert found == measured(None, wanted)


def test_what_is_known_already_is_not_simulated_again() -> None:
    first, second = points(2)
    known = measured(None, [first])[0]
    working = Bench(Alone())
    working.knows(first, known)
    assert working.run([first, second]) == measured(None, [first, second])
    assert (working.made, working.found) == (1, 1)


def test_while_the_fast_engine_is_missing_the_edge_is_looked_for_quickly(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = run().output
    monkeypatch.setattr(engines, "_load", lambda _say: None)
    monkeypatch.setenv(engines.WANTED, "auto")
    quick = run().output
    asked = run("--seeds", "3").output
    said = "The fast engine is not there yet"
    assert [said in text for text in (chosen, quick, asked)] == [False, True, False], quick


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "there"
    file.touch()
    with pytest.raises(UsageError, match="no folder"):
        bench(file)


def test_progress_is_told_now_and_then_and_only_when_it_takes_long() -> None:
    now, said = [0.0], list[str]()
    told = Progress(said.append, lambda: now[0]).of(10, "runs")
    for second in range(1, 11):
        now[0] = second * AFTER_S / 4
        told.more()
    assert said == ["runs: 4 of 10", "runs: 8 of 10"]
