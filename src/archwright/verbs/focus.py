"""`archwright focus`: the forecast, or what a ledger holds, as rows of the FinOps cost and usage specification."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from archwright.analysis.price import Line, PriceResult
from archwright.analysis.price import price as analyse
from archwright.base.errors import DependencyMissing
from archwright.base.money import dollars
from archwright.base.text import plural, slug
from archwright.ledger.rows import Attempt, Request, decode
from archwright.plan.model import Plan, plan_hash
from archwright.render.focus import Charge, columns, decimal, focus_csv, row, typed
from archwright.spec.settings.models import ModelSettings
from archwright.verbs.answer import Answer
from archwright.verbs.project import Project

AI = ("AI and Machine Learning", "Generative AI")
# Where the lines of a bill stand among the specification's services; tokens stand with AI.
SERVICES = {
    "Accelerator Hours": ("Compute", "Virtual Machines"),
    "Machine Hours": ("Compute", "Virtual Machines"),
    "Storage": ("Storage", "Object Storage"),
    "Egress": ("Networking", "Other (Networking)"),
    "Review Hours": ("Other", "Other (Other)"),
    "Engineering Hours": ("Other", "Other (Other)"),
    "Subscription": ("Other", "Other (Other)"),
    "Calls": ("Other", "Other (Other)"),
}
MILLION = 1_000_000
# Meters of tokens by the kind that a row's details name; those after the third are by the names of a ledger's `kinds`.
KINDS = (
    ("Input Tokens", "input"),
    ("Cached Input Tokens", "cached input"),
    ("Output Tokens", "output"),
    ("Cache Write Tokens", "cache_write_5m"),
    ("Cache Write Tokens 1h", "cache_write_1h"),
    ("Image Tokens", "image"),
    ("Audio Input Tokens", "audio"),
    ("Reasoning Tokens", "reasoning"),
    ("Audio Output Tokens", "speech"),
)
INWARD = frozenset({"cache_write_5m", "cache_write_1h", "image", "audio"})


def focus_project(
    project: Project, out: Path, ledger: str | None = None, version: str = "1.2", parquet: bool = False
) -> Answer:
    """Write the rows of the forecast of a month, or of a ledger, as CSV and on demand as Parquet.

    Raises:
        InputError: the system cannot be priced, or the ledger cannot be read.
        DependencyMissing: Parquet was asked for, and pyarrow is not installed.
    """
    table = _pyarrow() if parquet else None
    plan = project.compiled.plan
    if ledger is None:
        charges = list(forecast_charges(project, analyse(plan, project.compiled.book)))
    else:
        charges = list(ledger_charges(project, plan, ledger))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(focus_csv(charges, version), encoding="utf-8")
    written = [out]
    if table is not None:
        file = out.with_suffix(".parquet")
        _write(table, charges, version, file)
        written.append(file)
    total = sum((charge.cost for charge in charges), Decimal(0))
    words = f"{plural(len(charges), 'row')}, ${total:,.2f}, FOCUS {version}"
    text = "\n".join([words, *(f"wrote {file}" for file in written)])
    data = {"rows": len(charges), "cost": float(total), "version": version, "text": text}
    return Answer("focus", written=tuple(written), data=data, plan=plan_hash(plan))


def forecast_charges(project: Project, priced: PriceResult) -> Iterator[Charge]:
    """A charge for each line of the forecast that costs something, of the month in which the as-of day lies."""
    period = _month(project.as_of)
    book, plan = priced.book, priced.plan
    reference = {"x_DesignRef": plan_hash(plan), "x_Estimated": "true"}
    for line in priced.lines:
        cost = book[line.key].value
        if cost <= 0:
            continue
        source = book[line.price].note if line.price else ""
        own = {**reference, "x_PriceSource": source or "stated in the design", **_avoided(priced, line)}
        yield _forecast(project, plan, line, (cost, priced), period, own)


def _avoided(priced: PriceResult, line: Line) -> dict[str, str]:
    """What the calls that a cache answers would have cost: told beside the charge, never booked as a negative one."""
    book, base = priced.book, f"price.{line.journey}.{slug(line.step)}"
    own = line.key.removesuffix(".input.month")
    if own == line.key or f"{base}.hits" not in book or f"{own}.call" not in book:
        return {}
    hits, calls = book[f"{base}.hits"].value, book[f"{base}.calls.month"].value
    # Of the calls that reach a model, those that this one is paid for by the token: it has that part of the others too.
    paid = book[f"{own}.paid" if f"{own}.paid" in book else f"{own}.billed"].value / book[f"{base}.billed"].value
    return {"x_AvoidedCost": decimal(_exact(hits * calls * paid * book[f"{own}.call"].value))} if hits > 0 else {}


def _forecast(
    project: Project, plan: Plan, line: Line, priced: tuple[float, PriceResult], period: tuple[str, str],
    own: dict[str, str],
) -> Charge:  # fmt: skip
    cost, book = priced[0], priced[1].book
    provider, model = _supplier(project, plan, line.component)
    tokens = line.unit == "Tokens"
    lane = _tier(project, line.component, line.price.startswith(f"prices.{line.component}.batch."))
    used = Decimal(str(round(book[line.quantity].value, 6))) if line.quantity else None
    return Charge(
        account=str(project.system.system), account_name=str(project.system.system), period=period, charged=period,
        provider=provider, service=_service(provider, line),
        category=SERVICES.get(line.meter, AI)[0], subcategory=SERVICES.get(line.meter, AI)[1], meter=line.meter,
        sku=f"{model or line.component or 'system'}/{line.meter}", description=line.title,
        cost=_exact(cost), used=used, used_unit=line.unit, unit_size=MILLION if tokens else 1,
        price=_exact(book[line.price].value) if line.price else None, recurring=not line.quantity,
        details=_details(model, line.meter.lower().removesuffix(" tokens"), lane) if tokens else {},
        tags=_tags(line.component, line.journey, line.step), own=own,
    )  # fmt: skip


def ledger_charges(project: Project, plan: Plan, ledger: str) -> Iterator[Charge]:
    """A charge for each hour, model, kind of tokens, tenant, journey and route of a ledger.

    Raises:
        InputError: the ledger is not there, or holds a line that is none.
    """
    from archwright.runtime.stores import store_for

    requests: dict[str, Request] = {}
    attempts: list[Attempt] = []
    for item in decode(store_for(ledger).read(ledger)[0], ledger):
        if isinstance(item, Request):
            requests[item.request] = item
        elif isinstance(item, Attempt) and item.cost > 0:
            attempts.append(item)
    groups: dict[tuple[str, ...], list[Attempt]] = {}
    for attempt in attempts:
        request = requests.get(attempt.request)
        whose = (request.tenant, request.journey) if request else ("", "")
        key: tuple[str, ...] = (
            attempt.at[:13],
            attempt.target,
            attempt.model,
            attempt.route,
            *whose,
            attempt.lane,
            attempt.price_source,
        )
        groups.setdefault(key, []).append(attempt)
    for key, members in sorted(groups.items()):
        yield from _hour(project, plan, key, members)


def _hour(project: Project, plan: Plan, key: tuple[str, ...], members: list[Attempt]) -> Iterator[Charge]:
    hour, target, model, route, tenant, journey, lane, source = key
    begins = dt.datetime.fromisoformat(f"{hour}:00:00+00:00")
    charged = (_stamp(begins), _stamp(begins + dt.timedelta(hours=1)))
    provider, _ = _supplier(project, plan, target)
    counts = _counts(members)
    left = sum(one.cost for one in members)
    for meter, kind in KINDS:
        for price in sorted({price for _, price in counts[kind]}):
            tokens = sum(count for count, own in counts[kind] if own == price)
            left -= tokens * price
            if tokens:
                yield Charge(
                    account=str(project.system.system), account_name=str(project.system.system),
                    period=_month(begins.date()), charged=charged, provider=provider, service=f"{provider} API",
                    category=AI[0], subcategory=AI[1], meter=meter, sku=f"{model}/{meter}",
                    description=f"{model} {meter.lower()}", cost=dollars(tokens * price), used=Decimal(tokens),
                    used_unit="Tokens", unit_size=MILLION, price=dollars(price),
                    details=_details(model, kind, _tier(project, target, lane == "batch")),
                    tags=_tags(target, journey, "", tenant),
                    own={"x_Route": route, "x_RequestCount": str(len({one.request for one in members})),
                         "x_DesignRef": members[0].plan, "x_PriceSource": source,
                         "x_Estimated": "true" if any(one.estimated for one in members) else "false"},
                )  # fmt: skip
    if left:
        yield Charge(
            account=str(project.system.system), account_name=str(project.system.system), period=_month(begins.date()),
            charged=charged, provider=provider, service=f"{provider} API", category=AI[0], subcategory=AI[1],
            meter="Requests", sku=f"{model}/Requests", description=f"{model} besides plain tokens",
            cost=dollars(left), used=Decimal(len(members)), used_unit="Requests", price=dollars(left) / len(members),
            tags=_tags(target, journey, "", tenant),
            own={"x_Route": route, "x_DesignRef": members[0].plan, "x_PriceSource": source},
        )  # fmt: skip


def _counts(members: list[Attempt]) -> dict[str, list[tuple[int, int]]]:
    """Tokens and their price, call by call, by kind: each token is counted once."""
    found: dict[str, list[tuple[int, int]]] = {kind: [] for _, kind in KINDS}
    for one in members:
        aside_in = sum(count for kind, count, _ in one.kinds if kind in INWARD)
        aside_out = sum(count for kind, count, _ in one.kinds if kind not in INWARD)
        found["input"].append((one.tokens_in - one.tokens_cached - aside_in, one.price_in))
        found["cached input"].append((one.tokens_cached, one.price_cached))
        found["output"].append((one.tokens_out - aside_out, one.price_out))
        for kind, count, price in one.kinds:
            found.setdefault(kind, []).append((count, price))
    return found


def _service(provider: str, line: Line) -> str:
    """A service has one category, so what a component keeps is another one than the machines that it runs on."""
    return f"{provider} API" if line.unit == "Tokens" else f"{line.title.partition(':')[0]}, {line.meter.lower()}"


def _supplier(project: Project, plan: Plan, component: str) -> tuple[str, str]:
    """Who is paid for a component, and the model that it is: its supplier, its provider, or the house itself."""
    target = next((item for item in plan.targets if item.name == component), None)
    item = project.system.components.get(component)
    known = str(item.supplier.name) if item is not None and item.supplier is not None else ""
    house = str(project.system.owner or project.system.system)
    return known or (target.provider if target else house), target.model if target else ""


def _tier(project: Project, component: str, batch: bool) -> str:
    """The tier in which tokens are bought: the batch lane, or the one in which a component's real-time calls are."""
    item = project.system.components.get(component)
    settings = item.settings_as(ModelSettings) if item is not None else None
    return "batch" if batch else settings.service_tier if settings is not None else "standard"


def _details(model: str, kind: str, tier: str = "standard") -> dict[str, str]:
    return {"x_Model": model, "x_TokenType": kind, "x_ServiceTier": tier}


def _tags(component: str, journey: str, step: str, tenant: str = "") -> dict[str, str]:
    words = {"component": component, "journey": journey, "step": step, "tenant": tenant}
    return {name: word for name, word in words.items() if word}


def _exact(amount: float) -> Decimal:
    """Dollars of pico-dollars, whole ones."""
    return dollars(round(amount))


def _month(day: dt.date) -> tuple[str, str]:
    first = dt.datetime(day.year, day.month, 1, tzinfo=dt.UTC)
    later = dt.datetime(day.year + day.month // 12, day.month % 12 + 1, 1, tzinfo=dt.UTC)
    return _stamp(first), _stamp(later)


def _stamp(when: dt.datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        message = "Parquet needs pyarrow: install `archwright[finops]`, or write CSV"
        raise DependencyMissing(message) from error
    return pyarrow


def _write(pyarrow: Any, charges: list[Charge], version: str, file: Path) -> None:
    found = typed([row(charge, version) for charge in charges], version)
    exact = pyarrow.decimal128(38, 12)
    types = {name: exact if any(isinstance(v, Decimal) for v in found[name]) else pyarrow.string() for name in found}
    arrays = [
        pyarrow.array(
            [v.quantize(Decimal(1).scaleb(-12)) if isinstance(v, Decimal) else v for v in found[name]], types[name]
        )
        for name in columns(version)
    ]
    pyarrow.parquet.write_table(pyarrow.table(arrays, names=list(columns(version))), file)
