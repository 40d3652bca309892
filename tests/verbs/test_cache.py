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
from archwright.runtime.gateway.meaning.meaning import Meaning
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
    assert "keeps no answers" in cache("evict", url, "--route", "elsewhere").stderr
    assert "name what is to be forgotten" in cache("evict", url).stderr
    for wrong in (["--entry", "zz"], ["--entry", "0"], ["--tenant", "a", "--scope", "b"]):
        found = cache("evict", url, *wrong)
        assert (found.exit_code, "says: send" in found.stderr) == (2, True)


def test_a_route_that_lacks_its_embedder_says_so_in_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARCHWRIGHT_ADMIN_KEY", raising=False)
    lacking = meaning.plan(meaning.semantic(embedder=-1, model_dir=str(tmp_path / "nowhere")))
    with meaning.shop(tmp_path, lacking) as shop, s.running(Admin(shop.desk.app, "", lambda: "")) as server:
        told = cache("report", server.url)
        assert told.exit_code == 0
        assert "answers nothing by meaning" in told.stdout
        assert "pip install" in told.stdout
        assert json.loads(cache("report", server.url, "--json").stdout)["routes"]["kept"]["mode"] == "off"


def test_what_cannot_be_done_now_is_no_wrong_use(
    door: tuple[meaning.Shop, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, url = door
    shop.ask(meaning.PARCEL)

    async def full(self: Meaning, house: object, chosen: object) -> int:
        raise OSError("the disk is full")

    monkeypatch.setattr(Meaning, "evict", full)
    found = cache("evict", url, "--route", "kept")
    assert (found.exit_code, "the disk is full" in found.stderr) == (3, True)


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
