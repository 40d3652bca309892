"""A shelf: listed without importing, loaded when asked for, added to by others, never by surprise."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from archwright.base import shelf as module
from archwright.base.errors import UsageError
from archwright.base.shelf import Shelf

ITEMS = {
    "__init__.py": "",
    "apple_pie.py": "ITEM = 'a pie'",
    "bread.py": "ITEM = 'a loaf'",
    "number.py": "ITEM = 7",
    "empty.py": "",
    "_hidden.py": "raise AssertionError",
    "broken.py": "raise AssertionError('imported')",
    "notes.txt": "",
}


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf[str]]:
    """A shelf of words in a package of its own, and no entry points but those that a test makes."""
    folder = tmp_path / "larder"
    folder.mkdir()
    for name, text in ITEMS.items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    module._own.cache_clear()
    module._added.cache_clear()
    yield Shelf("larder", "ITEM", str)
    module._own.cache_clear()
    module._added.cache_clear()
    for name in [name for name in sys.modules if name.split(".")[0] == "larder"]:
        del sys.modules[name]


def add(monkeypatch: pytest.MonkeyPatch, **points: str) -> None:
    """Entry points of an installed package, as if it had been installed before the program began."""

    def entry_points(group: str) -> list[importlib.metadata.EntryPoint]:
        assert group == "larder"
        return [importlib.metadata.EntryPoint(name, value, group) for name, value in points.items()]

    monkeypatch.setattr(importlib.metadata, "entry_points", entry_points)
    module._added.cache_clear()


def test_names_come_from_files_and_nothing_is_imported(shelf: Shelf[str]) -> None:
    assert shelf.names() == ("apple-pie", "bread", "broken", "empty", "number")
    assert "larder.bread" not in sys.modules


def test_an_item_is_loaded_when_asked_for(shelf: Shelf[str]) -> None:
    assert shelf.get("apple-pie") == "a pie"
    assert "larder.bread" not in sys.modules


def test_an_unknown_name_suggests_the_nearest(shelf: Shelf[str]) -> None:
    with pytest.raises(UsageError, match=r"there is no 'bred' in larder; did you mean 'bread'\?"):
        shelf.get("bred")
    with pytest.raises(UsageError, match=r"there is no 'xyz' in larder$"):
        shelf.get("xyz")


@pytest.mark.parametrize("name", ["number", "empty"])
def test_a_module_without_its_item_is_refused(shelf: Shelf[str], name: str) -> None:
    with pytest.raises(UsageError, match=f"'{name}' does not offer ITEM of type str"):
        shelf.get(name)


@pytest.mark.parametrize("name", ["_hidden", "apple_pie", "..bread", "notes", ""])
def test_only_what_is_listed_can_be_asked_for(shelf: Shelf[str], name: str) -> None:
    with pytest.raises(UsageError, match="there is no"):
        shelf.get(name)


def test_an_installed_package_adds_items(shelf: Shelf[str], monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, cheese="larder.bread:ITEM")
    assert "cheese" in shelf.names()
    assert shelf.get("cheese") == "a loaf"


def test_its_names_never_shadow_ours(shelf: Shelf[str], monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, **{"apple-pie": "larder.bread:ITEM"})
    assert shelf.get("apple-pie") == "a pie"
    assert shelf.names().count("apple-pie") == 1


@pytest.mark.parametrize("value", ["larder.gone:ITEM", "larder.bread:GONE"])
def test_an_added_item_that_cannot_be_loaded_is_said(
    shelf: Shelf[str], monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    add(monkeypatch, cheese=value)
    with pytest.raises(UsageError, match="the package that adds 'cheese' cannot be loaded"):
        shelf.get("cheese")


def test_an_added_item_of_another_type_is_refused(shelf: Shelf[str], monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, cheese="larder.number:ITEM")
    with pytest.raises(UsageError, match="'cheese' does not offer ITEM of type str"):
        shelf.get("cheese")


def test_all_items_in_the_order_of_their_names(shelf: Shelf[str], tmp_path: Path) -> None:
    for name in ("number", "empty", "broken"):
        (tmp_path / "larder" / f"{name}.py").unlink()
    assert list(shelf) == ["a pie", "a loaf"]
