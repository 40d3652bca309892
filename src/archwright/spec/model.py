"""What a system is: the sections of the file as records. Every verb reads the same `System`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from archwright.spec.accepted import Acceptance
from archwright.spec.attestations import Attestation
from archwright.spec.budget import Budget
from archwright.spec.calendar import Moment
from archwright.spec.charges import Charges
from archwright.spec.context import Context
from archwright.spec.decisions import Decision
from archwright.spec.given import Given, Word
from archwright.spec.handling import IDENTITIES, CallerLimit, Kept, Supplier
from archwright.spec.kind import Kind
from archwright.spec.kinds import KINDS
from archwright.spec.metrics import Metric
from archwright.spec.operation import Operation
from archwright.spec.risks import Risk
from archwright.spec.shape import WeekShape
from archwright.spec.shapes import (
    Record,
    by_kind,
    choice,
    flag,
    many,
    moment,
    named,
    number,
    one,
    reference,
    references,
    text,
    texts,
    truth,
)  # fmt: skip

S = TypeVar("S", bound=Record)

SENSITIVITIES = ("public", "internal", "confidential", "personal", "special-category")
STAGES = ("idea", "prototype", "pilot", "production", "retired")
MEASURES = ("p50", "p95", "p99", "availability", "full-answers", "cost", "cache-hit", "quality")


@dataclass(frozen=True, kw_only=True)
class Repetition(Record):
    """How often the same thing is asked: what a cache can catch."""

    answers: Given = number("count", "different questions behind the requests", estimate=True, minimum=1, maximum=1e7)
    skew: Given = number(
        "number", "exponent of the Zipf law over them; 0 is even", default=1.0, maximum=4, estimate=True
    )
    wordings: Given = number("count", "ways in which each is worded", default=1, minimum=1, maximum=1000, estimate=True)
    semantic: Given = number(
        "share", "requests whose wording a semantic cache sees through, as measured", default="0 %", maximum=1,
        estimate=True,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TokenLaw(Record):
    """A number of tokens: the median, and the sigma of its log-normal spread."""

    SHORT: ClassVar[str] = "median"
    median: Given = number("count", "median number of tokens", estimate=True, maximum=1e7)
    spread: Given = number("number", "sigma of the log-normal spread", default=0, maximum=3, estimate=True)


@dataclass(frozen=True, kw_only=True)
class Tokens(Record):
    """Tokens of one model call."""

    system: Given = number("count", "instructions, the same in every call", default=0, maximum=1e7, estimate=True)
    input: TokenLaw = one(TokenLaw, "question and context")
    output: TokenLaw = one(TokenLaw, "answer")
    growth: Given = number("count", "tokens that each repeat adds to the input", default=0, maximum=1e7, estimate=True)
    prefix: bool = flag("a repeat finds the input of the one before in the supplier's prompt cache")
    images: Given = number("number", "pictures in each call, in the mean", default=0, maximum=1000, estimate=True)
    image_tokens: Given = number(
        "count", "tokens of one picture, as the supplier counts them", default=0, maximum=1e6, estimate=True
    )
    audio: Given = number("count", "tokens of sound in each call", default=0, maximum=1e7, estimate=True)
    reasoning: Given = number(
        "share", "share of the output that is thought and not shown", default="0 %", maximum=1, estimate=True
    )
    speech: Given = number("share", "share of the output that is sound", default="0 %", maximum=1, estimate=True)


@dataclass(frozen=True, kw_only=True)
class Pause(Record):
    """A time in which somebody or something else is at work: its median, and the sigma of its log-normal spread."""

    SHORT: ClassVar[str] = "median"
    median: Given = number("duration", "median time", estimate=True, positive=True, maximum=30 * 86400)
    spread: Given = number("number", "sigma of the log-normal spread", default=0, maximum=3, estimate=True)


@dataclass(frozen=True, kw_only=True)
class Repeats(Record):
    """How often a step runs: a geometric number with this mean, never more than `most`; always that if both are one."""

    SHORT: ClassVar[str] = "mean"
    mean: Given = number("number", "mean number of runs", default=1, minimum=1, maximum=1000, estimate=True)
    most: Given = number("count", "never more than so many", default=8, minimum=1, maximum=1000)
    pause: Pause | None = one(Pause, "time between two runs: tools, thinking", default=None)


@dataclass(frozen=True, kw_only=True)
class Step(Record):
    """One step of a journey: where it happens and, if it calls a model, by which route and with how many tokens."""

    name: Word = text("what happens")
    at: Word = reference("components", "the component at work")
    route: Word | None = reference("routes", "the gateway's route for its model call", default=None)
    tokens: Tokens | None = one(Tokens, "tokens of the model call", default=None)
    probability: Given = number(
        "share", "share of journeys that take this step", default="100 %", maximum=1, estimate=True
    )
    repeats: Repeats = one(Repeats, "an agent's loop", default=Repeats())
    parallel: bool = flag("runs beside the step before it")
    background: bool = flag("the journey does not wait for it")
    on_failure: str = choice(("fail", "skip"), "what the journey does when the step fails", default="fail")


@dataclass(frozen=True, kw_only=True)
class Journey(Record):
    """A named kind of request: its volume, its shape over time and its path through the components."""

    summary: Word = text("what a user wants", default="")
    critical: bool = flag("business stops without it")
    lane: str = choice(("realtime", "batch"), "does somebody wait for it? Batch gives way", default="realtime")
    priority: str = choice(("high", "normal", "low"), "whose work goes first where work waits", default="normal")
    volume: Given = number("rate", "journeys, such as 1.2M/month", estimate=True, positive=True, maximum=1e7)
    growth: Given = number(
        "share", "growth of the volume a month", default="0 %", minimum=-1, maximum=10, estimate=True
    )
    peak: Given = number(
        "ratio", "rate in the busiest hour over the mean rate", default="1x", minimum=1, maximum=1000, estimate=True
    )
    burstiness: Given = number(
        "number",
        "coefficient of variation of the time between arrivals; 1 is Poisson",
        default=1,
        maximum=100,
        positive=True,
        estimate=True,
    )
    shape: WeekShape | None = one(WeekShape, "how the rate runs over the day and the week", default=None)
    users: Given | None = number(
        "count", "so many users who come back after each visit, in place of arrivals; the volume is what is priced",
        default=None, minimum=1, maximum=1_000_000,
    )  # fmt: skip
    think: Pause | None = one(Pause, "for `users`: time from the end of a visit to the next one", default=None)
    repetition: Repetition | None = one(
        Repetition, "how often the same is asked; nothing repeats if left out", default=None
    )
    monthly_users: Given | None = number(
        "count", "different users a month: what one of them costs", default=None, estimate=True, positive=True
    )
    resolved: Given | None = number(
        "share", "share that settles what was asked", default=None, maximum=1, estimate=True
    )
    trace: Word = text(
        "recorded traffic that replaces volume, burstiness and tokens; a path beside this file", default=""
    )
    traced_step: Word = text("the step whose tokens the trace gives; the first model call if left out", default="")
    steps: tuple[Step, ...] = many(Step, "the path")


@dataclass(frozen=True, kw_only=True)
class Tenant(Record):
    """Who pays: a share of the requests, and limits."""

    share: Given = number("share", "share of all journeys", maximum=1, estimate=True)
    budget: Given | None = number("money-rate", "spend cap", default=None, positive=True)
    requests: Given | None = number("rate", "requests let in", default=None, positive=True)
    tokens: Given | None = number("rate", "expected tokens of the requests let in", default=None, positive=True)
    concurrent: Given | None = number("count", "requests at once", default=None, minimum=1)


@dataclass(frozen=True, kw_only=True)
class Workload(Record):
    """What the system is asked to do."""

    journeys: Mapping[str, Journey] = named(Journey, "kinds of requests", section="journeys", required=True)
    tenants: Mapping[str, Tenant] = named(Tenant, "who pays", section="tenants")


@dataclass(frozen=True, kw_only=True)
class Part(Record):
    """A group of components drawn in one frame; a trust other than `ours` makes its frame a trust boundary."""

    title: Word = text("heading of the frame")
    trust: str = choice(("ours", "supplier", "public"), "whose it is", default="ours")


@dataclass(frozen=True, kw_only=True)
class Component(Record):
    """A part of the system."""

    kind: Word = choice(KINDS.names(), "what it is")
    title: Word = text("name in pictures and reports", default="")
    summary: Word = text("what it does", default="")
    owner: Word = text("who answers for it; the system's owner by default", default="")
    technology: Word = text("which product it is, by its name in `archwright catalogue`", default="")
    group: Word | None = reference("groups", "the frame it is drawn in", default=None)
    replicas: Given = number("count", "how many run side by side", default=1, minimum=1, maximum=100_000)
    region: Word = text("where it runs, such as `eu-west-1`", default="")
    stage: str = choice(STAGES, "where it stands in its life", default="production")
    state: Word = text("what it remembers", default="")
    failure: Word = text("what is lost when it fails", default="")
    data: tuple[Word, ...] = references("data", "data classes it keeps")
    kept: Kept = one(Kept, "how it keeps them", default=Kept())
    mtbf: Given | None = number(
        "duration", "mean time from the end of a failure to the next one", default=None, positive=True, estimate=True
    )
    mttr: Given | None = number("duration", "mean time of a failure", default=None, positive=True, estimate=True)
    supplier: Supplier | None = one(Supplier, "the terms of who runs it for us", default=None)
    charges: Charges | None = one(Charges, "what it costs besides tokens, accelerators and wages", default=None)
    settings: Record = by_kind(lambda name: KINDS.get(name).settings, KINDS.names, "settings of its kind")

    @property
    def of_kind(self) -> Kind:
        """The kind, with its traits."""
        return KINDS.get(self.kind)

    def has(self, *traits: str) -> bool:
        """Whether its kind has all of `traits`."""
        return self.of_kind.traits.issuperset(traits)

    def settings_as(self, record: type[S]) -> S | None:
        """Its settings, if they are of that family."""
        return self.settings if isinstance(self.settings, record) else None


@dataclass(frozen=True, kw_only=True)
class Retry(Record):
    """Trying again: how often, how long between, and how much of the traffic may be retries."""

    attempts: Given = number("count", "attempts in all", default=2, minimum=1, maximum=20)
    backoff: Given | None = number("duration", "first pause; each next one doubles, with full jitter", default=None)
    longest: Given = number("duration", "longest pause", default="10 s")
    budget: Given | None = number("share", "retries as a share of requests", default=None, maximum=1)


@dataclass(frozen=True, kw_only=True)
class Breaker(Record):
    """Leaving a failing target alone for a while."""

    failures: Given = number("count", "failures in a row that open it", default=5, minimum=1, maximum=10_000)
    open_for: Given = number("duration", "time until it is probed", default="30 s", positive=True)
    probes: Given = number("count", "probes at once, and successes that close it", default=1, minimum=1, maximum=1000)
    ramp: Given | None = number(
        "duration",
        "once closed, it lets 10 % of the calls through, and all at the end",
        default=None,
        positive=True,
    )
    slower_than: Given | None = number(
        "ratio",
        "an answer that takes so many times as long to begin as is usual for the target counts as a failure",
        default=None,
        minimum=1,
        maximum=1000,
    )


@dataclass(frozen=True, kw_only=True)
class Flow(Record):
    """A flow between two components."""

    source: Word = reference("components", "where it starts", key="from")
    target: Word = reference("components", "where it ends", key="to")
    label: Word = text("what flows, in two or three words", default="")
    mode: str = choice(("sync", "async"), "does the caller wait?", default="sync")
    interface: Word = text("protocol or API", default="")
    data: tuple[Word, ...] = references("data", "data classes it carries")
    timeout: Given | None = number("duration", "the caller waits no longer", default=None, positive=True)
    connect: Given | None = number("duration", "longest wait for a connection", default=None, positive=True)
    first_content: Given | None = number(
        "duration", "longest wait for the first content of a stream", default=None, positive=True
    )
    stall: Given | None = number("duration", "longest pause within a stream", default=None, positive=True)
    retry: Retry | None = one(Retry, "trying again", default=None)
    breaker: Breaker | None = one(Breaker, "leaving a failing target alone", default=None)
    encrypted: str = truth("is it encrypted on its way?")
    identity: str = choice(IDENTITIES, "with whose rights the source acts at the target", default="unknown")
    limit: CallerLimit | None = one(CallerLimit, "how much one caller may ask for", default=None)
    returns: bool = flag("goes against the reading direction of the picture", key="return")


@dataclass(frozen=True, kw_only=True)
class DataClass(Record):
    """A class of data and what may be done with it."""

    summary: Word = text("what it is", default="")
    sensitivity: str = choice(SENSITIVITIES, "how sensitive it is")
    residency: tuple[Word, ...] = texts("regions it must stay in, such as `eu`; anywhere if left out")
    retention: Given | None = number("duration", "kept no longer", default=None)
    deletion: Word = text("how it is deleted, copies included", default="")
    authors: str = choice(("ours", "outsiders", "unknown"), "who can write what is in it", default="unknown")
    readers: str = choice(("everyone", "by-permission", "unknown"), "which callers may see it", default="unknown")
    basis: Word = text("why it may be processed: consent, contract, law", default="")
    prompts: str = choice(("unrecorded", "recorded"), "may prompts that hold it be kept?", default="unrecorded")


@dataclass(frozen=True, kw_only=True)
class Objective(Record):
    """A promise that can be tested."""

    measure: str = choice(MEASURES, "what is measured")
    journey: Word | None = reference("journeys", "of which journey; of all if left out", default=None)
    at_most: Given | None = number("any", "upper limit", default=None)
    at_least: Given | None = number("any", "lower limit", default=None)
    metric: Word = text("for quality: the metric and its evidence", default="")


@dataclass(frozen=True, kw_only=True)
class Change(Record):
    """One thing that happens in a scenario."""

    what: str = choice(
        ("load", "down", "slow", "errors", "limit", "brown-out"),
        "what changes; `limit` is a supplier's limit or a share of the servers, `brown-out` is slow, errors and limit",
    )
    component: Word | None = reference("components", "of which component; `load` has none", default=None)
    components: tuple[Word, ...] = references("components", "several at once, by one cause")
    region: Word = text("everything that runs in this region", default="")
    journey: Word | None = reference("journeys", "for `load`: of which journey; of all if left out", default=None)
    factor: Given = number(
        "ratio", "load, slowness or limit times so much; a brown-out is so much slower and has so much less room",
        default="1x", maximum=1e6,
    )  # fmt: skip
    share: Given = number("share", "for `errors` and `brown-out`: calls that fail", default="100 %", maximum=1)
    ramp: bool = flag("for `load`: it grows evenly from 1 to the factor, over all the time that it lasts")
    at: Given = number("duration", "begins so long after the start", default="0 s")
    lasts: Given = number("duration", "ends after so long", positive=True)


@dataclass(frozen=True, kw_only=True)
class Scenario(Record):
    """What the system must survive."""

    summary: Word = text("what happens", default="")
    lasts: Given = number("duration", "how much time is looked at", default="10 min", positive=True, maximum=32e6)
    begins: Moment | None = moment("when it begins, such as `Mon 08:00`; in the busiest hour if left out")
    months: Given = number("count", "so many months from now: every journey has grown", default=0, maximum=120)
    caches: str = choice(
        ("warm", "cold"), "what they hold as it begins: what traffic like this left in them, or nothing", default="warm"
    )
    failures: bool = flag("components fail as their `mtbf` and `mttr` say, drawn by the seed")
    changes: tuple[Change, ...] = many(Change, "what happens when; nothing is the baseline")


@dataclass(frozen=True, kw_only=True)
class System(Record):
    """An AI system, written down once."""

    system: Word = text("its name")
    summary: Word = text("what it is for, in one sentence", default="")
    owner: Word = text("who answers for it", default="")
    include: tuple[Word, ...] = texts("files beside this one whose sections are added to it")
    context: Context = one(Context, "where it is used and what it does to people", default=Context())
    data: Mapping[str, DataClass] = named(DataClass, "classes of data", section="data")
    groups: Mapping[str, Part] = named(Part, "frames of the picture", section="groups")
    components: Mapping[str, Component] = named(Component, "the parts", section="components", required=True)
    flows: tuple[Flow, ...] = many(Flow, "what flows between them")
    workload: Workload = one(Workload, "what it is asked to do", default=Workload(journeys={}))
    objectives: Mapping[str, Objective] = named(Objective, "promises", section="objectives")
    scenarios: Mapping[str, Scenario] = named(Scenario, "what it must survive", section="scenarios")
    metrics: Mapping[str, Metric] = named(Metric, "outcomes that it is there for", section="metrics")
    investment: Given | None = number("money", "what building it costs, once", default=None, estimate=True)
    budget: Budget | None = one(Budget, "what may be spent in a month", default=None)
    operation: Operation = one(Operation, "how it is run", default=Operation())
    attestations: Mapping[str, Attestation] = named(Attestation, "what somebody vouches for")
    risks: Mapping[str, Risk] = named(Risk, "what may go wrong, and what is done about it", section="risks")
    accepted: tuple[Acceptance, ...] = many(Acceptance, "findings that somebody answers for, until a day")
    decisions: Mapping[str, Decision] = named(Decision, "what was decided, and on what", section="decisions")

    def with_trait(self, *traits: str) -> dict[str, Component]:
        """Components that have all of `traits`, by name, in file order."""
        return {name: item for name, item in self.components.items() if item.has(*traits)}

    def flow(self, source: str, target: str) -> Flow | None:
        """The first flow from `source` to `target`."""
        return next((flow for flow in self.flows if flow.source == source and flow.target == target), None)

    def called(self, component: str) -> str:
        """What a component is called in pictures and reports: its title, else its name."""
        return str(self.components[component].title or component)

    def owner_of(self, component: str) -> str:
        """Who answers for a component: its own owner, else the system's."""
        return self.components[component].owner or self.owner
