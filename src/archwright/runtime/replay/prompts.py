"""Prompts from an authored corpus: the same question in the same wording gives the same bytes, of a given length.

One word is one token for the emulated supplier.
"""

from __future__ import annotations

from itertools import cycle, islice

import msgspec

from archwright.facts.corpus import Corpus
from archwright.plan.expect import mean_log_normal
from archwright.plan.model import Plan, Step
from archwright.plan.passages import Index
from archwright.plan.workload import Visit, Work, streams

CLOSINGS = ("", "Thank you.", "Please answer soon.", "Thanks in advance!", "It is urgent.", "Best regards.")
NUMBERS_FROM = 1001
PADDING = "·"  # a word for whoever counts, and none for whoever reads
QUOTED = 24  # words of a passage in a question about it


def question(corpus: Corpus, answer: int, wording: int) -> str:
    """What is asked: an answer stands for an intent and a number, a wording for a paraphrase and a closing."""
    intent, number = answer % len(corpus.questions), answer // len(corpus.questions)
    asks = corpus.questions[intent]
    asked = asks[wording % len(asks)].format(number=NUMBERS_FROM + number)
    closing = wording // len(asks)
    more = f"({closing // len(CLOSINGS)})" if closing >= len(CLOSINGS) else ""
    return " ".join(part for part in (asked, CLOSINGS[closing % len(CLOSINGS)], more) if part)


def about(index: Index, corpus: Corpus) -> Corpus:
    """Questions that documents answer: one about each passage, in its own words. Prompts are filled as usual."""
    asks = []
    for passage in index.passages:
        said = [*passage.title.split(" > ")[-1].split(), *passage.text.split()]
        quoted = " ".join(said[:QUOTED]).replace("{", "{{").replace("}", "}}")
        asks.append((f"What do we know about {quoted} (case {{number}})?",))
    return Corpus(tuple(asks), corpus.sentences)


def body(plan: Plan, visit: Visit, work: Work, corpus: Corpus) -> bytes:
    """The request of a piece of work. Its messages have exactly the words of `work.tokens_in` that are no passages.

    A prompt that is shorter than its question is cut; then different questions may become the same prompt. Where what
    means the same is answered, questions are padded with signs and all answers have the mean length of the step.
    """
    journey = plan.journeys[visit.journey]
    step = journey.steps[work.step]
    words, most = work.tokens_in - work.passages, work.tokens_out
    asked = question(corpus, visit.answer, visit.wording).split()[:words]
    left, place = words - len(asked), visit.answer + work.run
    if by_meaning(plan, step):
        # Instructions and bounds are the same for all, or no question would meet another.
        left, place, most = (
            min(left, step.system_tokens),
            work.run,
            round(mean_log_normal(step.tokens_out.median, step.tokens_out.spread)),
        )
        asked += [PADDING] * (words - len(asked) - left)
    opening = f"{journey.name}, {step.name}, run {work.run + 1}.".split()[:left]
    filler = _filler(corpus, place, left - len(opening))
    messages = [{"role": "user", "content": " ".join(asked)}]
    if left:
        messages.insert(0, {"role": "system", "content": " ".join((*opening, *filler))})
    fields: dict[str, object] = {
        "model": plan.routes[step.route].name,
        "messages": messages,
        "max_tokens": most,
    }
    if streams(work):
        fields["stream"] = True
    return msgspec.json.encode(fields)


def by_meaning(plan: Plan, step: Step) -> bool:
    """Whether a step's route has a cache that answers by meaning."""
    cache = plan.routes[step.route].cache if step.route >= 0 else -1
    return cache >= 0 and plan.caches[cache].semantic is not None


def _filler(corpus: Corpus, start: int, words: int) -> list[str]:
    """Policy sentences from a place that belongs to the question, as many words as are wanted."""
    if words <= 0:
        return []
    begin = start % len(corpus.sentences)
    order = (*corpus.sentences[begin:], *corpus.sentences[:begin])
    return list(islice((word for sentence in cycle(order) for word in sentence.split()), words))
