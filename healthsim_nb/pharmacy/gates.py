"""What stands between a fill and its payment, and how people deal with it.

Whether a product is listed, needs an authorization or is beyond a limit is known beforehand, and so
is what prescriber and patient will do about it. Draws are keyed by medication.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.choice import NONE
from healthsim_nb.pharmacy.requests import LIMIT, TAKEN, UNAUTHORIZED, UNLISTED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.engine.rng import Draws
    from healthsim_nb.pharmacy.benefits import Benefits
    from healthsim_nb.pharmacy.holding import Holding

    I8 = NDArray[np.int8]
    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

GRANTED = 0.74
"""Share of requests for an authorization that are made and granted (CMS and AMA: most of those
that are made; CoverMyMeds 2023: a third of refused claims are never followed up)."""
EXCEPTED = 0.3
"""Share of step refusals that an exception resolves (judgement)."""
UNLISTED_EXCEPTED = 0.2
"""Share of drugs off the list that a formulary exception gets paid (judgement)."""
ANSWERS = (0.6, 0.28, 0.12)
"""Shares of limits answered with less, with an override, not at all (judgement)."""
LESS, OVERRIDE, NOTHING = range(3)
YEAR = 365
"""Days that an authorization lasts."""
RENEWED = 0.85
"""Share of authorizations that are renewed in time (judgement)."""
PATIENCE = 3
"""Times that a patient without an exception tries again before the drug is given up."""


@dataclass(frozen=True)
class Gates:
    """Columns by fill, shape (f,)."""

    refusal: I8
    """Why the claim is refused as it is first sent, whatever went before; `TAKEN`: it is not."""
    step: NDArray[np.int16]
    """Rule of step therapy that is asked, `NONE` for none."""
    mended: Bools
    """Whether the claim is sent again after its refusal."""
    lag: I64
    """Days until then."""
    quits: Bools
    """Whether a refusal ends the use."""
    reduced: Bools
    """Whether less is dispensed than prescribed, as is the first time once it was refused."""


def gates(
    held: Holding,
    benefits: Benefits,
    use: I64,
    day: I64,
    cell: I64,
    units: tuple[I64, I64],
    known: Bools,
    draws: Draws,
) -> Gates:
    """Return what stands between fills and payment.

    Parameters
    ----------
    held
        The benefit of each fill; all have one.
    use, day, cell
        Of each fill, in order of use and time: its use, its day, its formulary and product.
    units
        Thousandths of a unit and days of each fill.
    known
        By use: whether the plan knows it from before.
    draws
        By use.
    """
    n = len(use)
    run = np.cumsum(np.r_[True, (use[1:] != use[:-1]) | (held.formulary[1:] != held.formulary[:-1])]
                    if n else np.zeros(0, bool))  # fmt: skip
    first = np.r_[True, run[1:] != run[:-1]] if n else np.zeros(0, bool)
    place = np.flatnonzero(first)
    begins = place[run - 1] if n else place
    # What the plan knew of when the run began was authorized, or excepted, before.
    of_old = known[use] & ((np.r_[True, use[1:] != use[:-1]] if n else first)[begins])
    lag = draws.between("pharmacy.authorization", 1, 9)[use]
    off = ~benefits.covered.ravel()[cell]
    asked = benefits.authorization.ravel()[cell] & ~off
    refusal = np.where(off & first & ~of_old, np.int8(UNLISTED), np.int8(TAKEN))
    lapses = _authorized(asked, of_old, day, begins, use, draws)
    refusal = np.where(asked & lapses, np.int8(UNAUTHORIZED), refusal)
    over = _over(benefits, cell, units) & ~off
    answer = draws.choice("pharmacy.limit", ANSWERS)[use]
    new = over & first & ~of_old
    refusal = np.where((refusal == TAKEN) & new, np.int8(LIMIT), refusal)
    granted = draws.chance("pharmacy.granted", GRANTED)[use]
    excepted = draws.chance("pharmacy.excepted", EXCEPTED)[use]
    listed = draws.chance("pharmacy.listed", UNLISTED_EXCEPTED)[use]
    mended = np.where(refusal == UNLISTED, listed, np.where(refusal == LIMIT, answer != NOTHING,
                      np.where(refusal == UNAUTHORIZED, granted | ~first, excepted)))  # fmt: skip
    step = np.where(of_old | off, np.int16(NONE), benefits.step.ravel()[cell])
    lag = np.where(refusal == LIMIT, np.where(answer == LESS, 0, 1 + lag // 4), lag)
    tries = np.arange(n) - begins + 1
    stepped = (refusal == TAKEN) & (step != NONE)
    quits = np.where(refusal != TAKEN, ~mended, stepped & ~excepted & (tries >= PATIENCE))
    reduced = over & ((answer == LESS) | (refusal == UNAUTHORIZED))
    return Gates(refusal, step, mended & (~stepped | first), lag, quits, reduced)


def _authorized(
    asked: Bools, of_old: Bools, day: I64, begins: NDArray[np.intp], use: I64, draws: Draws
) -> Bools:
    """Return the fills that find no authorization."""
    since = day - day[begins]
    # An old one ends some day of the first year.
    left = np.where(of_old, draws.between("pharmacy.authorized-until", 30, YEAR)[use], YEAR)
    term = np.where(since < left, 0, 1 + (since - left) // YEAR)
    change = np.r_[True, (term[1:] != term[:-1]) | (begins[1:] != begins[:-1])]
    change = change if len(term) else np.zeros(0, bool)
    found: Bools = change & (term == 0) & ~of_old
    later = np.flatnonzero(change & (term > 0) & asked)
    for number in np.unique(term[later]).tolist():
        at = later[term[later] == number]
        late = ~draws.chance(f"pharmacy.renewed.{number}", RENEWED)[use[at]]
        found[at[late]] = True
    return found


def _over(benefits: Benefits, cell: I64, units: tuple[I64, I64]) -> Bools:
    """Return the fills with more than the limit of their days."""
    found: Bools = allowed_units(benefits, cell, units[1]) < units[0]
    return found


def allowed_units(benefits: Benefits, cell: I64, days: I64) -> I64:
    """Return the most that is paid for so many days, thousandths of a unit."""
    limit = benefits.limit_units.ravel()[cell]
    per = np.maximum(benefits.limit_days.ravel()[cell].astype(np.int64), 1)
    share = limit * np.maximum(days, per) // per
    return np.where(limit > 0, share, np.int64(1) << 50)
