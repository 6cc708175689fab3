"""Quality: rules that data must meet, as data, and the report of what breaks them.

This room takes a cursor in which the canonical tables stand under their plain names; whose rows
they are is not its business.
"""

from __future__ import annotations

from healthsim_nb.quality.check import check
from healthsim_nb.quality.report import Outcome, Report
from healthsim_nb.quality.rule import Rule
from healthsim_nb.quality.rules import chosen, rules

__all__ = ["Outcome", "Report", "Rule", "check", "chosen", "rules"]
