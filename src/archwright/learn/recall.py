"""Whether the answer of a stored question may serve a new one: the semantic cache of one route, without its storage.

The caller finds the nearest stored questions and brings the luck; this decides, and learns from what the comparator
says. An *entry* is a stored question with its answer, a *group* is the identity of that answer. Whoever looks
questions up calls `refit` where it is `due`, after the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

from archwright.learn import score, wording
from archwright.learn.bounds import Share, wilson
from archwright.learn.curve import Point, frontier
from archwright.learn.features import PRIOR, Answer, Entry, Record, candidate
from archwright.learn.guard import Guard
from archwright.learn.rings import Ring
from archwright.learn.unrest import unsettled

HITS: Final = "hits"
ALL: Final = "all"
AUDITS: Final = 0.03
RIVALS: Final = 3  # so many different answers nearby are worth comparing with a fresh one

EVERY: Final = 100  # look-ups from one refit to the next
LEAST: Final = 200  # labels below which only exact matches are served
LABELS: Final = 8_000  # the last ones, which the model is fitted to
RECENT: Final = 2_000  # look-ups over which the share of wrong answers is foreseen
PENDING: Final = 2_048  # tickets that wait for their label; older ones are forgotten
HEAVIEST: Final = 4.0  # what an audited label counts for at most
LENT: Final = 300.0  # a promise of 1 % lets an entry's answer be served 1 + 3 times between two words about it
DOUBTED: Final = 5  # hits in a row that an answer must be right in after it was wrong in one, before it is served
WORST: Final = 20
WORDS: Final = 1_500  # of the comparator, that the model's own words are held against
VERSION: Final = 4
COUNTED: Final = ("lookups", "served", "audits", "audits_wrong", "vetoed", "labels")


class Near(NamedTuple):
    """A neighbour: a stored entry of the same namespace and its cosine similarity."""

    entry: int
    similarity: float


class Verdict(NamedTuple):
    """What to do with a question.

    `entry` is the nearest one (-1: nothing is near) and `score` the probability that its answer is right, 0 to 1.
    `serve`: answer with it. `audit`: it would be served, but ask anyway and `label` the ticket. Neither: a miss; ask,
    and `label` the ticket if the answers can be compared. A mode that only watches asks always and labels all.
    """

    entry: int
    score: float
    serve: bool
    audit: bool
    ticket: int


class Worst(NamedTuple):
    """An entry whose answer was found wrong, and how often it was right."""

    entry: int
    wrong: float
    right: float


@dataclass(frozen=True)
class Report:
    """What a route's cache did and knows. Counts are of look-ups; `wrong_*` are the bounds of both definitions."""

    lookups: int
    served: int
    audits: int
    audits_wrong: int
    vetoed: int
    labels: int
    threshold: float  # 2: nothing is served
    alarm: bool  # audits say more errors than the model: the target is tightened
    wrong_of_hits: Share
    wrong_of_all: Share
    curve: tuple[Point, ...]
    worst: tuple[Worst, ...]


class Ticket(NamedTuple):
    """A look-up that waits for the comparator's word."""

    entry: int
    group: int
    features: tuple[float, ...]
    score: float
    hit: bool  # it would be served, with the target untightened
    weight: float  # how many hits its label stands for: one over how likely it was to be asked
    vetoed: bool
    rivals: tuple[int, ...]
    near: tuple[int, ...]
    nearest: float  # the similarity of the first of them
    labelled: bool
    sought: bool  # it is asked because much speaks for an error: it does not stand for other hits


class Recall:
    """The semantic cache of one route: `wrong` is the largest share of wrong answers, of `hits` or of `all` requests.

    `audits` is the share of would-be hits that are asked anyway by chance, 0 to 1. Asked whatever the luck is who
    would get an answer that was wrong lately, one that has a new answer near it, or that of an entry which was served
    some times without a word of the comparator: where a new meaning stands close to an old one, chance alone may be
    slow to find out.
    """

    def __init__(self, wrong: float, of: str = HITS, audits: float = AUDITS) -> None:
        if not 0.0 < wrong < 1.0 or not 0.0 <= audits <= 1.0 or of not in (HITS, ALL):
            raise ValueError(f"wrong={wrong}, of={of!r}, audits={audits}: shares, and `hits` or `all`")
        self.wrong, self.of, self.audits = wrong, of, audits
        self._entries: dict[int, Entry] = {}
        self._groups: dict[int, Answer] = {}
        self._pending: dict[int, Ticket] = {}
        # Columns of a label: its features, 1 if right, what it counts for. Of a recent look-up: its features.
        self._labels = Ring(LABELS, len(PRIOR) + 2)
        self._recent = Ring(RECENT, len(PRIOR))
        self._words = Ring(WORDS, 3)  # the chance as it was foreseen, 1 if right, what it counts for
        self._model: score.Model | None = None
        self._threshold = self._base = score.NEVER
        self._guard = Guard()
        # Of hits that were asked: how many they stand for, how many wrong ones, and the sum of squares of the first.
        self._asked = [0.0, 0.0, 0.0]
        self._count = dict.fromkeys(COUNTED, 0)
        self._fitted = 0  # look-ups at the last refit

    def judge(self, text: str, near: Sequence[Near], luck: float) -> Verdict:
        """What to do with the question `text`, whose neighbours are `near`, nearest first (`MOST` are enough).

        `luck` is uniform, 0 to 1, and decides which would-be hits are audited. Entries that were never added count
        as not there.
        """
        count = self._count
        count["lookups"] += 1
        ticket = count["lookups"]
        known = [(entry, similarity) for entry, similarity in near if entry in self._entries]
        if not known:
            return Verdict(-1, 0.0, serve=False, audit=False, ticket=ticket)
        asked = wording.read(text)
        found = candidate(asked, known, self._entries, self._groups)
        chance = 0.0 if self._model is None or found.vetoed else self._model.chance(found.features)
        serve = not found.vetoed and chance >= self._threshold
        kept = self._entries[found.entry]
        sought = serve and self._sought(kept.group, (asked, known), ticket)
        rate = 1.0 if sought or kept.lent >= 1.0 + LENT * self.wrong else self.audits
        audit = serve and luck < rate
        kept.lent += serve and not audit
        count["vetoed"] += found.vetoed
        count["served"] += serve and not audit
        if not found.vetoed:
            self._recent.push(found.features)
        self._pending[ticket] = Ticket(
            found.entry, kept.group, found.features, chance, not found.vetoed and chance >= self._base,
            1.0 / rate if audit else 1.0, found.vetoed, self._rivals(known, found.entry),
            tuple(entry for entry, _ in known), known[0][1], False, sought,
        )  # fmt: skip
        if len(self._pending) > PENDING:
            self._pending.pop(next(iter(self._pending)))
        return Verdict(found.entry, chance, serve and not audit, audit, ticket)

    def rivals(self, ticket: int) -> tuple[int, ...]:
        """Entries near the ticket's question, of different answers: worth comparing with a fresh answer, in this order.

        A new entry takes the group of the first whose answer is the same, and else a group of its own.
        """
        found = self._pending.get(ticket)
        return found.rivals if found else ()

    def label(self, ticket: int, same: bool | None) -> None:
        """The comparator's word: is the answer of the verdict's entry the same as the fresh one? None: it failed.

        A ticket that is unknown, too old or labelled already teaches nothing.
        """
        found = self._pending.get(ticket)
        if found is None or same is None or found.vetoed or found.labelled:
            return
        self._pending[ticket] = found._replace(labelled=True)
        weight = min(HEAVIEST, found.weight)
        self._labels.push((*found.features, float(same), weight))
        self._words.push((found.score, float(same), weight))
        for record in self._records(found.entry, found.group):
            record.told(same)
        self._count["labels"] += 1
        if found.entry in self._entries:
            self._entries[found.entry].lent = 0
        if not found.hit:
            return
        if found.group in self._groups:
            answer = self._groups[found.group]
            answer.doubted = max(0, answer.doubted - 1) if same else DOUBTED
        for place, more in enumerate((found.weight, found.weight * (not same), found.weight**2)):
            self._asked[place] += more
        self._count["audits"] += 1
        self._count["audits_wrong"] += not same
        if not found.sought and self._guard.watch(1.0 - found.score, not same, self.wrong):
            self._aim()

    @property
    def due(self) -> bool:
        """Whether so many look-ups came since the last refit that it is time for another."""
        return self._count["lookups"] - self._fitted >= EVERY

    def refit(self) -> None:
        """Learn from all labels anew, and aim again. It takes longer than a look-up: call it where none waits."""
        self._fitted = self._count["lookups"]
        if len(self._labels) < LEAST:
            return
        rows = self._labels.rows()
        begin = self._model.weights if self._model else None
        self._model = score.fit(rows[:, :-2], rows[:, -2], rows[:, -1], PRIOR, begin)
        self._aim()

    def add(self, entry: int, text: str, group: int, ticket: int = 0) -> None:
        """An entry is stored now, in place of any that had its number; `ticket`: the look-up it was asked for."""
        self.drop(entry)
        asked, now = self._pending.get(ticket), self._count["lookups"]
        surprise = asked.group != group if asked else group not in self._groups
        nearest = asked.nearest if asked else -1.0
        self._entries[entry] = Entry(group, wording.read(text), Record(), nearest=nearest, surprise=surprise, at=now)
        self._groups.setdefault(group, Answer(born=now)).members += 1
        for other in asked.near if asked else ():
            if other in self._entries:
                self._entries[other].kin.told(self._entries[other].group == group)

    def drop(self, entry: int) -> None:
        """An entry is gone; one that is unknown is no error."""
        gone = self._entries.pop(entry, None)
        if gone is not None:
            record = self._groups[gone.group]
            record.members -= 1
            if record.members == 0:
                del self._groups[gone.group]

    def group(self, entry: int) -> int | None:
        """The identity of an entry's answer; None where the entry is unknown."""
        found = self._entries.get(entry)
        return found.group if found else None

    def feedback(self, entry: int, wrong: bool) -> None:
        """Somebody says that an answer served from `entry` was wrong, or right.

        A wrong one is served no more until the entry is added anew; a word of praise counts for little, so that nobody
        can talk a bad answer into the cache.
        """
        found = self._entries.get(entry)
        if found is None:
            return
        found.barred = found.barred or wrong
        found.record.wrong += wrong
        found.record.right += 0.1 * (not wrong)

    def report(self) -> Report:
        """What was done, what it may have cost in wrong answers, and what else could be chosen."""
        count = self._count
        of_hits = self._wrong_of_hits()
        hits = count["served"] / count["lookups"] if count["lookups"] else 0.0
        of_all = Share(of_hits.low * hits, of_hits.value * hits, of_hits.high * hits, of_hits.of)
        labels = self._labels.rows()
        curve = frontier(self._model.chances(labels[:, :-2]), labels[:, -2], labels[:, -1]) if self._model else ()
        worst = sorted(
            (Worst(key, it.record.wrong, it.record.right) for key, it in self._entries.items() if it.record.wrong),
            key=lambda item: (-item.wrong, item.right, item.entry),
        )  # fmt: skip
        return Report(
            **count, threshold=self._threshold, alarm=self._guard.steps > 0, wrong_of_hits=of_hits,
            wrong_of_all=of_all, curve=curve, worst=tuple(worst[:WORST]),
        )  # fmt: skip

    def state(self) -> dict[str, Any]:
        """Everything that was learned, as JSON can say it. No question's text is in it, digests of its words are."""
        return {
            "version": VERSION, "wrong": self.wrong, "of": self.of, "audits": self.audits, "count": dict(self._count),
            "entries": [
                [key, item.group, item.wording.dump(), item.record.right, item.record.wrong, item.kin.right,
                 item.kin.wrong, item.nearest, item.lent, item.surprise, item.at, item.barred]
                for key, item in self._entries.items()
            ],
            "groups": [[key, it.right, it.wrong, it.doubted, it.born] for key, it in self._groups.items()],
            "pending": [[key, list(item)] for key, item in self._pending.items()],
            "labels": self._labels.state(), "recent": self._recent.state(),
            "words": self._words.state(), "guard": self._guard.state(),
            "model": self._model.state() if self._model else None, "threshold": self._threshold, "base": self._base,
            "fitted": self._fitted, "asked": self._asked,
        }  # fmt: skip

    @classmethod
    def restore(cls, state: dict[str, Any]) -> Self:
        """One that goes on where `state` was taken.

        Raises:
            ValueError: it is no such state, or of another version.
        """
        try:
            if state["version"] != VERSION:
                raise ValueError(f"state of version {state['version']}, not {VERSION}")
            found = cls(state["wrong"], state["of"], state["audits"])
            found._fill(state)
        except (KeyError, TypeError, IndexError, AttributeError) as error:
            raise ValueError(f"no state of a semantic cache: {error!r}") from error
        return found

    def _fill(self, state: dict[str, Any]) -> None:
        self._count = {name: int(state["count"][name]) for name in COUNTED}
        for key, right, wrong, *more in state["groups"]:
            self._groups[key] = Answer(right, wrong, 0, *more)
        for key, group, row, right, wrong, good, bad, *rest in state["entries"]:
            self._entries[key] = Entry(group, wording.load(row), Record(right, wrong), Record(good, bad), *rest)
            self._groups[group].members += 1
        for key, row in state["pending"]:
            held: list[Any] = [tuple(item) if isinstance(item, list) else item for item in row]
            self._pending[key] = Ticket(*held)
        self._labels.restore(state["labels"])
        self._recent.restore(state["recent"])
        self._words.restore(state["words"])
        self._guard = Guard.restore(state["guard"])
        self._model = score.Model.restore(state["model"]) if state["model"] else None
        self._threshold, self._base = float(state["threshold"]), float(state["base"])
        self._fitted = int(state["fitted"])
        self._asked = [float(value) for value in state["asked"]]

    def _rivals(self, known: Sequence[tuple[int, float]], first: int) -> tuple[int, ...]:
        nearest: dict[int, int] = {self._entries[first].group: first}
        for entry, _ in known:
            nearest.setdefault(self._entries[entry].group, entry)
        return tuple(nearest.values())[:RIVALS]

    def _records(self, entry: int, group: int) -> list[Record]:
        """What is kept of the entry and of its answer, where they are still there."""
        found = self._entries.get(entry)
        records = [found.record] if found and found.group == group else []
        return records + ([self._groups[group]] if group in self._groups else [])

    def _sought(self, group: int, asked: tuple[wording.Wording, Sequence[tuple[int, float]]], now: int) -> bool:
        """Whether a hit that would get the answer `group` is asked anyway, because much speaks for an error."""
        return self._groups[group].doubted > 0 or unsettled(asked, group, self._entries, self._groups, now)

    def _wrong_of_hits(self) -> Share:
        """What the hits that were asked say of all: each stands for as many as its like are that were not asked.

        Its interval is that of as many hits as would be as sure if all stood for as many (Kish, Survey Sampling, 1965).
        """
        hits, wrong, squares = self._asked
        if not hits:
            return wilson(0.0, 0.0)
        of = hits**2 / squares
        return wilson(wrong / hits * of, of)

    def _aim(self) -> None:
        """The thresholds for the target as it is, and as the guard has tightened it."""
        if self._model is None:
            return
        rows, per_all = self._recent.rows(), self.of == ALL
        words = self._words.rows()
        worse = score.worse(words[:, 0], words[:, 1], words[:, 2])
        self._base, self._threshold = (
            score.threshold(self._model, rows, self.wrong * factor / worse, per_all, self._count["served"])
            for factor in (1.0, self._guard.factor())
        )
