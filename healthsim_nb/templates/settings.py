"""Checks the settings of a run, one function each; every error is one clear sentence."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, SupportsFloat, SupportsIndex

from healthsim_nb.errors import SpecificationError, UnknownNameError

if TYPE_CHECKING:
    from healthsim_nb.templates.condition import Condition

MOST_PATIENTS = 40_000_000
"""As many as have a medical record number of their own: engine.ids says why."""
MOST_MONTHS = 1023
EARLIEST = date(1900, 1, 1)
DEFAULT_START = date(2024, 1, 1)
"""Not today's date: the same words make the same data on any day."""


def size(n: object) -> int:
    """Return the number of patients.

    >>> size(0)
    Traceback (most recent call last):
        ...
    healthsim_nb.errors.SpecificationError: n is 0: a scenario needs at least 1 patient.
    """
    number = whole(n, "n")
    if number < 1:
        raise SpecificationError(f"n is {number:,}: a scenario needs at least 1 patient.")
    if number > MOST_PATIENTS:
        raise SpecificationError(
            f"n is {number:,}: a scenario has room for {MOST_PATIENTS:,} patients."
        )
    return number


def duration(months: object) -> int:
    """Return the number of months."""
    number = whole(months, "months")
    if number < 1:
        raise SpecificationError(f"months is {number:,}: a scenario lasts at least 1 month.")
    if number > MOST_MONTHS:
        raise SpecificationError(
            f"months is {number:,}: a scenario lasts at most {MOST_MONTHS:,} months (85 years)."
        )
    return number


def seed_number(seed: object) -> int:
    """Return the seed, which fits 64 bits."""
    number = whole(seed, "seed")
    if not -(2**63) <= number < 2**63:
        raise SpecificationError(f"seed is {number}: it must lie within 64 bits.")
    return number


def first_day(start: object, months: int) -> date:
    """Return the first day, from which all months fit before the end of time."""
    day = _date(start)
    if day < EARLIEST:
        raise SpecificationError(f"start is {day}: a scenario begins in {EARLIEST.year} or later.")
    last = day.year * 12 + day.month - 1 + months
    if last >= 10_000 * 12:
        raise SpecificationError(
            f"{months:,} months from {day} end after 9999-12-31: begin earlier or take fewer."
        )
    return day


def shares(mix: object, of: Condition | None, asked_by: str) -> dict[str, float]:
    """Return the mix, which names levels of ``of`` and sums to 1; ``asked_by`` is for the error."""
    if not isinstance(mix, Mapping):
        raise SpecificationError(
            f"mix must be a mapping of levels to shares such as {{'poor': 0.4}}, not {mix!r}."
        )
    if not mix:
        return {}
    if of is None or not of.ranks:
        raise SpecificationError(f"{asked_by} has no levels, so it takes no mix.")
    known = of.rank_names
    unknown = next((name for name in mix if name not in known), None)
    if unknown is not None:
        raise UnknownNameError.of(f"level of {of.id}", str(unknown), list(known))
    found = {str(name): _share(str(name), value) for name, value in mix.items()}
    total = math.fsum(found.values())
    if abs(total - 1) > 1e-6:
        hint = " Shares are parts of 1, not percent." if abs(total - 100) < 0.01 else ""
        raise SpecificationError(f"The shares of mix sum to {total:g}, not 1.{hint}")
    return {name: share for name, share in by_rank(found, of).items() if share or name in found}


def by_rank(mix: Mapping[str, float], of: Condition) -> dict[str, float]:
    """Return the share of each rank; a group's is spread over its ranks as they usually are."""
    shares = {rank.id: 0.0 for rank in of.ranks}
    for name, share in mix.items():
        ranks = of.rank_names.get(name, [])
        total = math.fsum(rank.share for rank in ranks)
        for rank in ranks:
            part = rank.share / total if total else 1 / len(ranks)
            shares[rank.id] += share * part if len(ranks) > 1 else share
    return shares


def _share(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, SupportsFloat):
        raise SpecificationError(f"mix: the share of {name!r} is {value!r}, not a number.")
    number = float(value)
    if not math.isfinite(number):
        raise SpecificationError(f"mix: the share of {name!r} is {number}, not a number.")
    if number < 0:
        raise SpecificationError(f"mix: the share of {name!r} is {number:g}, less than 0.")
    return number


def whole(value: object, name: str) -> int:
    """Return a whole number; ``name`` is for the error."""
    if isinstance(value, SupportsIndex) and not isinstance(value, bool):
        return operator.index(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise SpecificationError(f"{name} must be a whole number, not {value!r}.")


def _date(start: object) -> date:
    if isinstance(start, datetime):
        return start.date()
    if isinstance(start, date):
        return start
    try:
        if isinstance(start, str):
            return date.fromisoformat(start)
    except ValueError:
        pass
    raise SpecificationError(f"start must be a date such as '2024-01-31', not {start!r}.")
