"""Rows of the FinOps Open Cost and Usage Specification (FOCUS) 1.2 as CSV, and with `1.3` what that version renamed.

Columns and rules are those of the specification (CC-BY-4.0) as its validator's rule file for 1.2 states them: the 21
mandatory columns, those that are recommended, and own ones that begin with `x_`. Two quirks are kept on purpose:
amounts always have a point, for validators tell a decimal by it, and `InvoiceId` is empty, because a forecast has none.
A plan that is paid by the month is usage that recurs: a purchase would be one that covers later charges.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

MANDATORY: Final = (
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd",
    "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd",
    "ChargePeriodStart", "ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost", "PricingQuantity",
    "PricingUnit", "ProviderName", "PublisherName", "ServiceCategory", "ServiceName",
)  # fmt: skip
COLUMNS: Final = (
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd",
    "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd",
    "ChargePeriodStart", "CommitmentDiscountStatus", "ConsumedQuantity", "ConsumedUnit", "ContractedCost",
    "ContractedUnitPrice", "EffectiveCost", "InvoiceId", "InvoiceIssuerName", "ListCost", "ListUnitPrice",
    "PricingCategory", "PricingCurrency", "PricingCurrencyContractedUnitPrice", "PricingCurrencyEffectiveCost",
    "PricingCurrencyListUnitPrice", "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName",
    "ServiceCategory", "ServiceName", "ServiceSubcategory", "SkuId", "SkuMeter", "SkuPriceDetails", "SkuPriceId",
    "Tags", "x_Route", "x_RequestCount", "x_CacheHit", "x_DesignRef", "x_PriceSource", "x_Estimated", "x_AvoidedCost",
)  # fmt: skip
# 1.3 asks for who hosts and who sells the service, and keeps the two older names for one more version.
NEWER: Final = ("HostProviderName", "ServiceProviderName")
VERSIONS: Final = ("1.2", "1.3")
DOLLARS: Final = "USD"
DECIMALS: Final = frozenset(
    {"BilledCost", "ConsumedQuantity", "ContractedCost", "ContractedUnitPrice", "EffectiveCost", "ListCost",
     "ListUnitPrice", "PricingCurrencyContractedUnitPrice", "PricingCurrencyEffectiveCost",
     "PricingCurrencyListUnitPrice", "PricingQuantity", "x_AvoidedCost"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge: who is paid for what, when, how much was used, at which price. Dollars, exact.

    `unit_size` is how many units used make one unit that is priced (a million tokens). `details` and `tags` are written
    as JSON. Times are in UTC and end where the next begins.
    """

    account: str
    account_name: str
    period: tuple[str, str]
    charged: tuple[str, str]
    provider: str
    service: str
    category: str
    subcategory: str
    meter: str
    sku: str
    description: str
    cost: Decimal
    used: Decimal | None = None
    used_unit: str = ""
    unit_size: int = 1
    price: Decimal | None = None
    tier: str = "Standard"
    recurring: bool = False
    details: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)


def columns(version: str) -> tuple[str, ...]:
    """The columns of a version, in their order.

    Raises:
        KeyError: no such version is written.
    """
    return {"1.2": COLUMNS, "1.3": (*COLUMNS, *NEWER)}[version]


def decimal(amount: Decimal) -> str:
    """An amount without an exponent and always with a point: `1.0`, `0.000125`."""
    text = f"{amount:f}"
    whole, _, part = text.partition(".")
    return f"{whole}.{part.rstrip('0') or '0'}"


def row(charge: Charge, version: str = "1.2") -> dict[str, str]:
    """One row; a column that has nothing to say is empty, which is null."""
    cost = decimal(charge.cost)
    priced = charge.used / charge.unit_size if charge.used is not None else Decimal(1)
    unit = f"{charge.unit_size} {charge.used_unit}" if charge.unit_size > 1 else charge.used_unit or "Months"
    price = decimal(charge.price * charge.unit_size) if charge.price is not None else cost
    found = dict.fromkeys(columns(version), "")
    found |= {
        "BilledCost": cost, "EffectiveCost": cost, "ContractedCost": cost, "ListCost": cost,
        "BillingAccountId": charge.account, "BillingAccountName": charge.account_name, "BillingCurrency": DOLLARS,
        "BillingPeriodStart": charge.period[0], "BillingPeriodEnd": charge.period[1],
        "ChargePeriodStart": charge.charged[0], "ChargePeriodEnd": charge.charged[1],
        "ChargeCategory": "Usage", "ChargeDescription": charge.description,
        "ChargeFrequency": "Recurring" if charge.recurring else "Usage-Based",
        "ContractedUnitPrice": price, "ListUnitPrice": price, "InvoiceIssuerName": charge.provider,
        "PricingCategory": charge.tier, "PricingCurrency": DOLLARS, "PricingCurrencyContractedUnitPrice": price,
        "PricingCurrencyEffectiveCost": cost, "PricingCurrencyListUnitPrice": price,
        "PricingQuantity": decimal(priced), "PricingUnit": unit,
        "ProviderName": charge.provider, "PublisherName": charge.provider,
        "ServiceCategory": charge.category, "ServiceName": charge.service, "ServiceSubcategory": charge.subcategory,
        "SkuId": charge.sku, "SkuMeter": charge.meter,
        "SkuPriceId": f"{charge.sku}/{charge.details.get('x_ServiceTier', charge.tier.lower())}",
        "SkuPriceDetails": _json(charge.details), "Tags": _json(charge.tags), **charge.own,
    }  # fmt: skip
    used, used_unit = (charge.used, charge.used_unit) if charge.used is not None else (Decimal(1), "Months")
    found |= {"ConsumedQuantity": decimal(used), "ConsumedUnit": used_unit}
    if version != "1.2":
        found |= {"HostProviderName": charge.provider, "ServiceProviderName": charge.provider}
    return found


def focus_csv(charges: Iterable[Charge], version: str = "1.2") -> str:
    """Charges as a CSV file with a heading; lines end with a newline."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns(version), lineterminator="\n")
    writer.writeheader()
    writer.writerows(row(charge, version) for charge in charges)
    return out.getvalue()


def typed(rows: Sequence[Mapping[str, str]], version: str = "1.2") -> dict[str, list[Decimal | str | None]]:
    """The same as columns of values: amounts as decimals, nothing as None; what a table of columns is made from."""
    return {
        name: [(Decimal(item[name]) if name in DECIMALS else item[name]) if item[name] else None for item in rows]
        for name in columns(version)
    }


def _json(words: Mapping[str, str]) -> str:
    return json.dumps(dict(words), ensure_ascii=False) if words else ""
