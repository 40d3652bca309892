"""`decide` on whole files: options computed, recorded, asked why, and everything that can be wrong with them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from archwright.base.errors import InputError, UsageError
from archwright.render.html import page
from archwright.render.svg import svg
from archwright.report.document import Cell, Document, Table
from archwright.verbs.answer import Answer
from archwright.verbs.decide import decide_project
from archwright.verbs.explain import explain_project
from archwright.verbs.present import answer_json, answer_text
from archwright.verbs.project import open_project
from tests.plan.small import EXAMPLE, SMALL

TWO = "options: {a: {}, b: {do_not_build: true, cost: $1/month}}"

DAY = dt.date(2026, 11, 21)
PRICED = SMALL.replace("model: acme/large", "model: openai/gpt-4.1-mini").replace(
    "model: acme/small", "model: mistral/mistral-small-latest"
)
DECISION = """\
decisions:
  hosting:
    title: Who runs it
    status: proposed
    date: 2026-11-20
    owner: team
    question: Who runs the model?
    requirements: [it stays here]
    options:
      managed: {}
      ours: {with: ours.yaml}
      leave: {do_not_build: true, cost: $50k/month}
    criteria:
      cost: {weight: 70 %, measure: cost}
      fast: {weight: 30 %, measure: p95, journey: ask}
    assumptions: [monthly requests <= 3M, cache hit >= 20 %]
"""
OURS = """\
components:
  model:
    kind: self-hosted-model
    accelerator: h100-80gb
    replicas: 2
    limits: {requests: null, tokens: null}
"""


def project(tmp_path: Path, *edits: tuple[str, str], overlay: str = OURS) -> Path:
    """A small priced system with a decision, edited; each old part must be there once."""
    text = PRICED + DECISION
    for old, new in edits:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    (tmp_path / "system.yaml").write_text(text)
    (tmp_path / "ours.yaml").write_text(overlay)
    return tmp_path


def decided(folder: Path, *names: str) -> Answer:
    return decide_project(open_project(folder, DAY), folder / "out", names)


def one(answer: Answer, option: str) -> dict[str, object]:
    """What the answer's data say of an option of the first decision."""
    return next(item for item in answer.data["decisions"][0]["options"] if item["name"] == option)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Answer, Path]:
    """The example's decision."""
    out = tmp_path_factory.mktemp("decisions")
    return decide_project(open_project(EXAMPLE, DAY), out), out


def cells(document: Document) -> list[Cell]:
    return [
        cell
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Table)
        for row in block.rows
        for cell in row
        if isinstance(cell, Cell)
    ]


def test_the_example_is_decided(desk: tuple[Answer, Path]) -> None:
    answer, out = desk
    (data,) = answer.data["decisions"]
    assert (data["winner"], data["chosen"]) == ("managed", "managed")
    assert {item["standing"] for item in data["options"]} == {"open"}
    assert all(item["holds"] for item in data["assumptions"])
    assert 4 <= len(data["assumptions"]) <= 6
    (even,) = data["break_even"]
    assert even["journeys_a_month"] > 480_000
    assert answer.findings == ()
    assert [file.name for file in answer.written] == ["0001-keep-the-preferred-model-managed.md", "figures.json"]
    assert (out / "0001-keep-the-preferred-model-managed.md").is_file()


def test_every_number_shown_can_be_asked_why(desk: tuple[Answer, Path]) -> None:
    answer, out = desk
    found = [cell for cell in cells(answer.documents[0]) if cell.figure]
    assert len(found) > 40
    assert all(cell.figure in answer.book for cell in found)
    again = open_project(EXAMPLE, DAY)
    for key in ("decide.model-hosting.option.self-hosted.score", "decide.model-hosting.even.managed.self-hosted"):
        assert "self-hosted.yaml" in explain_project(again, key, out).data["text"]


def test_it_is_found_below_the_folder_of_results_too(tmp_path: Path) -> None:
    folder = project(tmp_path)
    decide_project(open_project(folder, DAY), folder / "out" / "decisions")
    explained = explain_project(open_project(folder, DAY), "decide.hosting.option.ours.score", folder / "out")
    assert "weight1 * cell1" in explained.data["text"]


def test_it_is_shown_as_text_page_and_json(desk: tuple[Answer, Path]) -> None:
    answer, _ = desk
    text = answer_text(answer, 100, False)
    for words in ("Managed model scores highest", "Break-even", "What would change the answer", "What must stay true"):
        assert words in text
    explanations = {key: answer.book.explain(key) for key in answer.book}
    html = page(answer.documents, title="t", subtitle="s", drawing=svg, explanations=explanations)
    assert 'id="decisions-decide-model-hosting-matrix"' in html
    assert answer_json(answer)["decisions"][0]["winner"] == "managed"


def test_the_same_question_has_the_same_bytes(tmp_path: Path) -> None:
    folder = project(tmp_path)
    first = {file.name: file.read_bytes() for file in decided(folder).written}
    second = {file.name: file.read_bytes() for file in decided(folder).written}
    assert first == second
    assert len(first) == 2


def test_both_designs_meet_the_same_luck_and_share_their_figures(tmp_path: Path) -> None:
    """An overlay that changes nothing gives the same numbers, and no figure of its own but its score."""
    answer = decided(project(tmp_path, overlay="summary: the same\n"))
    managed, ours = one(answer, "managed"), one(answer, "ours")
    assert managed["cells"] == ours["cells"]
    own = [key for key in answer.book if key.startswith("decide.hosting.option.ours.")]
    made = (".score", ".fixed", ".wins", ".cheapest")  # what is said of an option itself
    assert all(".cell." in key or ".tco." in key or key.endswith(made) for key in own)
    assert answer.data["decisions"][0]["tied"] == ["managed", "ours"]


def test_hardware_of_unknown_capacity_is_not_proven(tmp_path: Path) -> None:
    limits = OURS.replace("limits: {requests: null, tokens: null}", "limits: {concurrent: null}")
    ours = one(decided(project(tmp_path, overlay=limits)), "ours")
    assert ours["standing"] == "not proven"
    assert ours["unproven"] == ["hardware carries the busiest hour: model"]


def test_hardware_that_is_too_small_is_ruled_out(tmp_path: Path) -> None:
    small = OURS.replace("tokens: null}", "tokens: null, concurrent: 1}")
    ours = one(decided(project(tmp_path, ("volume: 1M/month", "volume: 9M/month"), overlay=small)), "ours")
    assert ours["standing"] == "ruled out"
    assert "hardware carries the busiest hour: model" in str(ours["broken"])


def test_a_broken_objective_rules_out_but_a_broken_budget_does_not(tmp_path: Path) -> None:
    slow = f"{OURS}    pace: {{first_token: 9 s}}\n"
    answer = decided(project(tmp_path, overlay=slow))
    assert one(answer, "ours")["broken"] == ["p95 <= 5 s (objective quick)"]
    text = answer_text(answer, 200, False)
    assert "which breaks objective cheap" in text
    assert one(answer, "managed")["standing"] == "open"


def test_data_that_leaves_its_region_rules_out(tmp_path: Path) -> None:
    where = (
        "components:\n  app: {kind: service, latency",
        (
            "data:\n  talk: {sensitivity: personal, residency: [eu]}\ncomponents:\n"
            "  app: {kind: service, region: eu-west-1, data: [talk], latency"
        ),
    )
    away = f"{OURS}  app: {{region: us-east-1}}\n"
    ours = one(decided(project(tmp_path, where, overlay=away)), "ours")
    assert ours["broken"] == ["data stays where it must"]


def test_a_demand_in_numbers_rules_out(tmp_path: Path) -> None:
    answer = decided(project(tmp_path, ("[it stays here]", "[it stays here, monthly cost <= $3k]")))
    assert one(answer, "ours")["broken"] == ["monthly cost <= $3k"]
    assert one(answer, "leave")["standing"] == "open"


def test_a_stated_option_that_is_built_has_everything_to_prove(tmp_path: Path) -> None:
    bought = ("leave: {do_not_build: true, cost: $50k/month}", "leave: {cost: $1/month}")
    leave = one(decided(project(tmp_path, bought)), "leave")
    assert leave["standing"] == "not proven"
    assert leave["unproven"] == ["what the file promises its users"]


def test_an_option_without_a_price_says_why(tmp_path: Path) -> None:
    lost = "components: {model: {model: acme/unheard-of}}\n"
    answer = decided(project(tmp_path, overlay=lost))
    ours = one(answer, "ours")
    assert ours["standing"] == "not proven"
    assert "no prices are known for the provider `acme`" in str(ours["why"])
    assert ours["score"] == 0
    assert "it cannot be computed" in answer_text(answer, 200, False)


def test_no_option_can_be_computed(tmp_path: Path) -> None:
    answer = decided(project(tmp_path, ("model: openai/gpt-4.1-mini", "model: acme/none"), overlay="summary: x\n"))
    assert {one(answer, name)["standing"] for name in ("managed", "ours")} == {"not proven"}
    assert answer.data["decisions"][0]["winner"] == "leave"


def test_problems_of_every_overlay_come_at_once(tmp_path: Path) -> None:
    folder = project(
        tmp_path, ("      leave:", "      other: {with: other.yaml}\n      gone: {with: gone.yaml}\n      leave:")
    )
    (folder / "ours.yaml").write_text("components: {modle: null}\n")
    (folder / "other.yaml").write_text("components: {model: {pace: fast}}\n")
    with pytest.raises(InputError) as caught:
        decided(folder)
    assert {(item.code, Path(item.where.file).name) for item in caught.value.problems} >= {
        ("nothing-to-remove", "ours.yaml"), ("file-missing", "system.yaml"),
    }  # fmt: skip
    assert any(Path(item.where.file).name == "other.yaml" for item in caught.value.problems)


def test_an_overlay_that_leads_outside_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("summary: secret\n")
    folder = tmp_path / "project"
    folder.mkdir()
    project(folder)
    (folder / "ours.yaml").unlink()
    (folder / "ours.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(InputError, match="lies outside the project"):
        decided(folder)


def test_only_what_is_named_is_decided(tmp_path: Path) -> None:
    second = f"  other: {{title: Other, date: 2026-11-20, question: Q, {TWO}}}\n"
    (project(tmp_path) / "system.yaml").write_text(PRICED + DECISION + second)
    answer = decided(tmp_path, "other")
    assert [item["name"] for item in answer.data["decisions"]] == ["other"]
    assert [file.name for file in answer.written] == ["0002-other.md", "figures.json"]
    with pytest.raises(UsageError, match="did you mean `hosting`"):
        decided(tmp_path, "hostign")


def test_a_file_without_decisions_says_so(tmp_path: Path) -> None:
    (tmp_path / "system.yaml").write_text(PRICED)
    answer = decided(tmp_path)
    assert answer.written == ()
    assert "records no decision" in answer_text(answer, 100, False)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("chosen", "words"), [("leave", "scores higher"), ("ours", "is chosen, but ruled out")])
def test_a_choice_that_its_numbers_do_not_carry_is_a_finding(tmp_path: Path, chosen: str, words: str) -> None:
    slow = f"{OURS}    pace: {{first_token: 9 s}}\n"
    edit = ("    assumptions:", f"    chosen: {chosen}\n    because: we like it\n    assumptions:")
    answer = decided(project(tmp_path, edit, overlay=slow))
    (finding,) = answer.findings
    assert (finding.code, finding.severity, finding.subject) == ("DEC05", "warning", "hosting")
    assert words in finding.message
    assert words in (tmp_path / "out" / "0001-who-runs-it.md").read_text()


def test_a_record_changed_by_hand_is_said_and_kept(tmp_path: Path) -> None:
    folder = project(tmp_path)
    file = decided(folder).written[0]
    file.write_text(f"{file.read_text()}\nMine.\n")
    assert decided(folder).data["notes"] == []
    assert file.read_text().endswith("\nMine.\n")
    file.write_text(file.read_text().replace("# Who runs it", "# Who should run it"))
    answer = decided(folder)
    assert "changed by hand" in answer.data["notes"][0]
    assert "# Who should run it" in file.read_text()


def test_a_day_that_has_come_is_said(tmp_path: Path) -> None:
    folder = project(tmp_path, ("    owner: team\n", "    owner: team\n    revisit: 2026-11-21\n"))
    assert decided(folder).data["notes"] == ["decision `hosting` was to be looked at again on 2026-11-21"]
    early = decide_project(open_project(folder, dt.date(2026, 11, 20)), folder / "out")
    assert early.data["notes"] == []


def test_what_an_overlay_breaks_in_the_file_below_names_the_overlay(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        decided(project(tmp_path, overlay="components: {gateway: {routes: null}}\n"))
    assert all("`ours.yaml` laid over it" in problem.message for problem in caught.value.problems)


def test_hardware_that_is_too_little_is_named(tmp_path: Path) -> None:
    """The option is ruled out too; whoever chose it all the same reads why."""
    few = OURS.replace("tokens: null}", "tokens: null, concurrent: 1}").replace("replicas: 2", "replicas: 1")
    choice = ("    assumptions: [monthly", "    chosen: ours\n    because: we can\n    assumptions: [monthly")
    answer = decided(project(tmp_path, choice, overlay=few))
    found = [finding for finding in answer.findings if finding.code == "DEC08"]
    assert [finding.severity for finding in found] == ["warning"]
    assert "has 1 replica, and needs" in found[0].message
    assert not [item for item in answer.findings if item.code == "DEC06"]


def test_hardware_that_is_far_too_much_is_named(tmp_path: Path) -> None:
    many = OURS.replace("tokens: null}", "tokens: null, concurrent: 500}").replace("replicas: 2", "replicas: 9")
    choice = ("    assumptions: [monthly", "    chosen: ours\n    because: we can\n    assumptions: [monthly")
    answer = decided(project(tmp_path, choice, overlay=many))
    found = [finding for finding in answer.findings if finding.code == "DEC06"]
    assert [finding.severity for finding in found] == ["note"]
    assert "has 9 replicas" in found[0].message
    assert not [item for item in decided(project(tmp_path, overlay=OURS)).findings if item.code == "DEC06"]


def test_lock_in_is_what_changes_in_the_file_in_hours_and_money(tmp_path: Path) -> None:
    """One component differs; 12 hours of engineers for each part at $95 are $1,140."""
    stated = ("    assumptions: [", "    switching: {hours: 12 h, hourly: $95}\n    assumptions: [")
    answer = decided(project(tmp_path, stated))
    (move,) = answer.data["decisions"][0]["switching"]
    assert {move["from"], move["to"]} <= {"managed", "ours"}
    assert (move["parts"], move["hours"], move["cost"]) == (["model"], 12.0, 1140.0)
    text = answer_text(answer, 120, False)
    assert "What it takes to switch" in text
    assert "$1,140" in text
    (record,) = (file for file in answer.written if file.suffix == ".md")
    assert "$1,140" in record.read_text()


def test_without_hours_only_the_parts_are_told(tmp_path: Path) -> None:
    answer = decided(project(tmp_path))
    (move,) = answer.data["decisions"][0]["switching"]
    assert (move["parts"], move["hours"], move["cost"]) == (["model"], None, None)
    assert "switching: {hours: 8 h" in answer_text(answer, 120, False)


def test_the_wage_of_upkeep_is_the_wage_of_switching(tmp_path: Path) -> None:
    stated = ("    assumptions: [", "    switching: {hours: 12 h}\n    assumptions: [")
    folder = project(tmp_path, stated)
    file = folder / "system.yaml"
    file.write_text(file.read_text() + "operation: {upkeep: {hours: 40 h, hourly: $100}}\n")
    (move,) = decided(folder).data["decisions"][0]["switching"]
    assert move["cost"] == 1200.0


def test_technologies_of_a_computed_option_are_in_its_cost(tmp_path: Path) -> None:
    """The same design twice, once with 1,000 GB in Pinecone at $0.33: $330 a month more, $11,880 over three years."""
    edit = (
        "      managed: {}\n",
        "      managed: {}\n      indexed: {amounts: [{of: pinecone, what: storage, units: 1000}]}\n",
    )
    answer = decided(project(tmp_path, edit))
    plain, indexed = one(answer, "managed"), one(answer, "indexed")
    assert isinstance(plain["tco"], float)
    assert isinstance(indexed["tco"], float)
    assert indexed["tco"] - plain["tco"] == pytest.approx(330 * 36, abs=0.05)
    assert isinstance(indexed["score"], float)
    assert isinstance(plain["score"], float)
    assert indexed["score"] < plain["score"]
    assert answer.book is not None
    assert "catalogue" in {key.split(".")[0] for key in answer.book}
