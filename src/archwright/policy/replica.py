"""A replica with continuous batching: who waits, who is read, who is written, and when something happens next.

The state is kept in columns (`sequences`): of calls by slot, of replicas by number. Whoever drives it (the simulator,
its compiled twin, the emulated provider) gives each call a free slot and acts so:

    a call comes             joins, then cut       the end of the run under way may have come nearer
    a caller gives up        leaves, then cut      its slot is free at once or when `settle` tells so
    the run under way ends   settle, then plan     what has happened, and when the next run ends

As vLLM v1 does it: sequences that are being written go first, one token each; then prompts are read in the order of
arrival, in chunks; KV cache is taken as tokens are read and written; where it is full, the sequence that came last is
thrown out, goes back to the front of the queue and is read again from the beginning. Two simplifications: cache is
counted in tokens, not in blocks of 16, and what was thrown out finds nothing of itself in a prefix cache.
"""

from __future__ import annotations

from typing import NamedTuple

from archwright.policy.batching import Law, elapsed_s, step_s, steps_by
from archwright.policy.sequences import (
    NOTHING,
    WAITING,
    WRITING,
    Calls,
    Ints,
    Replicas,
    appended,
    entered,
    pushed,
    put_back,
    removed,
    unqueued,
)

# What `settle` tells of a slot: `slot * TOLD + what`.
TOLD = 4
BEGAN = 0  # its first token is written
ENDED = 1  # its last token is written; the slot is free
GONE = 2  # its caller had given up; the slot is free

ROUND_ROBIN = 0
LEAST_TOKENS = 1
ROUTERS = ("round-robin", "least-tokens")


class _Filled(NamedTuple):
    """Tokens of prompts in a step, and the context that they look at."""

    tokens: int
    context: int


# ------------------------------------------------------------------------------------------------ choosing one


def pick(replicas: Replicas, up: Ints, first: int, number: int, router: int, turn: int) -> int:
    """The replica for the next call among `number` from the `first` on, -1 if none of them is `up`.

    Round robin begins after the replica `turn`; the least owed tokens win elsewhere, the first of equals.
    """
    best = -1
    for offset in range(number):
        at = first + ((turn - first + 1 + offset) % number if router == ROUND_ROBIN else offset)
        if up[at] == 0:
            continue
        if router == ROUND_ROBIN:
            return at
        if best < 0 or replicas.owed[at] < replicas.owed[best]:
            best = at
    return best


def working(number: int, down: int, share: float) -> int:
    """How many of `number` replicas work when the model is down (1) or has a `share` of its capacity left."""
    return 0 if down == 1 else min(number, int(float(number) * share + 0.5))


def lost(replicas: Replicas, at: int) -> None:
    """A replica is gone with all its calls; what was counted stays."""
    replicas.writing[at] = 0
    replicas.running[at] = 0
    replicas.held[at] = 0
    replicas.context[at] = 0
    replicas.waits[at] = 0
    replicas.owed[at] = 0
    replicas.steps[at] = 0
    replicas.reading[at] = -1
    replicas.first_waiting[at] = -1
    replicas.last_waiting[at] = -1
    replicas.first_running[at] = -1
    replicas.last_running[at] = -1
    replicas.leaving[at] = -1


# ------------------------------------------------------------------------------------------ calls come and go


def full(law: Law, replicas: Replicas, at: int) -> int:
    """1 if no more calls may wait in front of a replica."""
    return 1 if replicas.waits[at] >= law.waiting else 0


def joins(calls: Calls, replicas: Replicas, at: int, slot: int, tokens: tuple[int, int, int]) -> None:
    """A call waits at a replica: tokens of its prompt, how many of them are a common prefix, tokens of its answer.

    Prompt and answer together must fit into the KV cache.
    """
    prompt, shared, answer = tokens
    calls.shared[slot] = min(shared, prompt - 1)
    calls.need[slot] = prompt - calls.shared[slot]
    calls.held[slot] = 0
    calls.left[slot] = answer
    calls.promised[slot] = calls.need[slot] + answer
    calls.leaves[slot] = 0
    calls.began[slot] = 0
    calls.doing[slot] = WAITING
    replicas.owed[at] += calls.promised[slot]
    appended(calls, replicas, at, slot)


def leaves(calls: Calls, replicas: Replicas, at: int, slot: int) -> int:
    """A caller gives up: 1 if the slot is free now, 0 if the sequence stays until its step has ended."""
    if calls.doing[slot] == WAITING:
        unqueued(calls, replicas, at, slot)
        replicas.owed[at] -= calls.promised[slot]
        calls.doing[slot] = NOTHING
        return 1
    if calls.leaves[slot] == 0:
        calls.leaves[slot] = 1
        calls.next_leaving[slot] = replicas.leaving[at]
        replicas.leaving[at] = slot
    return 0


def written(calls: Calls, replicas: Replicas, at: int, slot: int, now: float) -> int:
    """Tokens of a sequence's answer that are written at `now`, those before it was thrown out not counted."""
    if calls.doing[slot] != WRITING:
        return 0
    steps = steps_by(replicas.first_s[at], replicas.slope_s[at], replicas.steps[at], now - replicas.since[at])
    return min(calls.left[slot], replicas.step[at] + steps - calls.mark[slot] + 1)


def cut(law: Law, calls: Calls, replicas: Replicas, at: int, now: float) -> float:
    """End the run under way with the step under way if that lets a call in or go; when it ends (-1.0: idle)."""
    steps = replicas.steps[at]
    if steps == 0:
        return -1.0
    first_s, slope_s, since = replicas.first_s[at], replicas.slope_s[at], replicas.since[at]
    if steps > 1 and (replicas.leaving[at] >= 0 or _lets_in(law, calls, replicas, at) == 1):
        done = steps_by(first_s, slope_s, steps, now - since)
        if done < steps and (done == 0 or elapsed_s(first_s, slope_s, done) < now - since):
            done += 1
        replicas.steps[at] = done
    return since + elapsed_s(first_s, slope_s, replicas.steps[at])


def stop(replicas: Replicas, at: int, now: float) -> float:
    """End the run under way with the step under way, whatever comes next; when it ends (-1.0: idle)."""
    if replicas.steps[at] == 0:
        return -1.0
    first_s, slope_s = replicas.first_s[at], replicas.slope_s[at]
    done = steps_by(first_s, slope_s, replicas.steps[at], now - replicas.since[at])
    replicas.steps[at] = min(replicas.steps[at], done + 1)
    return replicas.since[at] + elapsed_s(first_s, slope_s, replicas.steps[at])


def _lets_in(law: Law, calls: Calls, replicas: Replicas, at: int) -> int:
    slot = replicas.first_waiting[at]
    if slot < 0 or replicas.running[at] >= law.sequences or replicas.reading[at] >= 0:
        return 0
    chunk = min(calls.need[slot], law.batched_tokens - replicas.writing[at])
    return 1 if 0 < chunk <= law.kv_tokens - replicas.held[at] - replicas.writing[at] else 0


# ---------------------------------------------------------------------------------------------- a run has ended


def settle(calls: Calls, replicas: Replicas, at: int, horizon: float, told: Ints) -> int:
    """Bring a replica to the end of its run; how many entries of `told` say what happened, in order.

    Sums over time stop at the time `horizon`.
    """
    steps = replicas.steps[at]
    if steps == 0:
        return 0
    grown = steps * replicas.writing[at]
    lasts = elapsed_s(replicas.first_s[at], replicas.slope_s[at], steps)
    counted = min(lasts, max(0.0, horizon - replicas.since[at]))
    replicas.busy_s[at] += counted
    replicas.running_s[at] += counted * float(replicas.running[at])
    replicas.held_s[at] += counted * (float(replicas.held[at]) + 0.5 * float(grown))
    replicas.step[at] += steps
    replicas.held[at] += grown
    replicas.context[at] += grown
    replicas.wrote[at] += grown
    replicas.steps[at] = 0
    count = _begun(calls, replicas, at, told)
    count = _ended(calls, replicas, at, told, count)
    return _gone(calls, replicas, at, told, count)


def _begun(calls: Calls, replicas: Replicas, at: int, told: Ints) -> int:
    """Sequences whose prompt is read have written their first token."""
    count = 0
    slot = replicas.reading[at]
    while slot >= 0 and calls.need[slot] == 0:
        calls.doing[slot] = WRITING
        calls.mark[slot] = replicas.step[at]
        calls.ends[slot] = replicas.step[at] + calls.left[slot] - 1
        replicas.context[at] += calls.shared[slot] + calls.held[slot]
        replicas.wrote[at] += 1
        pushed(calls, replicas, replicas.row[at], replicas.writing[at], slot)
        replicas.writing[at] += 1
        if calls.began[slot] == 0 and calls.leaves[slot] == 0:
            calls.began[slot] = 1
            told[count] = slot * TOLD + BEGAN
            count += 1
        slot = calls.after[slot]
    replicas.reading[at] = slot
    return count


def _ended(calls: Calls, replicas: Replicas, at: int, told: Ints, count: int) -> int:
    while replicas.writing[at] > 0:
        slot = replicas.soonest[replicas.row[at]]
        if calls.ends[slot] > replicas.step[at]:
            break
        removed(calls, replicas, at, slot)
        if calls.leaves[slot] == 1:
            calls.leaves[slot] = 0  # it ended in the step in which its caller went: `_gone` does not look for it
            _forget(calls, replicas, at, slot)
            told[count] = slot * TOLD + GONE
        else:
            told[count] = slot * TOLD + ENDED
        replicas.owed[at] -= calls.promised[slot]
        calls.doing[slot] = NOTHING
        count += 1
    return count


def _gone(calls: Calls, replicas: Replicas, at: int, told: Ints, count: int) -> int:
    slot = replicas.leaving[at]
    while slot >= 0:
        removed(calls, replicas, at, slot)
        replicas.owed[at] -= calls.promised[slot]
        calls.doing[slot] = NOTHING
        told[count] = slot * TOLD + GONE
        count += 1
        slot = calls.next_leaving[slot]
    replicas.leaving[at] = -1
    return count


def _forget(calls: Calls, replicas: Replicas, at: int, slot: int) -> None:
    """Take a slot out of the list of those whose callers gave up."""
    other = replicas.leaving[at]
    if other == slot:
        replicas.leaving[at] = calls.next_leaving[slot]
        return
    while calls.next_leaving[other] != slot:
        other = calls.next_leaving[other]
    calls.next_leaving[other] = calls.next_leaving[slot]


# ------------------------------------------------------------------------------------------------ the next run


def plan(law: Law, calls: Calls, replicas: Replicas, at: int, now: float, slow: float) -> float:
    """Begin the next run at `now`, `slow` times as long as usual; when it ends, -1.0 if there is nothing to do."""
    thrown = _make_room(law, calls, replicas, at)
    filled = _fill(law, calls, replicas, at, thrown)
    writing = replicas.writing[at]
    if writing + filled.tokens == 0:
        return -1.0
    steps = 1
    if filled.tokens == 0:
        until_end = calls.ends[replicas.soonest[replicas.row[at]]] - replicas.step[at]
        steps = min(until_end, (law.kv_tokens - replicas.held[at]) // writing)
    running = replicas.running[at]
    context = replicas.context[at] + filled.context
    first_s = slow * step_s(law, writing + filled.tokens, running, context)
    slope_s = 0.0
    if steps > 1:
        last_s = slow * step_s(law, writing, running, context + (steps - 1) * writing)
        slope_s = (last_s - first_s) / float(steps - 1)
    replicas.since[at] = now
    replicas.steps[at] = steps
    replicas.first_s[at] = first_s
    replicas.slope_s[at] = slope_s
    replicas.most_held[at] = max(replicas.most_held[at], replicas.held[at] + steps * writing)
    return now + elapsed_s(first_s, slope_s, steps)


def _make_room(law: Law, calls: Calls, replicas: Replicas, at: int) -> int:
    """Throw sequences out until each one that is being written can have one token more; how many."""
    thrown = 0
    while replicas.held[at] + replicas.writing[at] > law.kv_tokens:
        slot = replicas.last_running[at]
        wrote = 0
        if calls.doing[slot] == WRITING:
            wrote = replicas.step[at] - calls.mark[slot] + 1
        held = removed(calls, replicas, at, slot)
        calls.need[slot] += held + (1 if wrote > 0 else 0)
        calls.left[slot] -= wrote
        calls.held[slot] = 0
        calls.doing[slot] = WAITING
        put_back(calls, replicas, at, slot)
        thrown += 1
    replicas.thrown_out[at] += thrown
    return thrown


def _fill(law: Law, calls: Calls, replicas: Replicas, at: int, thrown: int) -> _Filled:
    """Read on in the prompt that is being read, then in those that wait, unless cache was just found too small."""
    budget = law.batched_tokens - replicas.writing[at]
    tokens = 0
    context = 0
    slot = replicas.reading[at]
    if slot >= 0:
        chunk = _read(law, calls, replicas, at, slot, budget)
        tokens += chunk
        if chunk > 0:
            context += calls.shared[slot] + calls.held[slot]
        if calls.need[slot] > 0:
            return _Filled(tokens, context)
    slot = replicas.first_waiting[at]
    while slot >= 0 and thrown == 0 and replicas.running[at] < law.sequences:
        chunk = _read(law, calls, replicas, at, slot, budget - tokens)
        if chunk == 0:
            break
        tokens += chunk
        context += calls.shared[slot] + calls.held[slot]
        following = calls.after[slot]
        entered(calls, replicas, at, slot)
        slot = following
    return _Filled(tokens, context)


def _read(law: Law, calls: Calls, replicas: Replicas, at: int, slot: int, budget: int) -> int:
    """Take cache for the next chunk of a prompt; its tokens, 0 if there is no room for it."""
    chunk = min(calls.need[slot], budget)
    if chunk <= 0 or chunk > law.kv_tokens - replicas.held[at] - replicas.writing[at]:
        return 0
    calls.need[slot] -= chunk
    calls.held[slot] += chunk
    replicas.held[at] += chunk
    replicas.read[at] += chunk
    return chunk
