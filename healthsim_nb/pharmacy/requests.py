"""What a pharmacy sends to be decided, and what the benefit counts up to, as columns."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from healthsim_nb.coverage.balances import Balances

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    I8 = NDArray[np.int8]
    I32 = NDArray[np.int32]
    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

UNLIMITED = 1 << 40
"""Cents that nobody reaches: there is no such limit."""
WHOLE = 10_000
"""Rates are in 1/10,000."""
FILL, UNDO = range(2)
"""A claim for a fill, and taking one back."""
ALWAYS, IF_REFUSED, IF_PAID, IF_COSTLY = range(4)
"""When a line is sent: always, or if the line that it follows was refused, paid, or too dear."""
MAJOR = 3
"""Severity from which a review refuses a claim; 2 moderate, 1 minor."""
REFUSALS = ("", "65", "69", "41", "70", "75", "608", "76", "79", "88", "73")
"""NCPDP reject codes by number; the first: none."""
(TAKEN, UNKNOWN, ENDED, OTHER_FIRST, UNLISTED, UNAUTHORIZED, STEP, LIMIT, SOON, REVIEW, REFILLS) = (
    range(len(REFUSALS))
)


@dataclass(frozen=True)
class Requests:
    """Lines to be decided; every column has shape (n,)."""

    chain: I64
    """Lines that may touch the same account share a number."""
    day: I32
    kind: I8
    of: I32
    """Line that it follows or takes back, which comes before it; -1 for none."""
    only: I8
    """When it is sent at all."""
    why: I8
    """The refusal after which it is sent, 0: any."""
    refusal: I8
    """Why it is refused whatever went before; `TAKEN`: it is not."""
    episode: I32
    """Row of the drug's use; once it has stopped, nothing more is sent."""
    quits: Bools
    """Whether the use stops if this is refused (a fill) or takes place (taking one back)."""
    drug: I32
    """Row of what the member has of the drug."""
    days: I32
    """Days of supply."""
    ready: I32
    """Days after which the next fill is not too soon."""
    early: Bools
    """Whether it may come too soon."""
    prescription: I32
    """Row of the prescription."""
    fills: I32
    """How often it may be filled."""
    group: I32
    """Row of the member's history of the drug's class, -1: nobody asks."""
    credit: I32
    """Days that it adds to that history."""
    steps: I32
    """Classes of other drugs that must have come first, 0: none."""
    step_days: I32
    """Days of each."""
    since: I32
    """Day from which those count."""
    answered: Bools
    """Whether the pharmacist has answered what a review would find."""
    price: I64
    """Cents."""
    phased: Bools
    """Whether costs are shared in the phases of Part D."""
    open: Bools
    """Whether the deductible is due."""
    copay: I64
    rate: I32
    """Coinsurance."""
    least: I64
    most: I64
    """Limits of the coinsurance of a fill."""
    cap: I64
    """The most that the member owes for a fill."""
    account: I32
    """Row of the member's account of the year."""
    family: I32
    """Row of the family's account of the year."""
    gap_rate: I32
    """The member's share in the coverage gap."""
    gap_discount: I32
    """The manufacturer's share in the coverage gap, which counts as out of pocket."""
    discount: I32
    """The manufacturer's share before the catastrophic phase, which does not."""
    late_discount: I32
    """The manufacturer's share in the catastrophic phase."""
    subsidized: I64
    """Cents that are left to a member with a low-income subsidy, -1: has none."""
    card: I32
    """Row of the copay card, -1 for none."""
    card_least: I64
    """What a card leaves to the patient."""
    card_most: I64
    """What a card pays for a fill."""
    costly: I64
    """Cents beyond which the patient leaves the drug at the counter."""

    def take(self, order: NDArray[np.intp]) -> Requests:
        """Return the lines in another order."""
        return Requests(*(getattr(self, f.name)[order] for f in fields(self)))


@dataclass(frozen=True)
class Pairs:
    """What else is looked at for some lines: shape (p,) a column."""

    line: I32
    row: I32


@dataclass(frozen=True)
class Reviews(Pairs):
    """Other drugs that a review looks at for some lines."""

    severity: I8
    overlap: I32
    """Days for which both may be at hand."""


@dataclass(frozen=True)
class Limits:
    """What accounts and cards begin with."""

    deductible: I64
    """Cents, by member account."""
    most: I64
    """Cents out of pocket, by member account."""
    initial: I64
    """Cents of drug costs after which the coverage gap begins, by member account; without phases
    unlimited."""
    family_deductible: I64
    family_most: I64
    card: I64
    """Cents that a card pays in a year."""

    def balances(self) -> Balances:
        """Return what is left before anything was decided."""
        return Balances.of(self.deductible, self.most, self.family_deductible, self.family_most)


@dataclass(frozen=True)
class Verdicts:
    """What became of each line, shape (n,) each; what is taken back is negative, in cents."""

    sent: Bools
    refusal: I8
    fill: I32
    """How often the prescription had been filled before."""
    deductible: I64
    copay: I64
    coinsurance: I64
    patient: I64
    plan: I64
    subsidy: I64
    discount: I64
    card: I64
    counted: I64
    """What counts to the out-of-pocket maximum."""
    phase: I8
    """0 deductible, 1 initial, 2 coverage gap, 3 catastrophic, -1: there are none."""
    taken_back: Bools
    stopped: I32
    """By use: the line that ended it, or the number of lines."""
    found: Bools
    """By pair of a review: whether the other drug was at hand."""
    beside: I32
    """By pair of a review: the line of the other drug, -1 for none."""
