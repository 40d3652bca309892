"""The catalogue as a verb, and the names that a file may take from it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from archwright.base.errors import InputError, UsageError
from archwright.cli.main import main
from archwright.facts.technologies import names, technology
from archwright.render.markdown import markdown
from archwright.report.document import Table
from archwright.verbs.catalogue import show_catalogue
from archwright.verbs.decide import decide_project
from archwright.verbs.project import open_project

DAY = dt.date(2026, 11, 21)
LATER = dt.date(2027, 11, 21)
FILE = """\
system: Wiki
components:
  passages: {kind: vector-store, technology: pgvector}
decisions:
  store:
    title: Where passages are kept
    date: 2026-11-20
    question: Which store?
    options:
      ours: {title: Our database, cost: $100/month, uses: [pgvector, valkey]}
      theirs: {title: A service, cost: $300/month, uses: [pinecone, valkey]}
"""


def written(folder: Path, text: str = FILE) -> Path:
    file = folder / "system.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_all_of_it_one_family_one_technology() -> None:
    assert {item["id"] for item in show_catalogue("", DAY).data["technologies"]} == set(names())
    family = show_catalogue("vector-stores", DAY)
    assert family.data["technologies"] == show_catalogue("vector_stores", DAY).data["technologies"]
    assert "dimensions of a vector: 2,000" in markdown(family.documents[0])
    (one,) = show_catalogue("s3-vectors", DAY).data["technologies"]
    assert one["costs"][0]["amount"] == 0.06
    assert one["costs"][0]["confidence"] == "seen"
    assert one["constrains"][0]["most"] == 4096.0
    permits = {item["aspect"]: item for item in one["permits"]}
    assert permits["filtering"]["confidence"] == "seen"
    assert permits["filtering"]["source"]["url"].startswith("https://docs.aws.amazon.com/")
    assert permits["transactions"] == {
        "aspect": "transactions", "words": "unknown", "confidence": "unknown", "source": None
    }  # fmt: skip


@pytest.mark.parametrize("name", names())
def test_what_is_permitted_is_shown_beside_its_page(name: str) -> None:
    entry = technology(name)
    assert entry is not None
    (table, _) = show_catalogue(name, DAY).documents[0].sections[0].blocks
    assert isinstance(table, Table)
    shown = {str(said).partition(":")[0]: (said, page) for kind, said, page in table.rows if kind == "permits"}
    assert set(shown) == set(entry.permits)
    for aspect, (said, page) in shown.items():
        assert page == (entry.read[aspect].place if aspect in entry.read else "")
        assert str(said).endswith("(from memory)") == (entry.trust(aspect) == "memory")


def test_a_wrong_name_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean `pgvector`"):
        show_catalogue("pgvectr", DAY)
    with pytest.raises(UsageError, match="families: "):
        show_catalogue("???", DAY)


def test_what_is_old_is_a_warning() -> None:
    assert show_catalogue("valkey", DAY).findings == ()
    (finding,) = show_catalogue("valkey", LATER).findings
    assert (finding.code, finding.severity, finding.subject) == ("CAT01", "warning", "valkey")
    assert "2026-11-21" in finding.message


def test_as_a_command() -> None:
    result = CliRunner().invoke(main, ["catalogue", "caches", "--as-of", "2026-11-21", "--json"])
    assert result.exit_code == 0
    assert "valkey" in {item["id"] for item in json.loads(result.stdout)["technologies"]}
    assert CliRunner().invoke(main, ["catalogue", "nothing-like-it"]).exit_code == 2


def test_unknown_names_are_told_all_at_once_with_their_places(tmp_path: Path) -> None:
    text = FILE.replace("technology: pgvector", "technology: pgvectr").replace("[pinecone,", "[pine-cone,")
    with pytest.raises(InputError) as caught:
        open_project(written(tmp_path, text), DAY)
    found = [(item.code, item.where.line, item.mend) for item in caught.value.problems]
    assert found == [
        ("unknown-technology", 3, "did you mean `pgvector`?"),
        ("unknown-technology", 11, "did you mean `pinecone`?"),
    ]


def test_a_decision_shows_what_its_options_rest_on(tmp_path: Path) -> None:
    answer = decide_project(open_project(written(tmp_path), DAY), tmp_path / "out")
    (section,) = [item for item in answer.documents[0].sections if item.name == "decide-store-technologies"]
    said = markdown(answer.documents[0])
    assert section.title in said
    assert "supabase.com/docs/guides/ai/vector-indexes" in said
    options = answer.data["decisions"][0]["options"]
    assert {item["name"]: [entry["id"] for entry in item["uses"]] for item in options} == {
        "ours": ["pgvector", "valkey"], "theirs": ["pinecone", "valkey"]
    }  # fmt: skip
    record = next(file for file in answer.written if file.suffix == ".md").read_text("utf-8")
    assert "it rests on pgvector on PostgreSQL" in record
    assert "2,000 (with an index" in record
    assert not [finding for finding in answer.findings if finding.code == "CAT01"]


def test_a_decision_warns_of_old_facts_once_each(tmp_path: Path) -> None:
    answer = decide_project(open_project(written(tmp_path), LATER), tmp_path / "out")
    found = [(item.subject, item.where.line) for item in answer.findings if item.code == "CAT01"]
    assert found == [("pgvector", 10), ("valkey", 10), ("pinecone", 11)]
    assert [note for note in answer.data["notes"] if "Valkey was last looked at on 2026-11-21" in note]


def test_a_decision_without_technologies_says_nothing_of_them(tmp_path: Path) -> None:
    text = FILE.replace(", uses: [pgvector, valkey]", "").replace(", uses: [pinecone, valkey]", "")
    answer = decide_project(open_project(written(tmp_path, text), DAY), tmp_path / "out")
    assert not [item for item in answer.documents[0].sections if "technologies" in item.name]


COUNTED = FILE.replace(
    "uses: [pinecone, valkey]}", "uses: [valkey], amounts: [{of: pinecone, what: storage, units: 40}]}"
).replace("uses: [pgvector, valkey]}", "amounts: [{of: tpu-v6e, units: 2}]}")


def test_prices_of_the_catalogue_enter_what_an_option_costs(tmp_path: Path) -> None:
    """40 x $0.33 on top of $300 a month, and 2 chips x $2.70 x 730.5 hours on top of $100; twelve months a year."""
    answer = decide_project(open_project(written(tmp_path, COUNTED)), tmp_path / "decisions")
    ours, theirs = answer.data["decisions"][0]["options"]
    assert theirs["tco_years"][0] == pytest.approx(12 * (300 + 40 * 0.33))
    assert ours["tco_years"][0] == pytest.approx(12 * (100 + 2 * 2.70 * 730.5))
    book = answer.book
    assert book is not None
    leaf = book["catalogue.pinecone.storage"]
    assert leaf.origin == "fact"
    assert "https://" in leaf.note
    units = book["decide.store.option.theirs.uses.1.units"]
    assert (units.written, units.where.line) == ("40", 11)
    page = markdown(answer.documents[0]).replace("\\$", "$")
    assert "storage, 40 at $0.33 a GB a month" in page
    assert "$13.20 a month" in page


@pytest.mark.parametrize(
    ("amount", "code", "words"),
    [
        ("{of: pinecne, units: 1}", "unknown-technology", "no technology `pinecne`"),
        (
            "{of: pinecone, what: shelves, units: 1}",
            "unknown-price",
            "no price of Pinecone serverless called `shelves`",
        ),
        ("{of: pinecone, units: 1}", "unknown-price", "called ``"),
        ("{of: trainium1, units: 1}", "unknown-price", "does not know what trn1 machines"),
        ("{of: pinecone, what: storage, units: -4}", "out-of-range", ""),
    ],
)
def test_amounts_without_a_price_are_told(tmp_path: Path, amount: str, code: str, words: str) -> None:
    text = FILE.replace("uses: [pinecone, valkey]}", f"amounts: [{amount}]}}")
    with pytest.raises(InputError) as caught:
        open_project(written(tmp_path, text))
    assert [problem.code for problem in caught.value.problems] == [code]
    assert words in caught.value.problems[0].message
