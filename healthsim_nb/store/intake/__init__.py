"""Rows of the user's own, from any shape that Python keeps them in to a scenario."""

from __future__ import annotations

from healthsim_nb.store.intake.files import tables_in
from healthsim_nb.store.intake.persist import REFERENCES, Kept, persist

__all__ = ["REFERENCES", "Kept", "persist", "tables_in"]
