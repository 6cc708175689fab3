"""What members have of their drugs, and how often prescriptions were filled, wave by wave."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from healthsim_nb.engine.waves import Some

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.pharmacy.requests import Requests

    I32 = NDArray[np.int32]
    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Index = NDArray[np.intp]

LONG_AGO = -(1 << 30)
READY, UNTIL, LAST = range(3)
"""Of a drug: day from which more is not too soon, until which it lasts, line of the last fill."""


class Had(NamedTuple):
    """What was there before some lines, shape (n,) or (n, 3)."""

    drug: I32
    filled: I32


class Shelf:
    """What members have of their drugs, and how often prescriptions were filled."""

    def __init__(self, lines: Requests, asked: I32, seen: I32, begins: I64) -> None:
        n = len(lines.chain)
        self.lines = lines
        self.drug, self.prescription = (
            column.astype(np.intp) for column in (lines.drug, lines.prescription)
        )
        self.drugs = np.full((_most(lines.drug, seen) + 1, 3), LONG_AGO, np.int32)
        self.drugs[:, LAST] = -1
        self.after = np.empty((n, 3), np.int32)
        self.after[:, READY] = lines.day + lines.ready
        self.after[:, UNTIL] = lines.day + lines.days
        self.after[:, LAST] = np.arange(n)
        self.before = np.zeros((n, 3), np.int32)
        self.filled = np.zeros(_most(lines.prescription) + 1, np.int32)
        self.grouped = Some(lines.group >= 0, begins)
        groups = _most(lines.group, asked)
        self.days, self.day = np.zeros(groups, np.int32), np.full(groups, LONG_AGO, np.int32)

    def have(self, at: slice) -> Had:
        """Return what there is before some fills."""
        drug = self.drugs.take(self.drug[at], axis=0)
        self.before[at] = drug
        return Had(drug, self.filled.take(self.prescription[at]))

    def tried(self, group: I32, since: I32, days: I32) -> Bools:
        """Return which histories reach so far."""
        found: Bools = (self.day[group] >= since) & (self.days[group] >= days)
        return found

    def give(self, wave: int, at: slice, had: Had, good: Bools) -> None:
        """Put what some fills dispense with the rest."""
        self.drugs[self.drug[at]] = np.where(good[:, None], self.after[at], had.drug)
        self.filled[self.prescription[at]] = had.filled + good
        grouped = self.grouped.of(wave)
        if grouped is not None and (place := _within(grouped, at, good)).size:
            group = self.lines.group[place]
            self.days[group] += self.lines.credit[place]
            self.day[group] = self.lines.day[place]

    def take_back(self, place: NDArray[np.integer], fill: I32) -> None:
        """Take back what some lines dispensed."""
        drug = self.drug[place]
        latest = self.drugs[drug, LAST] == place
        self.drugs[drug[latest]] = self.before[place[latest]]
        prescription = self.prescription[place]
        # A number that a later fill has passed is not given again.
        self.filled[prescription] -= fill == self.filled[prescription] - 1
        grouped = place[self.lines.group[place] >= 0]
        self.days[self.lines.group[grouped]] -= self.lines.credit[grouped]


def _within(grouped: Index, at: slice, good: Bools) -> Index:
    """Return those of some places of fills that are good."""
    mine = grouped[grouped < at.stop]
    found: Index = mine[good[mine - at.start]]
    return found


def _most(*rows: NDArray[np.integer]) -> int:
    """Return how many rows are named, from row 0."""
    return max(int(column.max(initial=-1)) for column in rows) + 1
