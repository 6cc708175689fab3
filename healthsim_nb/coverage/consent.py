"""Prior authorization: whether the plan was asked, what it said, and when."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.calendar import FAR
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book
    from healthsim_nb.coverage.claims import Claims

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

APPROVED, PARTIAL, DENIED = range(3)
COLUMNS = (
    "asked", "pended", "denied", "partial", "appealed", "overturned", "shortest", "longest",
)  # fmt: skip
APPEAL_DAYS = (10, 45)


@dataclass(frozen=True, eq=False)
class Consents:
    """Requests for claims that need consent, shape (a,) a column."""

    claim: I64
    line: I64
    """The first line that needs it."""
    requested: I64
    pended: I64
    """Day on which more was asked for, `FAR` if not."""
    decided: I64
    decision: I64
    """The first decision."""
    appealed: I64
    """Day of the appeal, `FAR` without."""
    resolved: I64
    """Day of the last word, `FAR` without an appeal."""
    overturned: Bools
    urgent: Bools
    missing: Bools
    """By claim: consent is needed and is not there, shape (claims,)."""
    awaited: I64
    """By claim: the day before which it is not sent, as an appeal was won on it; 0: none was."""

    @property
    def granted(self) -> I64:
        """Claims with an approval."""
        return self.claim[~self.missing[self.claim]]


@cache
def _chances() -> dict[str, list[float]]:
    table = rows("coverage/authorization.csv")
    return {row["line"]: [float(row[c]) / 100 for c in COLUMNS] for row in table}


def consents(claims: Claims, plan: I64, book: Book) -> Consents:
    """Return what was asked of the plans for claims, and the answers.

    Parameters
    ----------
    plan
        The plan of each claim, shape (c,).
    """
    lines = np.flatnonzero(book.consent[plan[claims.of_line], claims.lines["benefit"]])
    claim, first = np.unique(claims.of_line[lines], return_index=True)
    chances = np.array([_chances()[line] for line in book.column("line_of_business")])[plan[claim]]
    chance = dict(zip(COLUMNS, chances.T, strict=True))
    draws = claims.draws.take(claim)
    urgent = claims.emergency[claim]
    asked = draws.chance(
        "coverage.asked", np.where(urgent, 1 - (1 - chance["asked"]) / 8, chance["asked"])
    )
    denied = draws.u32("coverage.decision") / 2**32
    decision = np.where(
        denied < chance["denied"],
        DENIED,
        np.where(denied < chance["denied"] + chance["partial"], PARTIAL, APPROVED),
    )
    appeals = (decision == DENIED) & draws.chance("coverage.appealed", chance["appealed"])
    overturned = appeals & draws.chance("coverage.overturned", chance["overturned"])
    dates = _dates(claims, claim, urgent, chance)
    appealed = dates["decided"] + draws.between("coverage.appeal-days", 3, 25)
    resolved = appealed + draws.between("coverage.resolved-days", *APPEAL_DAYS)
    missing = np.zeros(len(claims.first), bool)
    missing[claim] = ~asked | ((decision == DENIED) & ~overturned)
    awaited = np.zeros(len(claims.first), np.int64)
    awaited[claim] = np.where(asked & overturned, resolved, 0)
    at = np.flatnonzero(asked)
    return Consents(
        claim=claim[at],
        line=lines[first][at],
        **{name: days[at] for name, days in dates.items()},
        decision=decision[at],
        appealed=np.where(appeals, appealed, FAR)[at],
        resolved=np.where(appeals, resolved, FAR)[at],
        overturned=overturned[at],
        urgent=urgent[at],
        missing=missing,
        awaited=awaited,
    )


def _dates(
    claims: Claims, claim: I64, urgent: Bools, chance: dict[str, NDArray[np.float64]]
) -> dict[str, I64]:
    """Return when plans were asked and decided: before what is planned, after what is not."""
    draws, day = claims.draws.take(claim), claims.day[claim]
    low = np.rint(chance["shortest"] * 100).astype(np.int64)
    high = np.rint(chance["longest"] * 100).astype(np.int64)
    took = draws.between("coverage.decision-days", low, high)
    waits = draws.chance("coverage.more-asked", chance["pended"])
    extra = np.where(waits, draws.between("coverage.more-days", 2, 6), 0)
    # What is urgent is decided within three days.
    took, extra = np.where(urgent, np.minimum(took, 2), took), np.where(urgent, waits, extra)
    before = draws.between("coverage.requested-days", 2, 10)
    decided = np.where(urgent, day + took + extra, day - before)
    requested = np.where(urgent, day, decided - took - extra)
    pended = np.where(waits, requested + 1, FAR)
    return {"requested": requested, "pended": pended, "decided": decided}
