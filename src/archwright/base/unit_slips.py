"""The usual slips of the pen in quantities, and what was most likely meant: `8` for `8 s`, `600 rpm` for `600/min`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

MONEY: Final = frozenset({"money", "money-rate", "token-price"})


class _Slip(NamedTuple):
    """A slip: in which dimensions, what it looks like, what to write instead (`!` before words), what it is."""

    dimensions: frozenset[str]
    pattern: re.Pattern[str]
    instead: tuple[str, ...]
    message: str


def _slip(dimensions: str, pattern: str, instead: str, message: str) -> _Slip:
    return _Slip(frozenset(dimensions.split()), re.compile(pattern), tuple(instead.split(" | ")), message)


_NUMBER: Final = r"(?P<n>[0-9][0-9,_]*(?:\.[0-9]+)?[kMGB]?)"
_SLIPS: Final = (
    _slip("duration rate count number ratio share size money money-rate token-price",
          r"(?P<a>\D*[0-9]+),(?P<b>[0-9]{1,2}(?:[^0-9,].*)?)", r"\g<a>.\g<b>", "has a comma for a point"),
    _slip("duration", r"(?P<n>[0-9]{3,})", r"\g<n> ms | \g<n> s", "has no unit"),
    _slip("duration", r"(?P<n>[0-9.]+)", r"\g<n> s", "has no unit"),
    _slip("duration", r"(?P<n>[0-9.]+) ?(?:secs|sek|S|SEC|Sec)", r"\g<n> s", "has an unknown unit"),
    _slip("duration", r"(?P<n>[0-9.]+) ?m", r"\g<n> min | \g<n> ms", "has an unclear unit"),
    _slip("duration", r"(?P<n>[0-9.]+) ?(?:mins|MIN|Min)", r"\g<n> min", "has an unknown unit"),
    _slip("duration", r"(?P<n>[0-9.]+) ?(?:MS|msec|msecs|millis|milliseconds?)", r"\g<n> ms", "has an unknown unit"),
    _slip("duration", r"(?P<n>[0-9.]+) ?(?:hr|hrs|H)", r"\g<n> h", "has an unknown unit"),
    _slip("duration", r"(?P<n>[0-9.]+) ?(?:D|days?)", r"\g<n> d", "has an unknown unit"),
    _slip("duration", r"(?P<n>[0-9.]+) ?w", r"\g<n> weeks", "has an unknown unit"),
    _slip("duration", r"(?P<n>[0-9.]+) ?(?:mo|M)", r"\g<n> months", "has an unknown unit"),
    _slip("duration", r"(?P<n>[0-9.]+) ?(?:y|a|yrs?)", r"\g<n> years", "has an unknown unit"),
    _slip("duration", r"[0-9.]+ ?[a-zA-Zµ]+,? ?[0-9.]+ ?[a-zA-Zµ]*", "!write it in one unit, such as `90 min`",
          "has more than one part"),
    _slip("rate", _NUMBER + r" ?(?:rpm|tpm|RPM|TPM|qpm)", r"\g<n>/min", "is not how a rate is written"),
    _slip("rate", _NUMBER + r" ?(?:rps|qps|tps|RPS|QPS|TPS|Hz)", r"\g<n>/s", "is not how a rate is written"),
    _slip("rate", _NUMBER + r" ?(?:[a-z]+ )?(?:per|a|an|je|pro) ?(?P<p>[a-z]+)", r"\g<n>/\g<p>",
          "is not how a rate is written"),
    _slip("rate", _NUMBER + r" ?daily", r"\g<n>/day", "is not how a rate is written"),
    _slip("rate", _NUMBER + r" ?(?P<p>month|week|hour|year)ly", r"\g<n>/\g<p>", "is not how a rate is written"),
    _slip("rate", _NUMBER + r" ?(?:/ ?mo)", r"\g<n>/month", "has an unknown unit"),
    _slip("rate", _NUMBER, r"\g<n>/month | \g<n>/s", "does not say over which time"),
    _slip("money money-rate token-price", r"(?=.*(?:[€£¥]|\b(?:EUR|GBP|CHF|JPY|euros?)\b)).*",
          "!convert it, and write the dollars as `$…`",
          "is not in US dollars"),
    _slip("money-rate", r"\$ ?" + _NUMBER, r"$\g<n>/month", "does not say over which time"),
    _slip("money-rate", r"\$ ?" + _NUMBER + r" ?(?:/ ?mo|(?:per|a) month|monthly)", r"$\g<n>/month",
          "has an unknown unit"),
    _slip("money-rate", _NUMBER + r" ?(?P<p>/ ?[a-z]+)", r"$\g<n>\g<p>", "is no amount of money"),
    _slip("money-rate", _NUMBER + r" ?(?:USD|dollars?|\$)? ?(?P<p>/ ?[a-z]+)?", r"$\g<n>\g<p> | $\g<n>/month",
          "is no amount of money"),
    _slip("money", r"(?:USD|US\$)? ?" + _NUMBER + r" ?(?:USD|dollars?|\$)?", r"$\g<n>", "is no amount of money"),
    _slip("money", r"(?P<d>\$ ?)" + _NUMBER + r" ?/.*", r"$\g<n>", "is an amount over time"),
    _slip("token-price", _NUMBER + r" ?/ ?Mtok", r"$\g<n>/Mtok", "is no amount of money"),
    _slip("token-price", r"\$? ?" + _NUMBER + r"(?: ?(?:/|per) ?(?:1 ?)?(?:M|mtok|million|1M)(?: ?tok(?:ens?)?)?)?",
          r"$\g<n>/Mtok", "does not say for how many tokens"),
    _slip("share", r"(?P<n>[0-9.]+) ?(?:percent|pct|p\.?c\.?|Prozent)", r"\g<n> %", "has an unknown unit"),
    _slip("share", r"(?P<n>[0-9.]+)", r"\g<n> %", "is more than the whole"),
    _slip("ratio", r"(?P<n>[0-9.]+) ?(?:times|fold|X)", r"\g<n>x", "has an unknown unit"),
    _slip("count number", r"(?P<n>[0-9.]+) ?(?:m|mio|mn|million)", r"\g<n>M", "has an unknown multiple"),
    _slip("count number", r"(?P<n>[0-9.]+) ?(?:K|thousand)", r"\g<n>k", "has an unknown multiple"),
    _slip("size", r"(?P<n>[0-9.]+) ?(?:mb|Mb|MiB|M)?", r"\g<n> MB", "has no known unit"),
    _slip("size", r"(?P<n>[0-9.]+) ?(?:gb|Gb|GiB|G)", r"\g<n> GB", "has no known unit"),
)  # fmt: skip


def meant(text: str, dimension: str, fits: Callable[[str], bool]) -> tuple[str, str]:
    """What is wrong with `text` as a quantity of `dimension`, and how to mend it; two empty texts if nobody can tell.

    `fits` says whether a text can be read; nothing is proposed that cannot.
    """
    written = text.strip()
    for slip in _SLIPS:
        match = slip.pattern.fullmatch(written) if dimension in slip.dimensions else None
        if match is None:
            continue
        if slip.instead[0].startswith("!"):
            return slip.message, slip.instead[0][1:]
        proposals = dict.fromkeys(f"`{text}`" for text in _proposals(match, slip) if fits(text))
        if proposals:
            return slip.message, "write " + " or ".join(proposals)
    return "", ""


def _proposals(match: re.Match[str], slip: _Slip) -> Iterator[str]:
    for instead in slip.instead:
        text = match.expand(instead)
        yield _with_commas(text) if text.startswith("$") else text


def _with_commas(text: str) -> str:
    """`$4500` as `$4,500`."""
    return re.sub(r"^\$([0-9]{4,})(?![0-9_,])", lambda match: f"${int(match[1]):,}", text)
