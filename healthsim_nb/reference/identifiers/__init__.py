"""Identifiers: checked, and made in ranges that belong to nobody.

Every module has the same words: ``compact`` (without separators), ``validate`` (returns the
number as it is written, or says what is wrong), ``is_valid``, ``is_synthetic`` (of a range that
is never issued, where there is one) and ``make`` (one number for each index, whole arrays at a
time; another index gives another number).
"""

from __future__ import annotations

from healthsim_nb.reference.identifiers import dea, mrn, npi, phone, ssn

__all__ = ["dea", "mrn", "npi", "phone", "ssn"]
