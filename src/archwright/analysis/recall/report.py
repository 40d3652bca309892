"""What a semantic cache would do, or did, as a document: savings, errors by both definitions, the curve, the worst."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from archwright.base.money import show_money
from archwright.report.document import Block, Cell, Chart, Document, Section, Series, Table, Text, Tiles, Tone
from archwright.report.figures import Book

if TYPE_CHECKING:
    from archwright.learn.replay import Outcome

SHARE: Final = "share"
UNKNOWN: Final = "unknown"
TOO_FEW: Final = "It knew too little to answer anything: give a longer log, with more that was asked again."
ALONE: Final = "They share answers where the file says so, but each learns by itself how sure it must be."
NOTHING: Final = "nothing is labelled yet; the curve comes with fresh answers that were compared"


def curve_of(found: Sequence[Outcome]) -> tuple[tuple[float, float], ...]:
    """The curve of the file: for each promise the calls saved. A larger promise never saves less."""
    return tuple((wrong, saved) for wrong, saved, _, _ in _points(found))


def _points(found: Sequence[Outcome]) -> list[tuple[float, float, float, float]]:
    """Each promise, the calls saved, and their band; all rise."""
    points: list[tuple[float, float, float, float]] = []
    for item in sorted(found, key=lambda item: item.wrong_at_most):
        values = (item.net, item.band.low, item.band.high)
        least = points[-1][1:] if points else (0.0, 0.0, 0.0)
        saved, low, high = (max(pair) for pair in zip(values, least, strict=True))
        points.append((item.wrong_at_most, saved, low, high))
    return points


def foreseen_document(
    book: Book, found: Sequence[Outcome], asked: Outcome, saved: float | None, facts: Sequence[tuple[str, str]]
) -> Document:
    """What past requests say. `asked` is the promise that is asked about, `saved` what it saves a month (pico-dollars).

    Figures are entered under `recall.`.
    """
    for item in found:
        _enter(book, item)
    base = f"recall.{_named(asked.wrong_at_most)}"
    of_all = "of those that an exact cache still makes, less audits"
    tiles = [
        ("Calls saved", book[f"{base}.net"].shown, of_all, f"{base}.net"),
        ("Wrong answers", book[f"{base}.wrong"].shown if asked.served else UNKNOWN,
         f"of its hits, at most {_percent(asked.wrong_at_most)} wanted", f"{base}.wrong" if asked.served else ""),
        ("Asked anyway", book[f"{base}.audits"].shown, "audits, of all requests", f"{base}.audits"),
    ]  # fmt: skip
    if saved is not None:
        figure = book.leaf("recall.saved", saved, "money", label="saved a month", origin="computed", note="as priced")
        tiles.append(("Saved a month", figure.shown, "at the prices and volumes of the file", figure.key))
    rows = tuple(_row(book, item) for item in sorted(found, key=lambda item: item.wrong_at_most))
    headings = (
        "Wrong at most", "Exact", "By meaning", "Audits", "Calls saved", "Wrong of hits", "95 %", "Wrong of all",
        "95 %",
    )  # fmt: skip
    table = Table(headings, rows, "Exact, by meaning and audits are shares of all requests.", frozenset(range(1, 9)))
    lead = f"{asked.requests:,} requests, replayed in their order"
    few = () if asked.served else (Text(TOO_FEW, "bad"),)
    sections = [
        Section("glance", "At a glance", (Tiles(tuple(tiles)), *few), lead),
        Section("promises", "What each promise would have done", (table,)),
        Section("curve", "Hits against precision", (_chart(asked.report.curve),)),
        Section("paste", "To paste below `semantic:`", (Text(pasted(found, asked.requests)),)),
    ]
    return Document("Replay", tuple(sections), "what a cache that answers by meaning would have done", tuple(facts))


def pasted(found: Sequence[Outcome], requests: int) -> str:
    """The measured curve as it stands in a file."""
    note = f'measured: "archwright replay, {requests:,} requests"'
    listed = []
    for wrong, saved, low, high in _points(found):
        band = f"value: {_tenth(saved)}, low: {_tenth(low)}, high: {_tenth(high)}"
        listed.append(f"{{wrong: {_percent(wrong)}, saved: {{{band}, {note}}}}}")
    return f"curve: [{', '.join(listed)}]"


def told_document(routes: Mapping[str, Mapping[str, Any]], where: str) -> Document:
    """What the semantic caches of a running gateway did, as it told."""
    sections = [section for name, told in routes.items() for section in _told(name, told)]
    return Document("Cache", tuple(sections), "what is answered by meaning, and how well", (("gateway", where),))


def _told(name: str, told: Mapping[str, Any]) -> list[Section]:
    if told["mode"] == "off":
        why = Text(f"Only what is the same is answered from the cache: {told['why']}", "bad")
        return [Section(f"{name}-off", f"Route {name} answers nothing by meaning", (why,))]
    learned, counts = told["learned"], told["lookups"]
    saved, audits = told["saved_pico_dollars"], told["audits_pico_dollars"]
    would = counts["shadow"] if told["mode"] == "shadow" else counts["served"]
    looked = sum(counts.values())
    hits, all_ = learned["wrong_of_hits"], learned["wrong_of_all"]
    word, gain = ("would have answered", "would have saved") if told["mode"] == "shadow" else ("answered", "saved")
    tiles = Tiles((
        (f"It {word}", _of(would, looked), f"{would:,} of {looked:,} look-ups", ""),
        # An audit is a call that would be made without the cache, too: it saves nothing, and costs nothing besides.
        (f"It {gain}", show_money(saved), f"not counting {show_money(audits)} of audits, which were asked", ""),
        ("Wrong of its hits", _percent(hits["value"]) if hits["of"] else "unknown", _interval(hits), ""),
        ("Wrong of all answers", _percent(all_["value"]) if all_["of"] else "unknown", _interval(all_), ""),
    ))  # fmt: skip
    rows = tuple((what, f"{counts[what]:,}") for what in counts)
    table = Table(("Look-ups", "Number"), rows, numeric=frozenset({1}))
    blocks: list[Block] = [tiles, table]
    if len(told.get("each", ())) > 1:
        asked = " and ".join(f"{each['lookups']:,}" for each in told["each"])
        blocks.append(Text(f"The sum of {len(told['each'])} workers with {asked} look-ups. {ALONE}", "muted"))
    if told.get("shared"):
        blocks.append(Text(f"Other gateways of its database are not counted here: ask each. {ALONE}", "muted"))
    if learned["alarm"]:
        blocks.append(Text("Audits found more errors than were predicted: it answers less until they stop.", "bad"))
    worst = tuple(
        (item["entry"], f"{item['wrong']:.1f}", f"{item['right']:.1f}", item["text"] or "not kept")
        for item in learned["worst"]
    )
    ill = Table(("Entry", "Wrong", "Right", "Question"), worst, numeric=frozenset({1, 2}))
    chart = _chart([(item["score"], item["hits"], item["precision"]) for item in learned["curve"]])
    title = f"Route {name}, {told['mode']}, at most {_percent(told['wrong'])} of {told['of']} wrong"
    return [
        Section(f"{name}-glance", title, tuple(blocks)),
        Section(f"{name}-curve", f"Route {name}: hits against precision", (chart,)),
        Section(f"{name}-worst", f"Route {name}: entries that were wrong", (ill if worst else Text("none"),)),
    ]


def _chart(curve: Sequence[tuple[float, float, float]]) -> Block:
    """Precision over the share of look-ups that are hits."""
    if not curve:
        return Text(NOTHING, "muted")
    points = tuple(sorted({hits: precision for _, hits, precision in curve}.items()))
    line = Series("as labelled", points, "good")
    return Chart("How right it is, as it answers more", "look-ups answered", SHARE, "right", SHARE, (line,))


def _row(book: Book, item: Outcome) -> tuple[str | Cell, ...]:
    base = f"recall.{_named(item.wrong_at_most)}"
    tone: Tone = "good" if item.wrong_of_hits.value <= item.wrong_at_most else "bad"

    def cell(name: str) -> Cell:
        if not item.served and name == "wrong":
            return Cell(UNKNOWN, "muted")
        figure = book[f"{base}.{name}"]
        return Cell(figure.shown, tone if name == "wrong" and item.of == "hits" else "plain", figure.key)

    hits, all_ = item.wrong_of_hits, item.wrong_of_all
    return (
        _percent(item.wrong_at_most), cell("exact"), cell("served"), cell("audits"), cell("net"), cell("wrong"),
        _interval(hits._asdict()), cell("wrong_of_all"), _interval(all_._asdict()),
    )  # fmt: skip


def _enter(book: Book, item: Outcome) -> None:
    """The figures of one promise; all are counted in the replay."""
    base, note = f"recall.{_named(item.wrong_at_most)}", f"counted over {item.requests:,} past requests"
    total = max(1, item.requests)
    values = {
        "exact": (item.exact / total, "requests with the same words as one before"),
        "served": (item.served / total, "requests answered by meaning"),
        "audits": (item.audits / total, "hits that were asked anyway"),
        "net": (item.net, "calls of an exact cache that are saved"),
        "wrong": (item.wrong_of_hits.value, "wrong answers of its hits"),
        "wrong_of_all": (item.wrong_of_all.value, "wrong answers of all"),
    }
    for name, (value, label) in values.items():
        book.leaf(f"{base}.{name}", value, SHARE, label=label, origin="measured", note=note)


def _named(wrong: float) -> str:
    """A promise as a part of a key: `2pct`, `0_5pct`."""
    return f"{wrong * 100:g}pct".replace(".", "_")


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"


def _tenth(share: float) -> str:
    return f"{share * 100:.1f} %"


def _of(count: int, whole: int) -> str:
    return _percent(count / whole) if whole else "nothing"


def _interval(share: Mapping[str, Any]) -> str:
    if not share["of"]:
        return "nothing to count"
    return f"{share['low'] * 100:.2g} to {share['high'] * 100:.2g} %"
