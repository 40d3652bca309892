"""Words shown to people."""

from __future__ import annotations

from archwright.base.text import nearest, plural


def test_the_nearest_name() -> None:
    assert nearest("gatway", ["agent", "gateway", "guard"]) == "gateway"
    assert nearest("xyz", ["agent", "gateway"]) is None
    assert nearest("a", []) is None


def test_plural() -> None:
    assert [plural(count, "request") for count in (0, 1, 1200)] == ["0 requests", "1 request", "1,200 requests"]
    assert plural(2, "entry", "entries") == "2 entries"
