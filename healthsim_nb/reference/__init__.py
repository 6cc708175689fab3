"""Reads ``references/``: code tables, identifiers, geography and names. Facts only, no draws."""

from __future__ import annotations

from healthsim_nb.reference import geography, identifiers, names
from healthsim_nb.reference.arrow import strings
from healthsim_nb.reference.location import root
from healthsim_nb.reference.tables import rows

__all__ = ["geography", "identifiers", "names", "root", "rows", "strings"]
