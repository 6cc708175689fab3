"""The state of some patients: everything that a later turn needs, as columns.

Rows are conditions, measures, drugs or orders; the last axis is the patient, so that a
condition is one contiguous row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.clinical.compiled import NEVER
from healthsim_nb.engine.calendar import FAR, LONG_AGO, month_index
from healthsim_nb.engine.curves import AGE_MONTHS
from healthsim_nb.population.ages import LINES_OF_BUSINESS

if TYPE_CHECKING:
    from healthsim_nb.clinical.plan import Plan
    from healthsim_nb.population.people import People

Rows = NDArray[np.intp]
"""Places of patients in the state."""
RACES = ("white", "black", "asian", "american-indian")
"""In the order of their numbers in `population.traits.RACES`."""
COVERED = ("commercial", "medicaid", "medicare", "uninsured")


@dataclass
class State:
    """Columns of n patients; every step changes them in place."""

    death: NDArray[np.int32]
    """Day of death, `FAR` while none is set, shape (n,)."""
    busy: NDArray[np.int32]
    """Last day of the latest hospital stay, shape (n,)."""
    back: NDArray[np.int32]
    """Day of coming back after a hospital stay, `FAR` for none, shape (n,)."""
    back_event: NDArray[np.int16]
    """For what, shape (n,)."""
    told: NDArray[np.bool_]
    """Whether what was done before the first day is on record, shape (n,)."""
    stage: NDArray[np.uint8]
    """0 without the condition, else 1 + its level or stage, shape (C, n)."""
    onset: NDArray[np.int32]
    """Day the condition began, shape (C, n)."""
    until: NDArray[np.int32]
    """Day an acute condition is over, `FAR` for none, shape (C, n)."""
    known: NDArray[np.bool_]
    """Whether it is diagnosed, shape (C, n)."""
    due: NDArray[np.int16]
    """Turn of the next routine visit for it, shape (C, n)."""
    line: NDArray[np.uint8]
    """Line of treatment, 0 for none, shape (C, n)."""
    given: NDArray[np.uint16]
    """Drugs taken for the condition, as bits, shape (C, n)."""
    base: NDArray[np.int32]
    """Own deviation from the measure's curve, shape (M, n)."""
    effect: NDArray[np.int32]
    """Sum of what conditions and drugs add, shape (M, n)."""
    x: NDArray[np.int32]
    """Present deviation from the curve, shape (M, n)."""
    on: NDArray[np.uint8]
    """How many conditions want the drug, shape (D, n)."""
    noted: NDArray[np.int32]
    """Day of the prescription on record, `FAR` for none, shape (D, n)."""
    last: NDArray[np.int16]
    """Turn of the latest order, shape (P, n)."""
    held: NDArray[np.bool_]
    """Whether a timeline has started the drug and not stopped it, shape (H, n)."""
    agenda: NDArray[np.int32]
    """Steps of timelines to come: row, step, day due, day planned, repeats left; shape (5, a)."""
    births: NDArray[np.int32]
    """Births so far: mother, day, number among hers, condition of the child; shape (4, b)."""


def empty(plan: Plan, n: int) -> State:
    """Return the state of n patients who have nothing."""
    c, m, d, p = len(plan.illnesses), len(plan.measures), len(plan.drugs), len(plan.orders)
    return State(
        death=np.full(n, FAR, np.int32),
        busy=np.full(n, LONG_AGO, np.int32),
        back=np.full(n, FAR, np.int32),
        back_event=np.zeros(n, np.int16),
        told=np.zeros(n, bool),
        stage=np.zeros((c, n), np.uint8),
        onset=np.zeros((c, n), np.int32),
        until=np.full((c, n), FAR, np.int32),
        known=np.zeros((c, n), bool),
        due=np.full((c, n), NEVER, np.int16),
        line=np.zeros((c, n), np.uint8),
        given=np.zeros((c, n), np.uint16),
        base=np.zeros((m, n), np.int32),
        effect=np.zeros((m, n), np.int32),
        x=np.zeros((m, n), np.int32),
        on=np.zeros((d, n), np.uint8),
        noted=np.full((d, n), FAR, np.int32),
        last=np.zeros((p, n), np.int16),
        held=np.zeros((len(plan.timelines.held), n), bool),
        agenda=np.zeros((5, 0), np.int32),
        births=np.zeros((4, 0), np.int32),
    )


@dataclass(frozen=True)
class Bodies:
    """What never changes about the patients, as the clinical room needs it."""

    people: People
    sex: NDArray[np.int8]
    birth_month: NDArray[np.int32]
    traits: dict[str, NDArray[np.bool_]]
    allergic: dict[tuple[int, int, int], NDArray[np.bool_]] = field(default_factory=dict)
    """Who has an allergy, by seed, first month and allergen: kept by `allergies.allergic`."""

    def part(self, rows: slice) -> Bodies:
        """Return the bodies of some of the patients."""
        return Bodies(
            self.people.part(rows),
            self.sex[rows],
            self.birth_month[rows],
            {name: who[rows] for name, who in self.traits.items()},
            {key: who[rows] for key, who in self.allergic.items()},
        )

    def months_old(self, plan: Plan, turn: int) -> NDArray[np.int32]:
        """Return ages in months at a turn, as far as tables over age go."""
        return np.clip(plan.first_month + turn - self.birth_month, 0, AGE_MONTHS - 1)


def bodies(people: People) -> Bodies:
    """Return the patients' bodies."""
    return Bodies(people, people.sex, month_index(people.birth_day), traits_of(people))


def traits_of(people: People) -> dict[str, NDArray[np.bool_]]:
    """Return who has each of the traits that conditions may speak of."""
    hispanic = people.ethnicity == 1
    traits = {"smoker": people.smoking == 2, "former-smoker": people.smoking == 1}
    for name, race in zip(RACES, range(len(RACES)), strict=True):
        traits[name] = (people.race == race) & ~hispanic
    for name in COVERED:
        traits[name] = people.line_of_business == LINES_OF_BUSINESS.index(name)
    return {**traits, "hispanic": hispanic}
