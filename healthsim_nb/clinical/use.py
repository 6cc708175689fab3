"""How unequally people use care: for the same illness some come at once and often, others never.

A class is drawn for life or, half the time, for a year, so that who comes often is partly the same
next year; coverage comes on top. The mean over people of an age is 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb import reference
from healthsim_nb.engine.curves import AGES
from healthsim_nb.engine.ids import turn_ids
from healthsim_nb.engine.rng import Draws, weight_table
from healthsim_nb.population.ages import LINES_OF_BUSINESS
from healthsim_nb.population.tables import by_age

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.state import Rows
    from healthsim_nb.templates.event import EncounterClass

F64 = NDArray[np.float64]
OFFICE, EMERGENCY, STAY = range(3)
LEADS = ("AMB", "EMER", "IMP")
"""What an illness leads to, in the order of their numbers."""
LED_BY = {"AMB": OFFICE, "VR": OFFICE, "HH": OFFICE, "EMER": EMERGENCY, "IMP": STAY, "OBSENC": STAY}
LASTING = 0.5
"""Share of people whose class of a year is that of their life."""
COVERED_UNTIL = 65


def lead_of(classes: Mapping[EncounterClass, float]) -> int:
    """Return what an event with these shares of classes mostly leads to.

    Where every third goes to an emergency department, that is what it leads to.
    """
    shares = [0.0, 0.0, 0.0]
    for name, share in classes.items():
        shares[LED_BY[name]] += share
    if shares[STAY] >= 50:
        return STAY
    return EMERGENCY if shares[EMERGENCY] >= 35 else OFFICE


@cache
def use_of(lead: int) -> Use:
    """Return the table of what illnesses lead to."""
    return Use(lead)


@dataclass(frozen=True)
class Use:
    """How many times the usual rate people have, by class and by coverage and age."""

    lead: int

    @cached_property
    def _rows(self) -> list[dict[str, str]]:
        rows = reference.rows("clinical/proneness.csv")
        return [r for r in rows if r["lead"] == LEADS[self.lead]]

    @cached_property
    def by_class(self) -> F64:
        """Times by slot of 65,536; empty where everybody is alike."""
        mine = [r for r in self._rows if r["by"] == "class"]
        if not mine:
            return np.zeros(0)
        table = weight_table(tuple(float(r["share"]) for r in mine))
        return np.array([float(r["times"]) for r in mine])[table]

    @cached_property
    def by_payer(self) -> F64:
        """Times by (line of business, age), of mean 1 at each age."""
        times = {r["of"]: float(r["times"]) for r in self._rows if r["by"] == "payer"}
        shares = by_age("payer_by_age")[0]
        table = np.ones((len(LINES_OF_BUSINESS), AGES))
        for place, name in enumerate(LINES_OF_BUSINESS):
            table[place, :COVERED_UNTIL] = times[name]
        mean = np.zeros(AGES)
        for place in range(len(LINES_OF_BUSINESS)):
            mean += table[place] * shares[:, place]
        return np.asarray(table / mean)

    @cached_property
    def most(self) -> float:
        """Nobody has more times the usual rate."""
        return float(self.by_class.max() * self.by_payer.max()) if len(self.by_class) else 1.0

    def times(self, month: Month, rows: Rows) -> F64:
        """Return how many times the usual rate each person has this year."""
        if not len(self.by_class):
            return np.ones(len(rows))
        year = month.turn // 12
        found = month.thinning.keep(LEADS[self.lead], year, lambda: self._of_year(month, year))
        return np.asarray(found[rows])

    def _of_year(self, month: Month, year: int) -> F64:
        people, seed, name = month.bodies.people, month.plan.spec.seed, f"use.{LEADS[self.lead]}"
        lifelong = Draws(seed, people.id)
        yearly = Draws(seed, turn_ids(people.id, year))
        slots = np.where(
            yearly.chance(f"{name}.lasting", LASTING),
            lifelong.bits(f"{name}.class"),
            yearly.bits(f"{name}.year"),
        )
        of_class = self.by_class[(slots >> np.uint64(48)).astype(np.intp)]
        age = month.bodies.months_old(month.plan, 12 * year) // 12
        return np.asarray(of_class * self.by_payer[people.line_of_business, age])
