"""`archwright bench`: a file's own gateway under load and before failing suppliers, over real sockets."""

from __future__ import annotations

import json

import msgspec
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from archwright.cli.main import main
from archwright.runtime.trials.cells import BROKEN, CALLER, LEFT
from archwright.runtime.trials.culprit import FAULTS
from archwright.runtime.trials.lifted import PLENTY, apart, lifted
from archwright.runtime.trials.steps import CLIENTS, Carried, Step
from archwright.verbs.bench_faults import LONGEST_S, SHORTEST_S, scale_of
from archwright.verbs.bench_gateway import MIX, _book, bodies_of, calls_per_s, meaning, numbered
from tests.plan.small import EXAMPLE, example
from tests.runtime.sample import hop, plan, route, target

DOCUMENTS = EXAMPLE.parents[1] / "rag-assistant"


def test_the_routes_of_a_file_before_every_fault() -> None:
    run = CliRunner().invoke(main, ["bench", "faults", str(EXAMPLE), "--json"])
    assert run.exit_code == 0, run.output
    data = json.loads(run.stdout)
    cells = {(cell["route"], cell["fault"], cell["stream"]): cell for cell in data["cells"]}
    design = example().plan
    assert len(cells) == len(design.routes) * len(FAULTS) * 2
    assert data["scale"] > 1.0
    for one in design.routes:
        assert [cells[one.name, "400", stream]["got"] for stream in (False, True)] == [CALLER, CALLER]
        assert cells[one.name, "cut stream", True]["got"] == BROKEN
        assert cells[one.name, "cut stream", True]["estimated"]
        assert cells[one.name, "client disconnect", False]["got"] == LEFT
        well = cells[one.name, "500", False]
        assert (well["got"], well["estimated"]) == ("answer", False)
        assert well["calls"] > 1
        assert well["cost"] > 0


def test_a_route_that_answers_from_documents_is_asked_what_they_hold() -> None:
    run = CliRunner().invoke(main, ["bench", "gateway", str(DOCUMENTS), "--seconds", "1", "--json"])
    assert run.exit_code == 0, run.output
    data = json.loads(run.stdout)
    assert [step["clients"] for step in data["steps"]] == list(CLIENTS)
    assert all(step["refused"] == 0 and step["requests"] >= step["clients"] for step in data["steps"])
    assert data["per_s"] == max(step["per_s"] for step in data["steps"])
    assert data["added_p99_s"] >= 0.0
    assert data["busiest_hour_calls_per_s"] > 0.0
    assert {"bench.per_s", "bench.core_per_s"} <= set(data["figures"])


def test_a_file_that_is_not_there() -> None:
    for verb in ("gateway", "faults"):
        run = CliRunner().invoke(main, ["bench", verb, "nowhere.yaml"])
        assert run.exit_code == 2
        assert "file-missing" in run.output


@pytest.mark.parametrize("seconds", ["0", "nan", "601"])
def test_a_time_that_is_none(seconds: str) -> None:
    assert CliRunner().invoke(main, ["bench", "gateway", str(EXAMPLE), "--seconds", seconds]).exit_code == 2


def test_requests_come_in_the_mix_of_the_busiest_hour() -> None:
    design = example().plan
    bodies = bodies_of(design, dict.fromkeys((item.name for item in design.routes), "How?"))
    asked = [msgspec.json.decode(numbered(bodies, number)) for number in range(len(bodies))]
    assert len(bodies) == pytest.approx(MIX, abs=4)
    assert {item["model"] for item in asked} == {item.name for item in design.routes}
    assert {item["stream"] for item in asked} == {False, True}
    assert len({item["messages"][-1]["content"] for item in asked}) == len(asked)
    assert calls_per_s(design) > 0.0
    bare = replace(design, journeys=())
    assert len(bodies_of(bare, dict.fromkeys((item.name for item in design.routes), "How?"))) == 2 * len(design.routes)
    assert calls_per_s(bare) == 0.0


def test_time_runs_as_fast_as_the_shortest_deadline_allows() -> None:
    def of(timeout_s: float, **limits: float) -> float:
        targets = (target("first", **limits), target("second"))
        return scale_of(plan(targets=targets, routes=(route("both", (hop(0, timeout_s=timeout_s),)),)))

    assert of(60.0) == 60.0 / LONGEST_S
    assert of(60.0, first_content_s=2.0) == 2.0 / SHORTEST_S
    assert of(60.0, stall_s=0.1) == 1.0
    assert of(0.3) == 1.0


def test_what_is_lifted_and_what_stays() -> None:
    design = example().plan
    loaded, alone = lifted(design), apart(design, 10.0)
    assert loaded.gateway.budget == (PLENTY if design.gateway.budget else 0)
    assert loaded.targets == design.targets
    assert all(item.request_rate == 0.0 for item in loaded.tenants)
    assert [item.name for item in loaded.tenants] == [item.name for item in design.tenants]
    assert all(item.breaker_failures == 0 for item in alone.targets)
    assert [item.hops for item in alone.routes] == [item.hops for item in design.routes]


def steps(*rates: float) -> Carried:
    made = [Step(2**place, 100, rate, 0.01, 0.02, 0.0005, 0.5, 0) for place, rate in enumerate(rates)]
    return Carried([0.001] * 9, [0.003] * 9, made)


def test_a_load_bends_where_more_clients_get_no_more() -> None:
    assert steps(100, 200, 390, 400, 380).bends == 4
    assert steps(100, 200, 390).bends == 0
    assert steps(100, 90).bends == 1
    assert steps(100, 200, 150).best.clients == 2
    assert steps(100).added_s(0.5) == pytest.approx(0.002)


def test_what_it_means_is_said_in_words() -> None:
    found, design = steps(100, 200, 150), example().plan
    words = " ".join(meaning(found, _book(found, calls_per_s(design)), design))
    assert "bends at 2" in words
    assert "50% of a processor" in words
    assert "0.07%" in words  # of 2,000 a second that one core carries
    assert "refused" not in words
    assert "did not bend" in " ".join(meaning(steps(100), _book(found, 0.0), design))


def test_help_names_both() -> None:
    run = CliRunner().invoke(main, ["bench", "--help"])
    assert "gateway" in run.output
    assert "faults" in run.output
