"""Reader `openai-usage`: the usage of an OpenAI organization, as its API gives it (JSON) or its page exports it (CSV).

Shapes as in the API reference (developers.openai.com/api/docs/api-reference/usage, read on 2026-11-21): buckets with
`start_time`, `end_time` and `results`; a CSV export has the same names as columns and one row a bucket and group.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

from archwright.analysis.adopt.buckets import MOST, Bucket, Traffic, overlapping, traffic
from archwright.analysis.adopt.evidence import Evidence, Fact, Journey, Route, Step, Target, guess, measured, seen
from archwright.analysis.adopt.names import a_month, counted, name, share
from archwright.analysis.adopt.reader import Reader, Source
from archwright.analysis.adopt.secrets import secret
from archwright.base.errors import InputError, Location, Problem
from archwright.base.text import nearest, plural
from archwright.facts.prices import named

_COLUMNS: Final = ("start_time", "num_model_requests", "input_tokens", "output_tokens")
_TIMES: Final = ("start_time", "start_time_iso", "end_time", "end_time_iso")
_SPREAD: Final = 0.5
_MOST_PROBLEMS: Final = 20
_EARLIEST, _LATEST = 1.4e9, 4.1e9  # 2014 and 2099: a time outside is in other units
_NO_MODEL: Final = "openai/gpt-4.1-mini"
_ASK: Final = "export the usage of completions, grouped by model"


def _recognises(source: Source) -> bool:
    begin = source.beginning
    if begin.startswith(("{", "[")):
        page = re.search(r'"object"\s*:\s*"(?:page|bucket)"', begin[:4096]) is not None
        return page or (
            '"start_time"' in begin and ('"results"' in begin or '"result"' in begin or '"num_model_requests"' in begin)
        )
    head = begin.partition("\n")[0]
    return "start_time" in head and any(word in head for word in ("tokens", "num_model_requests", "end_time_iso"))


def _read(source: Source) -> Evidence:
    problems: list[Problem] = []
    rows: list[Bucket] = []
    more = False
    parts = _json(source) if source.text.lstrip().startswith(("{", "[")) else _csv(source)
    for line, row in parts:
        if row is None:
            more = True
            continue
        try:
            rows.append(_bucket(line, row))
        except ValueError as error:
            problems.append(Problem("bad-evidence", str(error), Location(source.file, line, 1 if line else 0), _ASK))
        if len(problems) == _MOST_PROBLEMS:
            break
    if problems:
        raise InputError(problems)
    rows = _with_ends(source, rows)
    used = [row for row in rows if row.requests > 0]
    if not used:
        raise source.refused("there is no request in it", "export a time in which something was asked")
    both = overlapping(rows)
    if both is not None:
        message = f"times overlap with those of line {both[0].line}: days and hours in one file would be counted twice"
        raise source.refused(message, "export one time with one bucket width", both[1].line)
    return _evidence(source, rows, used, more)


# -------------------------------------------------------------------------------------------------- rows


def _json(source: Source) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Each result with the times of its bucket; None for a page that says that there are more."""
    for line, page in _pages(source):
        buckets = page.get("data", [page]) if isinstance(page, dict) else page
        if isinstance(page, dict) and page.get("has_more") is True:
            yield line, None
        if not isinstance(buckets, list):
            raise source.refused("`data` is no list of buckets", _ASK, line)
        for bucket in buckets:
            if not isinstance(bucket, dict) or "start_time" not in bucket:
                raise source.refused("this is no bucket with a `start_time`", _ASK, line)
            results = bucket.get("results", bucket.get("result", [bucket]))
            times = {key: bucket[key] for key in _TIMES if key in bucket}
            for result in results if isinstance(results, list) else [results]:
                if not isinstance(result, dict):
                    raise source.refused("a result is no object", _ASK, line)
                yield line, {**result, **times}
            if results == []:
                yield line, {**times, "empty": True}


def _pages(source: Source) -> Iterator[tuple[int, Any]]:
    """One JSON text, a list of pages, or one page a line."""
    try:
        whole = json.loads(source.text)
    except RecursionError as error:
        raise source.refused("it is nested too deeply") from error
    except ValueError as error:
        yield from _pages_by_line(source, error)
        return
    pages = (
        whole if isinstance(whole, list) and whole and isinstance(whole[0], dict) and "data" in whole[0] else [whole]
    )
    yield from ((1, page) for page in pages)


def _pages_by_line(source: Source, error: ValueError) -> Iterator[tuple[int, Any]]:
    lines = [(number, line) for number, line in enumerate(source.text.splitlines(), 1) if line.strip()]
    for number, line in lines:
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError) as wrong:
            if number > lines[0][0]:
                raise source.refused(f"not JSON: {wrong}", "one page a line, or one JSON text", number) from wrong
            where = (error.lineno, error.colno) if isinstance(error, json.JSONDecodeError) else (1, 1)
            words = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            raise source.refused(f"not JSON: {words}", "was the export cut off?", *where) from error


def _csv(source: Source) -> Iterator[tuple[int, dict[str, Any] | None]]:
    head = source.text.partition("\n")[0]
    sign = max(",\t;", key=head.count)
    reader = csv.reader(source.text.splitlines(), delimiter=sign, strict=True)
    try:
        names = [column.strip() for column in next(reader, [])]
        _columns(source, names)
        for values in reader:
            if len(values) == len(names):
                yield reader.line_num, _csv_row(dict(zip(names, values, strict=True)))
            elif values:
                words = f"{plural(len(values), 'value')} under {plural(len(names), 'heading')}"
                raise source.refused(words, "was the export cut off, or changed by a spreadsheet?", reader.line_num)
    except csv.Error as error:
        raise source.refused(f"not CSV: {error}", _ASK, reader.line_num) from error


def _columns(source: Source, names: list[str]) -> None:
    known = set(names) | ({"start_time"} if "start_time_iso" in names else set())
    missing = [column for column in _COLUMNS if column not in known]
    if missing:
        hint = nearest(missing[0], names)
        like = f"; is `{hint}` meant for `{missing[0]}`?" if hint else ""
        what = "an export of costs or an empty one has no tokens" if "amount_value" in names or len(names) < 5 else _ASK
        lacks = f"no column{'s' if len(missing) > 1 else ''} {', '.join(f'`{column}`' for column in missing)}"
        raise source.refused(f"{lacks}{like}", what, 1)


def _csv_row(row: dict[str, str]) -> dict[str, Any]:
    empty = not any(row[column].strip() for column in _COLUMNS[1:])
    return {**{key: value for key, value in row.items() if value.strip()}, "empty": empty}


def _bucket(line: int, row: Mapping[str, Any]) -> Bucket:
    """One row; ValueError says what is wrong with it."""
    start = _time(row, "start_time")
    end = _time(row, "end_time") if "end_time" in row or "end_time_iso" in row else math.nan
    if end <= start:
        raise ValueError("it ends before it begins")
    if row.get("empty"):
        return Bucket(line, start, end, "", 0.0, 0.0, 0.0, 0.0)
    missing = next((column for column in _COLUMNS[1:] if row.get(column) is None), None)
    if missing is not None:
        hint = " (is it an export of costs, or of embeddings?)" if missing != "num_model_requests" else ""
        raise ValueError(f"`{missing}` is missing{hint}")
    requests, tokens_in, tokens_out = (_count(row, column) for column in _COLUMNS[1:])
    cached = _count(row, "input_cached_tokens") if row.get("input_cached_tokens") is not None else 0.0
    if cached > tokens_in:
        raise ValueError("more input tokens were cached than there were")
    return Bucket(line, start, end, str(row.get("model") or "").strip(), requests, tokens_in, tokens_out, cached)


def _with_ends(source: Source, rows: list[Bucket]) -> list[Bucket]:
    """Rows without an end last until the next begin, and all of them equally long."""
    starts = sorted({row.start for row in rows})
    if not any(math.isnan(row.end) for row in rows):
        return rows
    if len(starts) < 2:
        raise source.refused("nothing says how long its times are", "add `end_time`")
    width = min(later - earlier for earlier, later in pairwise(starts))
    return [row._replace(end=row.start + width) if math.isnan(row.end) else row for row in rows]


def _count(row: Mapping[str, Any], column: str) -> float:
    try:
        value = float(row[column]) if not isinstance(row[column], bool) else math.nan
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if not 0 <= value <= MOST or value != int(value):
        raise ValueError(f"`{column}` is {str(row[column])[:40]!r}, which is no count")
    return value


def _time(row: Mapping[str, Any], column: str) -> float:
    written = row[column] if column in row else row.get(f"{column}_iso", "")
    try:
        value = (
            float(written)
            if not isinstance(written, str) or written.strip().replace(".", "").isdigit()
            else _iso(written)
        )
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if not _EARLIEST <= value <= _LATEST:
        raise ValueError(f"`{column}` is {str(written)[:40]!r}, which is no time in seconds since 1970 and no date")
    return value


def _iso(text: str) -> float:
    moment = dt.datetime.fromisoformat(text.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()


# ---------------------------------------------------------------------------------------------- evidence


def _evidence(source: Source, rows: list[Bucket], used: list[Bucket], more: bool) -> Evidence:
    begin, end = min(row.start for row in rows), max(row.end for row in rows)
    ends = (dt.datetime.fromtimestamp(moment, dt.UTC).date().isoformat() for moment in (begin, end - 1))
    days = " to ".join(dict.fromkeys(ends))
    models: dict[str, list[Bucket]] = {}
    for row in used:
        models.setdefault("" if secret("", row.model) else row.model, []).append(row)
    targets, routes, journeys = [], [], []
    names: set[str] = {"clients", "gateway", "cache"}
    for model, part in sorted(models.items(), key=lambda item: (-sum(row.requests for row in item[1]), item[0])):
        called = name(model, names, "model")
        names.add(called)
        by = f"{source.called}, {days}, {plural(round(sum(row.requests for row in part)), 'request')}"
        targets.append(_target(called, model, part, by))
        routes.append(Route(name=called, targets=seen((called,), source.called, "likely")))
        journeys.append(_journey(called, part, traffic([*part, *_rest(rows, part)], begin, end), by))
    lost = ["which journeys ask, by which route: an export knows models only"]
    lost += [f"{source.called}: its last page says that there are more; what follows is missing here"] if more else []
    return Evidence(
        kind="openai-usage",
        file=source.called,
        targets=tuple(targets),
        routes=tuple(routes),
        journeys=tuple(journeys),
        lost=tuple(lost),
    )


def _rest(rows: list[Bucket], part: list[Bucket]) -> Iterator[Bucket]:
    """The other rows with nothing in them: the time that they stand for was looked at."""
    times = {(row.start, row.end) for row in part}
    for row in rows:
        if (row.start, row.end) not in times:
            yield row._replace(requests=0.0, tokens_in=0.0, tokens_out=0.0, cached=0.0)


def _target(called: str, model: str, rows: list[Bucket], by: str) -> Target:
    words = (named(model) or f"openai/{model}") if model else _NO_MODEL
    known = seen(words, by) if model else Fact(words, "the export is not grouped by model", "a guess")
    cached = sum(row.cached for row in rows) / max(1.0, sum(row.tokens_in for row in rows))
    return Target(name=called, model=known, settings={"prompt_cache": measured(share(cached), by)})


def _journey(called: str, rows: list[Bucket], found: Traffic, by: str) -> Journey:
    requests = sum(row.requests for row in rows)
    settings = {"volume": measured(a_month(min(found.a_month, 1e13)), by)}
    if found.growth is not None:
        settings["growth"] = measured(share(found.growth), f"{by}: second half against the first")
    settings["peak"] = _peak(found, by)
    law: dict[str, Fact] = {}
    for kind, total in (("input", sum(r.tokens_in for r in rows)), ("output", sum(r.tokens_out for r in rows))):
        mean = min(total / requests, 1e7)
        note = f"{by}: mean {counted(mean)}, less for a spread of {_SPREAD}"
        law[f"tokens.{kind}.median"] = measured(counted(mean / math.exp(_SPREAD**2 / 2)), note)
        law[f"tokens.{kind}.spread"] = guess(str(_SPREAD), "an export has sums only; the median keeps their mean")
    remarks = [] if found.growth is not None else ["growth: not known; it takes two weeks and enough requests"]
    if found.covered < 0.9:
        remarks.append(f"rows stand for {share(found.covered)} of the time; the rest is counted as nothing asked")
    step = Step(name="ask", route=called, settings=law)
    return Journey(name=f"ask-{called}", steps=(step,), settings=settings, remarks=tuple(remarks))


def _peak(found: Traffic, by: str) -> Fact:
    if found.hourly and found.peak > 1:
        return measured(f"{min(found.peak, 1000):.3g}x", f"{by}: the busiest hour against the mean")
    words = f"the busiest day has {found.peak:.3g}x the mean; its busiest hour, not in the file, perhaps twice that"
    return guess(f"{min(2 * found.peak, 1000):.3g}x", words)


READER = Reader("openai-usage", "usage of an OpenAI organization, JSON or CSV", _recognises, _read)
