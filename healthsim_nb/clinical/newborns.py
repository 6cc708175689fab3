"""Children who are born: they live on by the rules of everyone, from their birth on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.clinical import agenda, conditions
from healthsim_nb.clinical.month import begin
from healthsim_nb.clinical.render.chart import Chart, open_chart
from healthsim_nb.clinical.state import bodies
from healthsim_nb.clinical.turn import first_day, play
from healthsim_nb.engine.ids import newborn_ids
from healthsim_nb.engine.recorder import Recorder
from healthsim_nb.engine.thinning import Thinning
from healthsim_nb.population.newborns import Births, newborns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.plan import Plan
    from healthsim_nb.clinical.state import Bodies, State


def children(plan: Plan, mothers: Bodies, state: State) -> Chart | None:
    """Return the chart of all who were born to some patients; None: nobody was."""
    row, day, number, child = state.births
    ids = newborn_ids(mothers.people.id[row], number.astype(np.int64))
    order = np.argsort(ids)
    births = Births(ids[order], row[order].astype(np.intp), day[order])
    if not len(ids):
        return None
    who = bodies(newborns(plan.spec.seed, mothers.people, births))
    own, out = first_state(plan.of_newborns, who, child[order]), Recorder()
    play(plan.of_newborns, who, own, 0, plan.turns, out)
    return open_chart(plan, who, own, out, len(ids))


def first_state(plan: Plan, who: Bodies, child: NDArray[np.int32]) -> State:
    """Return the state in which children wait for their birth; ``child`` is what comes with it."""
    state = first_day(plan, who)
    month = begin(plan, state, who, -1, Recorder(), Thinning(plan.spec.seed, who.people.id))
    for condition in np.unique(child[child >= 0]).tolist():
        rows = np.flatnonzero(child == condition)
        conditions.enter(month, plan.illnesses[condition], rows, who.people.birth_day[rows])
    agenda.waiting(month)
    return state
