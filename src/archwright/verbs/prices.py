"""`archwright prices`: which prices are in use, from where and how old; and how they compare with another list."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from archwright.base.errors import InputError, Location, Problem
from archwright.base.money import pico
from archwright.base.text import plural
from archwright.base.units import show
from archwright.facts import accelerators, catalogue
from archwright.facts.prices import version
from archwright.report.document import Block, Cell, Document, Finding, Findings, Section, Table, Text
from archwright.spec.settings.models import ModelSettings
from archwright.verbs.answer import Answer
from archwright.verbs.project import Project

STALE = 180  # days after which a fact that nobody looked at again is called old
SHOWN = 60


def list_prices(project: Project) -> Answer:
    """The prices that a system is billed at, with source and age.

    Raises:
        InputError: a price is unknown, or the system cannot be compiled.
    """
    compiled, book = project.compiled, project.compiled.book
    rows: list[tuple[str | Cell, ...]] = []
    for target in compiled.plan.targets:
        for key in (key for key in book if key.startswith(f"prices.{target.name}.")):
            figure = book[key]
            if figure.dimension in ("token-price", "money"):
                kind = key.removeprefix(f"prices.{target.name}.").replace("_", " ").replace(".", " ")
                rows.append(
                    (target.title, kind, Cell(figure.shown, figure=key), figure.origin or "derived", figure.note)
                )
    headings = ("Model", "Tokens", "Price", "", "From")
    blocks: list[Block] = [Table(headings, tuple(rows), numeric=frozenset({2}))]
    findings = tuple(_findings(project))
    if findings:
        blocks.append(Findings(findings))
    section = Section("prices-used", "In use", tuple(blocks), f"On {project.as_of}.")
    document = Document(
        "Prices", (section, _data(project.as_of)), f"what {compiled.plan.system} is billed at",
        (("prices", compiled.plan.facts), ("as of", compiled.plan.as_of)),
    )  # fmt: skip
    return Answer("prices", (document,), book, findings)


def _findings(project: Project) -> list[Finding]:
    found = [
        Finding("PRI05", "warning", item.message, item.where, "A figure that rests on it may be wrong.", item.mend)
        for item in project.warnings
    ]
    return [*found, *old_prices(project)]


def old_prices(project: Project) -> list[Finding]:
    """What is known of prices and was not looked at for long before the day of the question."""
    found: list[Finding] = []
    day = catalogue.freshest(project.as_of)
    if day is not None and (project.as_of - day).days > STALE:
        message = f"the newest price change that the data knows is of {day}"
        found.append(Finding("PRI06", "warning", message, mend="update genai-prices, or state agreed prices"))
    for accelerator in sorted(_accelerators(project)):
        known = accelerators.accelerator(accelerator)
        if known is None:
            continue
        old = [offer for offer in known.offers if (project.as_of - _day(offer.checked_on)).days > STALE]
        if old:
            message = f"offers of {known.title} were last looked at on {old[0].checked_on}"
            found.append(Finding("PRI06", "warning", message, mend="state `hourly` at the component"))
    return found


def _accelerators(project: Project) -> set[str]:
    settings = (item.settings_as(ModelSettings) for item in project.system.components.values())
    return {str(getattr(item, "accelerator", "")) for item in settings if item is not None} - {""}


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _data(as_of: dt.date) -> Section:
    """How much the data knows, and how new it is."""
    providers, models = catalogue.size()
    day = catalogue.freshest(as_of)
    changed = f"the newest change up to {as_of} is of {day}" if day else f"it knows no change up to {as_of}"
    words = f"{version()}: {providers} providers, {models:,} models; {changed}."
    return Section("prices-data", "The price data", (Text(words),))


def diff_prices(file: Path, as_of: dt.date | None = None) -> Answer:
    """Hold our price data against a price list of LiteLLM: conflicts, and what is missing on either side.

    Raises:
        InputError: the file is not there, or is no such list.
    """
    day = as_of or dt.datetime.now(dt.UTC).date()
    mend = "give LiteLLM's model_prices_and_context_window.json"
    try:
        entries, odd = catalogue.litellm_entries(file.read_text("utf-8"))
    except OSError as error:
        raise InputError(
            [Problem("bad-prices", f"it cannot be read: {error.strerror}", Location(str(file)), mend)]
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError([Problem("bad-prices", f"not a price list: {error}", Location(str(file)), mend)]) from error
    found = catalogue.compare(entries, day)
    rows: list[tuple[str | Cell, ...]] = [
        (f"{one.provider}/{one.model}", one.kind, _shown(one.ours), _shown(one.theirs),
         f"{float((one.theirs - one.ours) / one.ours) * 100:+.1f} %" if one.ours else "new")
        for one in found.conflicts
    ]  # fmt: skip
    summary = (
        f"{plural(len(entries), 'model')} in {file.name}: {found.agree:,} agree, "
        f"{plural(len(found.conflicts), 'price')} differ, {len(found.only_theirs):,} are not in our data, "
        f"{len(found.only_ours):,} of ours are not in the file."
    )
    sections = [Section("prices-diff", "Held against each other", (Text(summary),), f"On {day}.")]
    if rows:
        table = Table(("Model", "Tokens", "Ours", "Theirs", ""), tuple(rows[:SHOWN]), numeric=frozenset({2, 3, 4}))
        more = [Text(f"{len(rows) - SHOWN} more; `--json` has them all.", "muted")] if len(rows) > SHOWN else []
        sections.append(Section("prices-conflicts", "Prices that differ", (table, *more)))
    for name, title, names in (
        ("theirs", "Not in our data", found.only_theirs), ("ours", "Not in the file", found.only_ours),
        ("odd", "No price: negative, more than a dollar for a token, or no number", odd),
    ):  # fmt: skip
        if names:
            words = ", ".join(names[:SHOWN]) + (f", and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
            sections.append(Section(f"prices-{name}", title, (Text(words, "muted"),)))
    document = Document("Prices", tuple(sections), f"ours against {file.name}", (("prices", version()),))
    data = {
        "agree": found.agree,
        "conflicts": [
            {
                "model": f"{one.provider}/{one.model}",
                "kind": one.kind,
                "ours": float(one.ours),
                "theirs": float(one.theirs),
            }
            for one in found.conflicts
        ],
        "only_theirs": list(found.only_theirs),
        "only_ours": list(found.only_ours),
        "no_price": odd,
    }
    return Answer("prices", (document,), data=data)


def _shown(amount: object) -> str:
    return show(float(pico(str(amount))), "token-price")
