"""Where a system is used and what it does to people: the facts that a risk tier and obligations follow from.

Vocabularies are closed, so that nothing is read out of prose. A list that is left out is unknown; an empty list says
that there is none of it; `unknown` in a list says that there may be more. What is unknown is never read as good.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from archwright.base.errors import Problem
from archwright.base.text import nearest
from archwright.spec.day import Day
from archwright.spec.given import Given, Word
from archwright.spec.shapes import Record, choice, choices, day, many, named, number, one, text, texts

UNKNOWN: Final = "unknown"
TRUTH: Final = ("true", "false", UNKNOWN)

# The areas of Annex III of Regulation (EU) 2024/1689 in the words of the file, in the order of the annex.
HIGH_RISK_USES: Final = (
    "remote-biometric-identification", "biometric-categorisation", "emotion-recognition",
    "critical-infrastructure-safety",
    "education-admission", "learning-assessment", "education-level-assessment", "exam-monitoring",
    "recruitment", "worker-management",
    "public-benefits", "credit-scoring", "life-or-health-insurance", "emergency-dispatch",
    "victim-risk", "police-polygraph", "evidence-reliability", "reoffending-risk", "criminal-profiling",
    "migration-polygraph", "migration-risk", "asylum-or-visa-examination", "border-identification",
    "judicial-assistance", "election-influence",
)  # fmt: skip
# What is easily taken for one of them and is not.
NEAR_MISSES: Final = (
    "biometric-verification", "fraud-detection", "travel-document-verification", "campaign-logistics",
    "shift-planning", "property-insurance", "tutoring", "predictive-maintenance", "appointment-booking",
)  # fmt: skip
ORDINARY_USES: Final = (
    "clinical-documentation", "clinical-decision-support", "coding-assistant", "content-moderation",
    "customer-support", "data-analysis", "document-processing", "forecasting", "internal-search", "it-support",
    "legal-research", "marketing-content", "meeting-notes", "news-publishing", "personal-assistant",
    "product-recommendation", "public-information", "quality-inspection", "sales-assistance", "software-testing",
    "spam-filtering", "summarisation", "translation",
)  # fmt: skip
USE_CASES: Final = (*HIGH_RISK_USES, *NEAR_MISSES, *ORDINARY_USES)
FUNCTIONS: Final = (
    "scores-persons", "social-scoring", "exploits-vulnerability", "deceptive-technique", "crime-prediction",
    "face-scraping", "emotion-inference", "biometric-categorisation", "infers-sensitive-traits",
    "realtime-remote-identification",
    "generates-text", "generates-image", "generates-audio", "generates-video", "deep-fakes", "public-interest-text",
)  # fmt: skip
AFFECTED: Final = (
    "customers", "prospects", "users", "employees", "contractors", "job-applicants", "students", "patients",
    "borrowers", "policyholders", "citizens", "migrants", "suspects", "suppliers", "public",
)  # fmt: skip
VULNERABLE: Final = ("children", "older-people", "people-with-disabilities", "people-in-hardship", "patients")
EFFECTS: Final = ("none", "informational", "operational", "legal-or-similar", UNKNOWN)
MODES: Final = ("advises", "reviewed", "automatic", UNKNOWN)
MARKETS: Final = (
    "eu", "uk", "switzerland", "norway", "us", "canada", "brazil", "japan", "south-korea", "india", "china",
    "singapore", "australia", "other",
)  # fmt: skip
ROLES: Final = (
    "provider", "deployer", "importer", "distributor", "authorised-representative", "product-manufacturer",
    "gpai-provider",
)  # fmt: skip
INDUSTRIES: Final = (
    "general", "education", "energy", "finance", "health", "hr", "legal", "manufacturing", "media", "public",
    "retail", "software", "telecom", "transport", UNKNOWN,
)  # fmt: skip
TIERS: Final = ("minimal", "limited", "high-risk", "prohibited-practice-possible")  # the mildest first
PRACTICES: Final = (
    "manipulation", "exploiting-vulnerability", "social-scoring", "crime-prediction", "face-scraping",
    "emotion-at-work-or-school", "sensitive-categorisation", "realtime-identification", "intimate-imagery",
    "child-abuse-imagery",
)  # fmt: skip
CONDITIONS: Final = ("narrow-task", "improves-finished-work", "detects-patterns", "preparatory-task")


@dataclass(frozen=True, kw_only=True)
class People(Record):
    """Whom the output reaches."""

    affected: tuple[Word, ...] | None = choices(AFFECTED, "who is affected by the output")
    vulnerable: tuple[Word, ...] | None = choices(VULNERABLE, "groups among them that need more care")
    workers: str = choice(TRUTH, "is it used on people at work?", default=UNKNOWN)
    students: str = choice(TRUTH, "is it used on people in education?", default=UNKNOWN)
    informed: Word = text("how they learn that it is used on them", default="")


@dataclass(frozen=True, kw_only=True)
class Decisions(Record):
    """What its output does to them, and who stands between."""

    effect: str = choice(EFFECTS, "the strongest effect of its output on a person", default=UNKNOWN)
    mode: str = choice(MODES, "it advises, a person reviews each output, or it acts by itself", default=UNKNOWN)
    reversible: str = choice(TRUTH, "can an effect be undone?", default=UNKNOWN)
    contest: Word = text("where a person can object and be heard by a person", default="")
    profiling: str = choice(TRUTH, "does it evaluate personal aspects of natural persons?", default=UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Transparency(Record):
    """What people are told about the machine."""

    interacts: str = choice(TRUTH, "do persons talk or write to it directly?", default=UNKNOWN)
    disclosed: str = choice(TRUTH, "are they told that it is a machine?", default=UNKNOWN)
    marked: str = choice(TRUTH, "is what it generates marked in a machine-readable way?", default=UNKNOWN)
    labelled: str = choice(TRUTH, "are deep fakes and published texts labelled as artificial?", default=UNKNOWN)
    noticed: str = choice(TRUTH, "are people told of emotion recognition or biometric categorisation?", default=UNKNOWN)
    media_safeguards: str = choice(
        TRUTH, "is generating intimate or abusive pictures of people prevented?", default=UNKNOWN
    )


@dataclass(frozen=True, kw_only=True)
class Market(Record):
    """What we are on a market; where its output is used counts, wherever it runs."""

    SHORT: ClassVar[str] = "roles"
    roles: tuple[Word, ...] | None = choices(ROLES, "what we are there in the eyes of the law")
    since: Day | None = day("first day on which this system was on the market or in service there", default=None)


@dataclass(frozen=True, kw_only=True)
class Derogation(Record):
    """The claim that a listed use is not high-risk after all (Art. 6(3) of the EU AI Act)."""

    condition: str = choice(CONDITIONS, "the condition that it rests on")
    assessment: Word = text("where the assessment is written down", default="")
    no_significant_risk: str = choice(TRUTH, "does it conclude that there is no significant risk?", default=UNKNOWN)
    registered: str = choice(TRUTH, "is the claim registered in the EU database?", default=UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class PracticeException(Record):
    """An exception from a prohibited practice that the law lists, and where it is argued."""

    practice: str = choice(PRACTICES, "the practice")
    reason: Word = text("the exception, in one sentence")
    assessment: Word = text("where it is written down", default="")


@dataclass(frozen=True, kw_only=True)
class Context(Record):
    """Where the system is used and what it does to people."""

    industry: str = choice(INDUSTRIES, "the industry, which picks the checklist", default=UNKNOWN)
    markets: Mapping[str, Market] = named(Market, f"where its output is used: {', '.join(MARKETS)}")
    use_cases: tuple[Word, ...] | None = choices(USE_CASES, "what it is used for")
    functions: tuple[Word, ...] | None = choices(FUNCTIONS, "what it does that the law looks at")
    unsupported_uses: tuple[Word, ...] = texts("what it must not be used for")
    limits: tuple[Word, ...] = texts("what it does not know or cannot do")
    people: People = one(People, "whom the output reaches", default=People())
    decisions: Decisions = one(Decisions, "what it does to them, and who stands between", default=Decisions())
    transparency: Transparency = one(Transparency, "what they are told", default=Transparency())
    own_brand: str = choice(TRUTH, "is it offered under our own name?", default=UNKNOWN)
    substantial_change: str = choice(TRUTH, "did we change somebody's system substantially?", default=UNKNOWN)
    public_body: str = choice(TRUTH, "are we a public body, or do we serve the public for one?", default=UNKNOWN)
    safety_component: str = choice(TRUTH, "is it, or is it in, the safety component of a product?", default=UNKNOWN)
    product_assessment: str = choice(TRUTH, "must a third party assess that product?", default=UNKNOWN)
    controls_input: str = choice(TRUTH, "do we decide what data goes in?", default=UNKNOWN)
    fine_tune_share: Given | None = number(
        "share", "training compute that we added, as a share of the original", default=None, estimate=True
    )
    declared_tier: str = choice((*TIERS, UNKNOWN), "the risk tier that we say it has", default=UNKNOWN)
    derogation: Derogation | None = one(Derogation, "the claim that a listed use is not high-risk", default=None)
    exceptions: tuple[PracticeException, ...] = many(PracticeException, "exceptions from prohibited practices")

    @property
    def in_eu(self) -> str:
        """Whether the EU is a market: true, false, or unknown where no market is named."""
        return ("true" if "eu" in self.markets else "false") if self.markets else UNKNOWN


def judge_context(context: Context) -> Iterator[Problem]:
    """What no single key shows: markets that nobody knows, a list that says two things."""
    for name, market in context.markets.items():
        if name not in MARKETS:
            hint = nearest(name, MARKETS)
            mend = f"did you mean `{hint}`?" if hint else f"one of: {', '.join(MARKETS)}"
            yield Problem("unknown-word", f"`{name[:80]}` is no market that is known", market.where, mend)
    for use in context.exceptions:
        if not use.reason.strip():
            yield Problem("missing-key", "an exception has no reason", use.reason.where, "say which one, and why")
