"""`archwright cache`: what a gateway that runs answers by meaning, and what is to be said of it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, Final

from archwright.analysis.recall.report import told_document
from archwright.base.errors import ProviderUnavailable, UsageError
from archwright.report.document import Document, Section, Text
from archwright.report.figures import Book
from archwright.runtime.scrape import asked
from archwright.verbs.answer import Answer
from archwright.verbs.top import ADMIN_KEY

WAIT_S: Final = 60.0  # until all workers have done it, and all gateways that share a database


def cache_report(url: str, environment: Mapping[str, str] | None = None) -> Answer:
    """What the semantic caches of the gateway at the admin door `url` did: savings, errors, curve, worst entries.

    Raises:
        UsageError: the address is none, wants another key, or nothing is answered by meaning there.
        ProviderUnavailable: no gateway answers there.
    """
    told = _said(asked(url, _key(environment), "/cache"), url)
    return Answer("cache", (told_document(told, url),), Book(), data={"routes": told})


def cache_evict(url: str, wanted: Mapping[str, str], environment: Mapping[str, str] | None = None) -> Answer:
    """Have answers forgotten: one by its entry, those of a tenant, of a scope, of a document, or of a route.

    Raises:
        UsageError: nothing is named, or the door refuses it.
        ProviderUnavailable: no gateway answers there.
    """
    if not wanted:
        raise UsageError("name what is to be forgotten: --entry, --tenant, --scope, --document or --route")
    told = _said(asked(url, _key(environment), "/cache/evict", json.dumps(wanted).encode(), WAIT_S), url)
    return _heard(f"{told.get('evicted', 0)} answers were forgotten{_everywhere(told)}", told)


def cache_feedback(url: str, entry: str, right: bool, environment: Mapping[str, str] | None = None) -> Answer:
    """Say that an answer which was given for another question was wrong, or right.

    Raises:
        UsageError: the entry is not kept, or the door refuses it.
        ProviderUnavailable: no gateway answers there.
    """
    body = json.dumps({"entry": entry, "wrong": not right}).encode()
    told = _said(asked(url, _key(environment), "/cache/feedback", body, WAIT_S), url)
    return _heard(("heard" if right else "heard; the answer is forgotten") + _everywhere(told), told)


def _everywhere(told: Mapping[str, Any]) -> str:
    """That all workers of the gateway did it, where there are several; each had a copy of its own."""
    return f" in all {told['workers']} workers" if "workers" in told else ""


def _heard(words: str, told: Mapping[str, Any]) -> Answer:
    document = Document("Cache", (Section("said", "Done", (Text(words),)),))
    return Answer("cache", (document,), Book(), data=told)


def _key(environment: Mapping[str, str] | None) -> str:
    return (os.environ if environment is None else environment).get(ADMIN_KEY, "").strip()


def _said(text: str, url: str) -> Mapping[str, Any]:
    try:
        told = json.loads(text)
    except ValueError as error:
        raise ProviderUnavailable(f"{url} does not answer as an admin door does") from error
    if not isinstance(told, dict):
        raise ProviderUnavailable(f"{url} does not answer as an admin door does")
    return told
