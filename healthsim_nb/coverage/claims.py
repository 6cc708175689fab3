"""Claims: the lines of a visit put together, priced, with what the payer will look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.draft import (
    AFTER,
    CLINICIAN,
    COLUMNS,
    FACILITY,
    HOSPITAL,
    LABORATORY,
    MODIFIERS,
    MOST_LINES,
)
from healthsim_nb.coverage.prices import hospital_kinds, payer_rates, price_levels, price_list
from healthsim_nb.coverage.visits import EMER, IMP, OBSENC
from healthsim_nb.engine.ids import numbered, patient_index
from healthsim_nb.engine.rng import Draws
from healthsim_nb.network.ids import facility_ids, provider_parts
from healthsim_nb.network.pool import facility_counts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.visits import Visits

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

COUNTRY = 0
"""The seed of the one synthetic country, which no scenario's seed changes."""
MARKUP = (750, 1350)
"""Charges of a house in 1/1,000 of the usual."""
VERSION_BITS, LINE_BITS, SLOT_BITS = 4, 6, 3
NEEDED = ("95", "GP", "NU", "RR")
"""Modifiers without which a line is not paid."""
UNMARKED = 0.07
"""How often such a modifier is forgotten (judgement)."""
SEPARATE_VISIT = 0.94
"""How often a visit beside a procedure is marked as separate, as it must be (judgement)."""


@dataclass(frozen=True, eq=False)
class Claims:
    """Claims as they are first sent, shape (c,) a column, in order of visit and slot."""

    visits: Visits
    lines: dict[str, I64]
    """Columns by line, shape (l,), in order of claim."""
    first: I64
    """Place of the first line."""
    count: I64

    @cached_property
    def visit(self) -> I64:
        """Visit of each claim."""
        return self.lines["visit"][self.first]

    @cached_property
    def slot(self) -> I64:
        """Which of the visit's claims."""
        return self.lines["slot"][self.first]

    @cached_property
    def base(self) -> I64:
        """Id of the first version: versions and lines are numbered in its last bits."""
        encounter = self.visits.id[self.visit]
        who = patient_index(encounter >> 16) << 16 | encounter & 0xFFFF
        found: I64 = (who << SLOT_BITS | self.slot) << (VERSION_BITS + LINE_BITS)
        return found

    @cached_property
    def draws(self) -> Draws:
        """Draws by claim."""
        return Draws(self.visits.seed, self.base)

    @cached_property
    def institutional(self) -> Bools:
        """Whether a facility sends it."""
        return np.isin(self.slot, (FACILITY, LABORATORY, HOSPITAL, AFTER))

    @cached_property
    def emergency(self) -> Bools:
        """Whether it is for an emergency or a stay, which no network may refuse."""
        return np.isin(self.visits.kind[self.visit], (EMER, IMP, OBSENC))

    @cached_property
    def provider(self) -> I64:
        """Who gave the care."""
        return self.visits.provider[self.visit]

    @cached_property
    def facility(self) -> I64:
        """Where: the clinician's house, or the hospital to which an office sends."""
        own = self.visits.facility[self.visit]
        sent = np.isin(self.slot, (LABORATORY, HOSPITAL))
        state = provider_parts(self.provider).state
        number = self.draws.below("coverage.hospital", facility_counts()[state, 0])
        return np.where(sent, facility_ids(state, np.zeros_like(state), number), own)

    @cached_property
    def day(self) -> I64:
        """First day of service: of what goes on after a visit, the visit's last."""
        v = self.visits
        return np.where(self.goes_on > 0, v.end[self.visit], v.day[self.visit])

    @cached_property
    def end(self) -> I64:
        """Last day of service."""
        return self.visits.end[self.visit] + self.goes_on

    @cached_property
    def goes_on(self) -> I64:
        """For how many days after the visit care goes on."""
        return self.lines["days"][self.first].astype(np.int64)

    @cached_property
    def of_line(self) -> I64:
        """Claim of each line."""
        return np.repeat(np.arange(len(self.first)), self.count)

    @cached_property
    def charge(self) -> I64:
        """Cents charged for each line."""
        markup = Draws(COUNTRY, self.facility).between("coverage.markup", *MARKUP)
        found: I64 = self.lines["charge"] * markup[self.of_line] // 1000
        return found

    @cached_property
    def level(self) -> I64:
        """Price level of each claim's place in 1/1,000: clinicians and hospitals, shape (c, 2)."""
        found: I64 = price_levels()[provider_parts(self.provider).state]
        return found

    def allowed(self, line: I64, rates: NDArray[np.integer]) -> I64:
        """Return cents allowed for lines by payers: Medicare's price, rate, price level."""
        table = payer_rates()
        cell = (self.lines["rate"].astype(np.int64) * table.shape[1])[line] + rates
        price = self._local_price[line]
        price *= table.ravel()[cell]
        price += 50_000
        price //= 100_000
        return np.minimum(price, self.charge[line], out=price)

    @cached_property
    def _local_price(self) -> I64:
        """Medicare's price of each line times the level of its place."""
        cell = self.of_line * 2 + hospital_kinds()[self.lines["rate"]]
        found: I64 = self.lines["price"] * self.level.ravel()[cell]
        return found

    @cached_property
    def modifier(self) -> I64:
        """Modifier of each line; a visit beside a procedure is marked, unless it was forgotten."""
        found = self.lines["modifier"].copy()
        seen = self.seen & (found == 0)
        marked = self.draws.chance("coverage.separate", SEPARATE_VISIT)[self.of_line]
        found[seen & self.beside & marked] = MODIFIERS.index("25")
        found[self.unmarked] = 0
        return found

    @cached_property
    def unmarked(self) -> Bools:
        """Lines whose modifier was forgotten."""
        needed = np.isin(self.lines["modifier"], [MODIFIERS.index(word) for word in NEEDED])
        forgotten = self.draws.chance("coverage.unmarked", UNMARKED)
        found: Bools = needed & forgotten[self.of_line]
        return found

    @cached_property
    def seen(self) -> Bools:
        """Lines for a visit itself, on a clinician's claim."""
        service = self.lines["service"]
        kind = price_list().is_kind("em", "prev")
        found: Bools = (service >= 0) & kind[service] & (self.lines["slot"] == CLINICIAN)
        return found

    @cached_property
    def beside(self) -> Bools:
        """Lines whose claim has a procedure too."""
        service = self.lines["service"]
        done = (service >= 0) & price_list().is_kind("surg", "med")[service]
        any_done = np.logical_or.reduceat(done, self.first) if len(done) else done
        return any_done[self.of_line]


def put_together(visits: Visits, lines: dict[str, I64]) -> Claims:
    """Return the claims of lines in order of visit and slot."""
    if not lines:
        none = np.zeros(0, np.int64)
        return Claims(visits, dict.fromkeys(COLUMNS, none), none, none)
    key = lines["visit"] << SLOT_BITS | lines["slot"]
    kept = numbered(key) < MOST_LINES
    lines = {name: column[kept] for name, column in lines.items()}
    key = key[kept]
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    return Claims(visits, lines, first, np.diff(np.r_[first, len(key)]))
