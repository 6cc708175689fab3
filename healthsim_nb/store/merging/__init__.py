"""Several scenarios made into one."""

from __future__ import annotations

from healthsim_nb.store.merging.merge import RULES, merge
from healthsim_nb.store.merging.report import Merged

__all__ = ["RULES", "Merged", "merge"]
