"""What a system costs: the forecast in the mean, what it varies by, what it becomes, and what moves it."""

from archwright.analysis.price.document import price_document
from archwright.analysis.price.forecast import PriceResult, price
from archwright.analysis.price.lines import Line
from archwright.analysis.price.outlook import outlook
from archwright.analysis.price.over import over_budget
from archwright.analysis.price.spent import days_of, spent_section

__all__ = ["Line", "PriceResult", "days_of", "outlook", "over_budget", "price", "price_document", "spent_section"]
