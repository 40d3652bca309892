"""The providers of models in virtual time: the laws of `policy.provider` under the faults of a scenario."""

from __future__ import annotations

from archwright.analysis.stress.kernel.tables import Record, State
from archwright.analysis.stress.kernel.weather import weather_of
from archwright.plan.workload import STREAMED
from archwright.policy import bucket, chance, provider, route
from archwright.policy.bucket import Bucket, Level
from archwright.policy.lanes import BATCH
from archwright.policy.provider import Limits, Meter, Pace


def begin(s: State, now: float, number: int, timeout_s: float) -> None:
    """Begin a call that its caller gives up after `timeout_s`, and write down how it will end."""
    call = s.calls[number]
    fresh(call)
    again_s = enter(s, now, number)
    if again_s > 0.0:
        call.outcome = route.OVERLOAD
        call.after_s = 0.0
        call.retry_after = again_s
        return
    call.let_in = 1
    walk = s.walks[call.walk]
    target = s.targets[call.target]
    weather = weather_of(s, now, s.meters[call.target])
    luck = chance.stem(s.desk[0].seed, walk.request, call.attempt)
    slower = target.batch_slower if s.journeys[s.trips[walk.trip].journey].lane == BATCH else 1.0
    slow = slower * weather.slow
    pace = Pace(target.first_token_s, target.per_token_s, target.prefill_rate, target.spread)
    first = pace_luck = 0.0
    if target.spread > 0.0:
        first = chance.off(luck, chance.FIRST_TOKEN)
    working = (1.0 - target.error_rate) * (1.0 - weather.errors)
    fails = weather.down == 1
    if not fails and working < 1.0:
        fails = chance.off(luck, chance.ERROR) < 1.0 - working
    patience_s = timeout_s
    if target.first_content_s > 0.0 and walk.tokens_out > STREAMED:
        patience_s = min(timeout_s, target.first_content_s * slower)
    if fails:
        _fail(s, number, provider.failure_s(pace, slow, first), patience_s)
        return
    if target.spread > 0.0:
        pace_luck = chance.off(luck, chance.PACE)
    timing = provider.timing(pace, float(walk.tokens_in), float(walk.tokens_out), slow, first, pace_luck)
    if timing.first_s > patience_s:
        call.outcome = route.TIMEOUT
        call.after_s = patience_s
        return
    _answer(s, number, timing, timeout_s)


def called_off(s: State, now: float, number: int, began: float, slow: float) -> None:
    """How a call ends that its caller gives up now: what is written is billed."""
    call = s.calls[number]
    walk = s.walks[call.walk]
    target = s.targets[call.target]
    luck = chance.stem(s.desk[0].seed, walk.request, call.attempt)
    pace = Pace(target.first_token_s, target.per_token_s, target.prefill_rate, target.spread)
    first, pace_luck = chance.off(luck, chance.FIRST_TOKEN), chance.off(luck, chance.PACE)
    timing = provider.timing(pace, float(walk.tokens_in), float(walk.tokens_out), slow, first, pace_luck)
    written = provider.written(timing, walk.tokens_out, now - began)
    answers = call.tokens_in > 0 and written > 0
    fresh(call)
    call.outcome = route.CUT
    call.after_s = now - began
    call.let_in = 1
    if answers:
        call.tokens_in = walk.tokens_in
        call.tokens_out = written


def fresh(call: Record) -> None:
    """Nothing has come of a call yet."""
    call.tokens_in = 0
    call.tokens_out = 0
    call.after_s = 0.0
    call.begins_s = -1.0
    call.retry_after = 0.0
    call.let_in = 0


def enter(s: State, now: float, number: int) -> float:
    """Let a call in (0.0), or say when to come back."""
    call = s.calls[number]
    walk = s.walks[call.walk]
    meter = s.meters[call.target]
    weather = weather_of(s, now, meter)
    law = Limits(
        Bucket(weather.request_rate, weather.request_burst),
        Bucket(weather.token_rate, weather.token_burst),
        weather.concurrent,
        weather.again_s,
    )
    before = Meter(Level(meter.requests, meter.requests_at), Level(meter.tokens, meter.tokens_at), meter.working)
    entry = provider.enter(law, before, now, float(walk.tokens_in + walk.tokens_out))
    after = entry.meter
    meter.requests = after.requests.held
    meter.requests_at = after.requests.at
    meter.tokens = after.tokens.held
    meter.tokens_at = after.tokens.at
    meter.working = after.working
    if entry.retry_after > 0.0:
        row = s.called[call.target]
        if 0 < law.concurrent <= before.working:
            row.r_concurrent += 1
        elif bucket.take(law.requests, before.requests, now, 1.0).wait > 0.0:
            row.r_requests += 1
        else:
            row.r_tokens += 1
    return float(entry.retry_after)


def _fail(s: State, number: int, failure_s: float, timeout_s: float) -> None:
    """An error, unless the caller has given up by then. Neither is billed."""
    call = s.calls[number]
    call.outcome = route.TIMEOUT if failure_s > timeout_s else route.TRANSIENT
    call.after_s = min(failure_s, timeout_s)


def _answer(s: State, number: int, timing: provider.Timing, timeout_s: float) -> None:
    """An answer as far as it comes in time. Only a streamed one has begun before it is whole."""
    call = s.calls[number]
    walk = s.walks[call.walk]
    streamed = walk.tokens_out > STREAMED
    call.outcome = route.TIMEOUT
    call.after_s = timeout_s
    call.tokens_in = walk.tokens_in
    call.begins_s = timing.first_s if streamed else -1.0
    if timing.last_s <= timeout_s:
        call.outcome = route.OK
        call.after_s = timing.last_s
        call.tokens_out = walk.tokens_out
        return
    call.tokens_out = provider.written(timing, walk.tokens_out, timeout_s)
    if streamed:
        call.outcome = route.CUT
