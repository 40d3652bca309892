"""The main job from end to end: the page, the table, real sockets, recorded traffic."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DESK = ROOT / "examples" / "support-desk" / "system.yaml"

# The rehearsal shares no core with other tests.
pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("fast_engine")]


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory, fast_engine: None) -> Path:
    """The folder in which one run of the whole loop left its results."""
    out = tmp_path_factory.mktemp("loop")
    ended = main_job("--out", str(out))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (out / "said.txt").write_text(ended.stdout)
    return out


def main_job(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`archwright run` on the example."""
    return archwright("run", *arguments)


def archwright(verb: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A verb on the example."""
    command = [sys.executable, "-m", "archwright", verb, str(DESK), "--as-of", "2026-11-21", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


class _Page(HTMLParser):
    """The anchors and links of a page, and its numbers: (text, figure) of tiles and of cells in columns of numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.loads: list[str] = []
        self.numbers: list[tuple[str, str]] = []
        self._inside = ""
        self._text, self._figure = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            self.ids.add(found["id"])
        if tag == "a" and found.get("href"):
            self.links.add(found["href"])
        self.loads += [found[name] for name in ("src", "href") if tag in ("script", "img", "link") and name in found]
        classes = found.get("class", "").split()
        if (tag == "td" and "number" in classes) or (tag == "dd" and "value" in classes):
            self._inside, self._text, self._figure = tag, "", ""
        self._figure = found.get("data-figure", self._figure)

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self.numbers.append((self._text.strip(), self._figure))
            self._inside = ""


def read(file: Path) -> _Page:
    """A page, taken apart."""
    page = _Page()
    page.feed(file.read_text(encoding="utf-8"))
    return page


PAGES = ("1-foundations", "2-architecture", "3-selection", "4-scale-and-cost", "5-governance-and-value")


def test_one_page_links_everything_and_loads_nothing(loop: Path) -> None:
    page = read(loop / "index.html")
    assert page.loads == []
    assert {link[1:] for link in page.links if link.startswith("#")} <= page.ids
    beside = {link for link in page.links if not link.startswith("#")}
    assert {"./architecture.svg", "./plan.json", "./ledger.jsonl", "./figures.json", "./brief.html"} <= beside
    assert all((loop / link).is_file() for link in beside)
    for word in ("deliverable", "rehearsal", "measure"):
        assert any(word in name for name in page.ids), word


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("1-foundations", ("draw-data", "draw-dependencies", "draw-failure", "check")),
        ("2-architecture", ("draw-picture", "drill-got", "drill-promised", "rehearsal")),
        ("3-selection", ("decide", "break", "turning")),
        ("4-scale-and-cost", ("price", "stress-spike-10x", "stress-break", "draw-load", "draw-cost")),
        ("5-governance-and-value", ("brief-outcomes", "govern-tier", "govern-checklist", "brief-risk", "status")),
    ],
)
def test_each_deliverable_has_its_page(loop: Path, name: str, words: tuple[str, ...]) -> None:
    assert f"./{name}.html" in read(loop / "index.html").links
    page = read(loop / f"{name}.html")
    assert page.loads == []
    assert {link[1:] for link in page.links if link.startswith("#")} <= page.ids
    for word in words:
        assert any(word in identity for identity in page.ids), word


@pytest.mark.parametrize("name", ["index", *PAGES, "brief", "decision-model-hosting"])
def test_no_number_on_a_page_lacks_its_derivation(loop: Path, name: str) -> None:
    """Each tile, and each cell of a column of numbers, names a figure that was kept with its origin or formula."""
    kept = {figure["key"]: figure for figure in json.loads((loop / "figures.json").read_text())["figures"]}
    page = read(loop / f"{name}.html")
    numbers = [(text, key) for text, key in page.numbers if re.search(r"\d", text)]
    assert numbers
    for text, key in numbers:
        assert key in kept, f"{text!r} names {key!r}"
        assert kept[key]["formula"] or kept[key]["origin"], key


def test_the_table_is_printed_last_with_where_the_pages_are(loop: Path) -> None:
    said = (loop / "said.txt").read_text()
    for words in (
        "Predicted",
        "Rehearsed",
        "Difference",
        "Cost",
        "Cache hits",
        "Fallbacks",
        "Degraded answers",
        "Failed",
    ):
        assert words in said
    assert f"wrote {loop}/index.html" in said.splitlines()[-1]


def test_the_rehearsal_agrees_with_the_simulation(loop: Path) -> None:
    """Consistency, with bounds for a busy machine: counts exact or nearly so, times of the same order."""
    figures = values(loop)
    for name in ("journeys", "requests"):
        assert figures[f"rehearsed.{name}"] == pytest.approx(figures[f"predicted.{name}"], rel=0.02)
    assert figures["rehearsed.cost"] == pytest.approx(figures["predicted.cost"], rel=0.05)
    assert figures["rehearsed.p50"] == pytest.approx(figures["predicted.p50"], rel=0.5)
    assert figures["rehearsed.cache_hits"] == pytest.approx(figures["predicted.cache_hits"], rel=0.05, abs=5)
    assert figures["predicted.fallbacks"] > 20
    assert figures["rehearsed.fallbacks"] == pytest.approx(figures["predicted.fallbacks"], rel=0.2)


def test_no_number_lacks_its_derivation(loop: Path) -> None:
    kept = json.loads((loop / "figures.json").read_text())["figures"]
    keys = {figure["key"] for figure in kept}
    for figure in kept:
        assert figure["formula"] or figure["origin"], figure["key"]
        assert {key for _, key in figure["inputs"]} <= keys, figure["key"]


def test_figures_of_the_run_can_be_explained(loop: Path) -> None:
    command = [sys.executable, "-m", "archwright", "explain", str(DESK), "difference.cost", "--out", str(loop)]
    ended = subprocess.run([*command, "--as-of", "2026-11-21"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "ran - predicted" in ended.stdout
    assert "simulated" in ended.stdout
    assert "measured" in ended.stdout


def test_recorded_traffic_is_rehearsed_and_measured(shared: Path, tmp_path: Path) -> None:
    """What `make run TRACE=…` adds to the main job, without the rest of it."""
    trace = shared / "data" / "workload" / "AzureLLMInferenceTrace_conv.csv.gz"
    ended = archwright("rehearse", "--trace", str(trace), "--visits", "300", "--out", str(tmp_path))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    ended = archwright("measure", "--out", str(tmp_path), "--json")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    figures = {key: figure["value"] for key, figure in json.loads(ended.stdout)["figures"].items()}
    assert figures["rehearsed.requests"] == pytest.approx(figures["predicted.requests"], rel=0.02)
    assert trace.name in (tmp_path / "rehearsal.json").read_text()


def values(folder: Path) -> dict[str, float]:
    """The kept figures by key."""
    return {figure["key"]: figure["value"] for figure in json.loads((folder / "figures.json").read_text())["figures"]}
