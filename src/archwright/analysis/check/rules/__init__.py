"""The shelf of rules: one file a rule, found by its name. A rule knows traits and no kind's name."""

from archwright.analysis.check.rule import Rule
from archwright.base.shelf import Shelf

RULES: Shelf[Rule] = Shelf("archwright.analysis.check.rules", "RULE", Rule)
