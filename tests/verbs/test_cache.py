"""`archwright cache`: what a running gateway answers by meaning is told, forgotten and corrected from outside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archwright.cli.main import main
from archwright.runtime.gateway.admin import Admin
from archwright.runtime.gateway.meaning import opening
from tests.runtime import sample as s
from tests.runtime import test_meaning as meaning

KEY = "the key"


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[meaning.Shop, str]]:
    """A gateway that answered by meaning, and the address of its admin door."""
    monkeypatch.setattr(opening, "Recall", meaning.Sure)
    monkeypatch.setenv("ARCHWRIGHT_ADMIN_KEY", KEY)
    with meaning.shop(tmp_path, meaning.plan(meaning.semantic())) as shop:
        admin = Admin(shop.desk.app, hashlib.sha256(KEY.encode()).hexdigest(), lambda: "")
        with s.running(admin) as server:
            yield shop, server.url


def cache(*args: str) -> Result:
    return CliRunner().invoke(main, ["cache", *args])


def test_the_report_says_what_was_saved(door: tuple[meaning.Shop, str]) -> None:
    shop, url = door
    shop.ask(meaning.PARCEL)
    shop.ask(meaning.SAME)
    told = cache("report", url)
    assert told.exit_code == 0, told.stderr
    assert "1 of 2 look-ups" in told.stdout
    routes = json.loads(cache("report", url, "--json").stdout)["routes"]
    assert routes["kept"]["lookups"]["served"] == 1
    assert routes["kept"]["saved_pico_dollars"] > 0


def test_an_answer_is_forgotten_and_a_wrong_one_is_told(door: tuple[meaning.Shop, str]) -> None:
    shop, url = door
    shop.ask(meaning.PARCEL)
    entry = shop.ask(meaning.SAME).headers["x-archwright-entry"]
    assert "forgotten" in cache("feedback", entry, url).stdout
    assert "not kept" in cache("feedback", entry, url).stderr
    assert "0 answers" in cache("evict", url, "--tenant", "nobody", "--route", "kept").stdout
    assert "nothing by meaning" in cache("evict", url, "--route", "elsewhere").stderr
    assert "name what is to be forgotten" in cache("evict", url).stderr


def test_who_has_no_key_or_no_gateway_is_told_so(
    door: tuple[meaning.Shop, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, url = door
    monkeypatch.setenv("ARCHWRIGHT_ADMIN_KEY", "another")
    found = cache("report", url)
    assert found.exit_code == 2
    assert "ARCHWRIGHT_ADMIN_KEY" in found.stderr
    assert cache("report", "http://127.0.0.1:9").exit_code == 3
    assert cache("report", "no address").exit_code == 2


def test_a_gateway_without_such_a_cache_says_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARCHWRIGHT_ADMIN_KEY", raising=False)
    with s.desk(tmp_path, s.plan()) as desk, s.running(Admin(desk.app, "", lambda: "")) as server:
        assert "no route answers by meaning" in cache("report", server.url).stderr
