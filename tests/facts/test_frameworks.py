"""Packs of frameworks and laws: they load, their ids are the official ones, and they claim nothing."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
import yaml

from archwright.base.errors import InputError
from archwright.facts import frameworks
from archwright.facts.frameworks import Pack, industries, names, pack, read_pack

FOLDER = Path(frameworks.__file__).parent
AS_OF = dt.date(2026, 11, 21)
EVERY = names()
# Joined here, so that this file does not hold it.
FORBIDDEN = "compl" + "iant"


def test_the_shelf() -> None:
    assert set(EVERY) >= {"eu_ai_act", "nist_ai_rmf", "gdpr", "hipaa", "sr_26_2", "finos_air", "omb_m_25_21"}


@pytest.mark.parametrize("name", EVERY)
def test_a_pack_says_where_it_is_from_and_until_when_it_holds(name: str) -> None:
    found = pack(name)
    assert found.is_valid(AS_OF)
    assert found.checked_on <= AS_OF
    assert found.source
    assert found.licence
    assert found.controls
    assert all(control.title and control.next for control in found.controls)
    assert len({control.id for control in found.controls}) == len(found.controls)


@pytest.mark.parametrize("name", EVERY)
def test_a_derived_control_says_what_is_evidence(name: str) -> None:
    """One that rests on the file alone must say on what; Art. 11 rests on rules and on a statement."""
    for control in pack(name).controls:
        assert control.evidence or control.how != "derived" or control.id == "11"


def test_no_pack_promises_anything() -> None:
    for file in (*FOLDER.glob("*.yaml"), FOLDER.parent / "industries.yaml"):
        assert FORBIDDEN not in file.read_text(encoding="utf-8").lower(), file.name


def test_every_industry_names_packs_that_are_there() -> None:
    found = industries()
    assert "general" in found
    for industry in found.values():
        assert set(industry.packs) <= set(EVERY)
    assert "hipaa" in found["health"].packs


def test_prefixes_are_unique() -> None:
    assert len({pack(name).prefix for name in EVERY}) == len(EVERY)


def test_the_dates_of_the_amended_act() -> None:
    controls = {control.id: control for control in pack("eu_ai_act").controls}
    assert controls["9"].from_ == dt.date(2027, 12, 2)
    assert controls["50(1)"].from_ == dt.date(2026, 8, 2)
    assert controls["49(2)"].from_ == [dt.date(2026, 8, 2), dt.date(2027, 12, 2)]
    tiers = pack("eu_ai_act").tiers
    assert tiers is not None
    assert len(tiers.listed) == 25
    assert len(tiers.prohibited) == 10
    later = {case.id: case.from_ for case in tiers.prohibited if case.from_}
    assert later == {"5(1)(ba)": dt.date(2026, 12, 2), "5(1)(bb)": dt.date(2026, 12, 2)}


def test_the_ids_of_nist_are_the_official_72(shared: Path) -> None:
    official = json.loads((shared / "data/governance/verbatim/nist_ai_rmf_1_0.json").read_text(encoding="utf-8"))
    texts = {item["id"]: item["text"] for item in official["subcategories"]}
    controls = pack("nist_ai_rmf").controls
    assert {control.id for control in controls} == set(texts)
    assert len(controls) == 72
    assert all(control.title.lower() not in texts[control.id].lower() for control in controls), "own words"


def test_the_articles_of_the_act_exist(shared: Path) -> None:
    titles = (shared / "data/governance/index/eu_ai_act_article_titles.json").read_text(encoding="utf-8")
    known = {int(number) for number in re.findall(r"-a(\d+)\b", titles)}
    assert len(known) == 113
    for control in pack("eu_ai_act").controls:
        number = int(re.match(r"\d+", control.id)[0])  # type: ignore[index]
        assert number in known, control.id


def test_the_ids_of_gdpr_and_hipaa_are_those_of_the_notes(shared: Path) -> None:
    notes = yaml.safe_load((shared / "data/governance/authored/gdpr_hipaa.yaml").read_text(encoding="utf-8"))
    gdpr = {item["id"].removeprefix("Art. ") for item in notes["gdpr"]}
    assert {control.id for control in pack("gdpr").controls} == gdpr
    assert {control.id for control in pack("hipaa").controls} == {item["id"] for item in notes["hipaa"]}


def test_the_risks_of_finos_are_the_official_ones(shared: Path) -> None:
    index = json.loads((shared / "data/governance/index/finos_aigf.json").read_text(encoding="utf-8"))
    assert {control.id: control.title for control in pack("finos_air").controls} == {
        risk["id"]: risk["title"] for risk in index["risks"]
    }


GOOD = """\
prefix: OWN
title: House rules
label: "§ {}"
version: "1"
valid_from: 2026-01-01
valid_to: 2027-01-01
checked_on: 2026-01-01
source: us
licence: ours
controls:
  - {id: "1", title: a rule, next: follow it}
"""


def test_a_pack_of_one_s_own() -> None:
    found = read_pack(GOOD, "own.yaml")
    assert isinstance(found, Pack)
    assert found.shown("1") == "§ 1"
    assert not found.is_valid(dt.date(2027, 1, 2))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("prefix: OWN\n", "", "prefix"),
        ("valid_to: 2027-01-01", "valid_to: soon", "valid_to"),
        ("valid_to: 2027-01-01", "valid_to: 2025-01-01", "before"),
        ("next: follow it", "nxt: follow it", "nxt"),
        ('§ {}"', '§ {} {x}"', "x"),
        ("next: follow it}", 'next: follow it}\n  - {id: "1", title: again}', "twice"),
        ("next: follow it", "from: [2027-01-01, 2026-01-01]", "two days"),
        ("next: follow it", "how: somehow", "how"),
        (GOOD, "", "object"),
        (GOOD, "a: [", ""),
        (GOOD, "\x00", ""),
    ],
)
def test_what_is_no_pack_is_refused_with_its_file(old: str, new: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_pack(GOOD.replace(old, new), "own.yaml")
    (problem,) = caught.value.problems
    assert problem.code == "bad-pack"
    assert problem.where.file == "own.yaml"
    assert said in problem.message
