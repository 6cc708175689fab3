"""One turn's view of the patients, and the tests and draws that its steps share."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.clinical.allergies import allergic
from healthsim_nb.clinical.compiled import ALL_AGES, ANY
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.curves import AGES
from healthsim_nb.engine.ids import turn_ids
from healthsim_nb.engine.rng import Draws

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healthsim_nb.clinical.compiled import Multiplier, Test
    from healthsim_nb.clinical.plan import Plan
    from healthsim_nb.clinical.state import Bodies, Rows, State
    from healthsim_nb.engine.recorder import Recorder
    from healthsim_nb.engine.thinning import Thinning

Factors = NDArray[np.float64]


@dataclass
class Month:
    """A turn in progress."""

    plan: Plan
    state: State
    bodies: Bodies
    turn: int
    day: int
    """First day of the turn."""
    days: int
    """Days in the turn."""
    draws: Draws
    """Draws by (patient, turn)."""
    months_old: NDArray[np.int32]
    years_old: NDArray[np.int32]
    alive: NDArray[np.bool_]
    out: Recorder
    thinning: Thinning
    coming: list[NDArray[np.int32]] = field(default_factory=list)
    """Rows of the agenda that are not on it yet: `agenda.waiting` puts them there."""
    proposals: list[tuple[Rows, NDArray[np.int64], NDArray[np.int32]]] = field(default_factory=list)
    """Patients, event and day of what brings them to care this month."""
    lasted: list[tuple[NDArray[np.int64], Rows, NDArray[np.int64]]] = field(default_factory=list)
    """Condition, patient and last day of steps of episodes that took place this month."""

    @cached_property
    def seen(self) -> NDArray[np.uint64]:
        """Days of this month with a visit, a bit each, shape (n,)."""
        return np.zeros(len(self.alive), np.uint64)

    @cached_property
    def slots(self) -> NDArray[np.int64]:
        """The next free number of an unplanned visit this month, shape (n,)."""
        return np.ones(len(self.alive), np.int64)

    @cached_property
    def sex_age(self) -> NDArray[np.intp]:
        """Place of each patient in a table by (sex, age in years), shape (n,)."""
        return self.bodies.sex.astype(np.intp) * AGES + self.years_old

    @property
    def end(self) -> int:
        """The day after the turn's last; of the start itself, its day."""
        return self.day + self.days if self.turn >= 0 else self.day

    def draw_days(self, stream: str, rows: Rows) -> NDArray[np.int32]:
        """Return a day of this month for each of some patients."""
        return (self.day + self.draws.take(rows).below(stream, self.days)).astype(np.int32)


def begin(
    plan: Plan, state: State, bodies: Bodies, turn: int, out: Recorder, thinning: Thinning
) -> Month:
    """Return the view of a turn; turn -1 is the start itself."""
    day = int(plan.starts[max(turn, 0)])
    months_old = bodies.months_old(plan, max(turn, 0))
    return Month(
        plan=plan,
        state=state,
        bodies=bodies,
        turn=turn,
        day=day,
        days=int(plan.starts[max(turn, 0) + 1]) - day,
        draws=Draws(plan.spec.seed, turn_ids(bodies.people.id, turn)),
        months_old=months_old,
        years_old=np.minimum(months_old // 12, AGES - 1),
        alive=(state.death == FAR) & (bodies.people.birth_day < day),
        out=out,
        thinning=thinning,
    )


def holds(month: Month, test: Test, rows: Rows) -> NDArray[np.bool_]:
    """Return for each row whether the test holds."""
    found = list(_criteria(month, test, rows))
    if not found:
        return np.ones(len(rows), bool)
    ok = found[0]
    for more in found[1:]:
        ok = ok & more
    return ok


def _criteria(month: Month, test: Test, rows: Rows) -> Iterator[NDArray[np.bool_]]:
    """Yield for each thing that a test asks for whether it is so."""
    state, bodies = month.state, month.bodies
    if test.condition >= 0:
        stage = state.stage[test.condition][rows]
        yield stage > 0 if test.stages == ANY else np.uint32(test.stages) >> stage & 1 > 0
    if test.absent >= 0:
        yield state.stage[test.absent][rows] == 0
    if test.drug >= 0:
        yield state.on[test.drug][rows] > 0
    if test.allergen >= 0:
        yield allergic(month.plan, bodies, month.plan.allergens[test.allergen], rows)
    if test.trait:
        yield bodies.traits[test.trait][rows]
    if test.sex >= 0:
        yield bodies.sex[rows] == test.sex
    if test.age != ALL_AGES:
        age = month.years_old[rows]
        yield (age >= test.age[0]) & (age <= test.age[1])
    if test.measure >= 0:
        value = latent(month, test.measure, rows)
        yield (value > test.above) & (value < test.below)


def factor(
    month: Month, multipliers: Sequence[Multiplier], rows: Rows, start: bool = False
) -> Factors:
    """Return the product of the multipliers that hold for each row."""
    product = np.ones(len(rows))
    for m in multipliers if len(rows) else ():
        if not (start and m.onset_only):
            product *= np.where(holds(month, m.test, rows), m.times, 1.0)
    return product


def coded(month: Month, cause: int | NDArray[np.intp], rows: Rows) -> NDArray[np.int16]:
    """Return the code of a condition in each patient, one condition for all or one each."""
    state, plan = month.state, month.plan
    code = plan.diagnosis[cause, state.stage[cause, rows], month.years_old[rows]]
    for condition, plain, instead, by in plan.complicated:
        mine = np.flatnonzero((cause == condition) & (code == plain))
        if len(mine):
            known = state.known[np.ix_(np.array(by), rows[mine])].any(axis=0)
            code[mine[known]] = instead
    return np.asarray(code, np.int16)


def latent(month: Month, measure: int, rows: Rows) -> NDArray[np.int32]:
    """Return the present value of a measure, in steps."""
    plan = month.plan.measures[measure]
    curve = plan.curve[month.bodies.sex[rows], month.months_old[rows]]
    value: NDArray[np.int32] = curve + month.state.x[measure][rows]
    return value
