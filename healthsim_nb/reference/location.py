"""Where the reference data lies: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
PLACES = (PACKAGE / "_references", PACKAGE.parent / "references")
"""A wheel's first: what lies beside an installed package is not ours."""


@cache
def root() -> Path:
    """Return the folder ``references``."""
    found = next((place for place in PLACES if place.is_dir()), None)
    if found is None:
        looked = " or ".join(str(place) for place in PLACES)
        raise FileNotFoundError(f"No reference data at {looked}: install the package again.")
    return found
