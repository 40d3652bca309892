"""Controls: every id is one of its framework, and every title that is called official is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from archwright.facts.controls import Framework, control, frameworks

EVERY = list(frameworks().values())


def official(folder: Path) -> dict[str, dict[str, str]]:
    """Ids and titles of each framework, from the recorded indexes."""

    def read(name: str) -> Any:
        return json.loads((folder / name).read_text(encoding="utf-8"))

    aws, finos = read("index/aws_well_architected.json"), read("index/finos_aigf.json")
    articles = read("index/eu_ai_act_article_titles.json")
    return {
        "AWS": {e["id"]: e["title"] for part in (*aws["lenses"].values(), aws["core_framework"]) for e in part},
        "L": dict(entry.split(" ", 1) for entry in read("index/owasp_llm.json")["2025"]),
        "ASI": {e[:5]: e.split(" ", 1)[1] for e in read("index/owasp_agentic_2026.json")["entries"]},
        "F": {e["id"]: e["title"] for e in (*finos["risks"], *finos["mitigations"])},
        "ISO": read("index/iso_42001_titles.json")["titles"],
        "M": {e["id"]: e["name"] for e in read("verbatim/mitre_atlas.json")["mitigations"]},
        "V": read("index/owasp_aisvs_1_0.json")["sections"],
        "EU": {k.rsplit("-a", 1)[1]: v.split(" ", 1)[1] for k, v in articles.items() if re.search(r"-a\d+$", k)},
        "N": {e["id"]: e["text"] for e in read("verbatim/nist_ai_rmf_1_0.json")["subcategories"]},
    }


def of(framework: Framework) -> str:
    return framework.name


@pytest.mark.parametrize("framework", EVERY, ids=of)
def test_every_id_exists_and_every_official_title_is_official(framework: Framework, shared: Path) -> None:
    known = official(shared / "data/governance").get(framework.prefix)
    if known is None:  # GDPR and HIPAA: no list of articles was recorded
        assert framework.prefix in ("G", "H")
        return
    assert set(framework.titles) - set(known) == set()
    if framework.official:
        assert {name: known[name] for name in framework.titles} == framework.titles


@pytest.mark.parametrize("framework", EVERY, ids=of)
def test_a_framework_says_where_its_list_is_from_and_when_it_was_read(framework: Framework) -> None:
    assert re.fullmatch(r"2\d{3}-\d\d-\d\d", framework.checked)
    assert framework.source
    assert framework.licence
    assert framework.url.startswith("https://")
    assert all(title == title.strip() and title for title in framework.titles.values())


def test_a_control_is_shown_with_framework_and_title() -> None:
    assert control("L:LLM01:2025").shown == "OWASP LLM LLM01:2025 (Prompt Injection)"
    assert control("N:GOVERN 2.1").shown == "NIST AI RMF GOVERN 2.1 (roles and responsibilities)"
    with pytest.raises(KeyError):
        control("L:LLM99:2025")
