"""The page: well formed, self-contained, everything reachable, nothing injected, and looked at in a browser."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from playwright.sync_api import Page, sync_playwright

from archwright.render.html import page
from archwright.render.theme import DARK, LIGHT
from archwright.report.diagram import Diagram
from archwright.report.document import (
    Cell,
    Document,
    Finding,
    Findings,
    Picture,
    Section,
    Table,
    Text,
    Tiles,
)
from tests.render.demo import DIAGRAM, DOCUMENTS, EXPLANATIONS, FINDINGS, LOAD, SPEND

VOID = {"meta", "br", "img", "input", "hr", "link"}
EVIL = "<script>alert('x')</script>\"' onmouseover=alert(1) & \x1b\x00"


class Reader(HTMLParser):
    """What a page is made of; fails on a tag that is closed out of order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter an element."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself, as SVG has them."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """Leave the element that was entered last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep what a reader sees, and the style sheet."""
        self.words.append(data)

    def all(self, attribute: str, tag: str = "") -> list[str]:
        """The values of an attribute, in the order of the page."""
        return [attrs[attribute] for name, attrs in self.tags if attribute in attrs and tag in ("", name)]


def drawing(diagram: Diagram) -> str:
    """A stand-in for the drawing of a diagram."""
    return f'<svg viewBox="0 0 10 10" data-nodes="{len(diagram.nodes)}"></svg>'


def demo() -> str:
    """The demonstration page."""
    return page(DOCUMENTS, title="Support desk", subtitle="A shop.", drawing=drawing, explanations=EXPLANATIONS)


@pytest.fixture(scope="module")
def read() -> Reader:
    """The demonstration page, parsed."""
    return Reader(demo())


def test_every_tag_is_closed(read: Reader) -> None:
    assert read.open == []
    assert len(read.tags) > 300


def test_anchors_are_unique_and_every_link_leads_to_one(read: Reader) -> None:
    anchors = read.all("id")
    assert len(anchors) == len(set(anchors))
    assert {link.removeprefix("#") for link in read.all("href")} <= set(anchors)


def test_every_document_and_section_is_in_the_contents() -> None:
    contents = Reader(re.search("<nav.*</nav>", demo(), re.DOTALL)[0])  # type: ignore[index]
    expected = []
    for document in DOCUMENTS:
        expected.append(f"#{document.title.lower()}")
        expected += [f"#{document.title.lower()}-{section.name}" for section in document.sections]
    assert contents.all("href") == [*expected, "#derivations"]


def test_the_page_loads_nothing(read: Reader) -> None:
    html = demo()
    assert read.all("src") == []
    assert not [tag for tag, _ in read.tags if tag in ("link", "img", "iframe", "object")]
    assert not re.search(r"https?://|@import|url\(", html)
    script = re.search("<script>(.*?)</script>", html, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in html


def test_blocks_are_all_there(read: Reader) -> None:
    words = " ".join(read.words)
    assert "1 error, 1 warning, 1 note" in words
    assert "No findings." in words
    assert "The vector store is billed by the hour" in words
    assert "One request of the journey" in words
    assert [attrs for _, attrs in read.tags if attrs.get("data-nodes") == "2"]
    labels = [attrs.get("aria-label", "") for tag, attrs in read.tags if tag == "svg"]
    assert sum(label.startswith(LOAD.title) for label in labels) == 2
    assert sum(label.startswith(SPEND.title) for label in labels) == 2
    assert "system.yaml:5:12" in words
    assert "genai-prices 0.2.3" in words


def test_numbers_are_flush_right_and_rows_have_headings() -> None:
    table = Table(("Step", "Cost"), (("triage", Cell("$1", "bad", "k")),), numeric=frozenset({1}))
    html = page([Document("D", (Section("s", "S", (table,)),))], title="t", drawing=drawing)
    assert '<th scope="row">triage</th>' in html
    assert '<td class="number bad"><span data-figure="k">$1</span></td>' in html


def test_a_figure_leads_to_its_explanation(read: Reader) -> None:
    links = {attrs["data-figure"]: attrs.get("href", "") for _, attrs in read.tags if "data-figure" in attrs}
    assert links["price.month"] == "#why-price-month"
    assert links["price.triage"] == ""
    assert "why-price-month" in read.all("id")
    assert any("916,000" in words for words in read.words)


def test_only_figures_that_are_shown_are_explained() -> None:
    assert "no document shows this figure" not in demo()
    assert "Derivations" not in page(DOCUMENTS, title="t", drawing=drawing)


def test_hostile_words_stay_words() -> None:
    finding = Finding(EVIL, "error", EVIL, FINDINGS.items[0].where, EVIL, EVIL, EVIL)
    blocks = (
        Text(EVIL),
        Table((EVIL,), ((Cell(EVIL, figure=EVIL),), (EVIL,)), EVIL),
        Findings((finding,)),
        Tiles(((EVIL, EVIL, EVIL, EVIL),)),
        Picture(Diagram(EVIL, EVIL, ())),
    )
    document = Document(EVIL, (Section(EVIL, EVIL, blocks, EVIL), Section(EVIL, EVIL, ())), EVIL, ((EVIL, EVIL),))
    explanations = {EVIL: EVIL}
    html = page([document, document], title=EVIL, subtitle=EVIL, drawing=drawing, explanations=explanations)
    read = Reader(html)
    assert read.open == []
    assert sum(tag == "script" for tag, _ in read.tags) == 1
    assert not [attrs for _, attrs in read.tags if any(name.startswith("on") for name in attrs)]
    assert not re.search("[\x00-\x09\x0b-\x1f]", html)
    assert len(read.all("id")) == len(set(read.all("id")))


def test_words_between_backticks_are_code() -> None:
    html = page([Document("D", (Section("s", "S", (Text("set `a < b` and ` alone"),)),))], title="t", drawing=drawing)
    assert "set <code>a &lt; b</code> and ` alone" in html


def test_a_page_without_documents_says_so() -> None:
    assert "There is nothing to show yet." in page([], title="t", drawing=drawing)


def test_a_document_of_pictures_is_announced_by_how_much_they_show() -> None:
    document = Document("Drawing", (Section("parts", "Parts", (Picture(DIAGRAM),)),))
    assert f'<p class="headline">{len(DIAGRAM.nodes)} <small>parts</small></p>' in page(
        [document], title="t", drawing=drawing
    )


def test_the_same_documents_give_the_same_bytes() -> None:
    assert demo() == demo()


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_ink_can_be_read(theme: dict[str, str]) -> None:
    inks = ["ink", "soft", "accent", "good", "bad", "warn", *(f"s{n}" for n in range(1, 7))]
    for ground in ("paper", "raised", "wash"):
        for ink in inks:
            assert contrast(theme[ink], theme[ground]) >= 4.5, (ink, ground)


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21, as WCAG 2 defines it."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.fixture(scope="module")
def screen(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The demonstration page in a browser on a small screen."""
    file = tmp_path_factory.mktemp("page") / "index.html"
    file.write_text(demo(), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport={"width": 400, "height": 800}, color_scheme="light")
        said: list[str] = []
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(file.as_uri())
        yield tab
        browser.close()
        assert said == []


def test_a_small_screen_does_not_scroll_sideways(screen: Page) -> None:
    assert screen.evaluate("document.documentElement.scrollWidth") == 400


def test_a_click_on_a_number_shows_where_it_comes_from(screen: Page) -> None:
    dialog = screen.locator("dialog")
    screen.locator("a.why", has_text="$4,140").click()
    assert "916,000" in dialog.inner_text()
    screen.keyboard.press("Escape")
    assert not dialog.is_visible()
    screen.locator("svg:visible a[data-figure='price.model-primary.output']").click()
    assert "output tokens a month" in dialog.inner_text()
    dialog.get_by_role("button", name="Close").click()
    assert not dialog.is_visible()


def test_the_theme_button_turns_the_page_dark_and_back(screen: Page) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    before = screen.evaluate(ground)
    screen.get_by_role("button", name="Dark theme").click()
    assert screen.evaluate(ground) == "rgb(15, 18, 20)"
    screen.get_by_role("button", name="Light theme").click()
    assert screen.evaluate(ground) == before


def test_the_contents_open_and_lead_to_a_section(screen: Page) -> None:
    screen.get_by_text("Contents", exact=True).click()
    screen.locator("nav a[href='#price-journey']").click()
    assert screen.evaluate("location.hash") == "#price-journey"
    assert not screen.locator("nav ol").first.is_visible()


def test_a_cell_leads_to_a_file_beside_the_page_and_nowhere_else() -> None:
    table = Table(("File",), ((Cell("the plan", file="plan.json"),), (Cell("odd", file='//evil/"x<y'),)))
    page_text = page([Document("D", (Section("s", "S", (table,)),))], title="T", drawing=lambda _: "")
    assert '<a href="./plan.json">the plan</a>' in page_text
    assert '<a href="./' + "//evil/%22x%3Cy" + '">odd</a>' in page_text
