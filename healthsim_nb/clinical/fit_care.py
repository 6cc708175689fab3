"""Bring encounters by age and sex into line with published ones: part of the fit program.

A year is played and counted. What illness of an age leads to a class of encounter becomes so many
times as frequent as the published rate is above what was found; the months between routine visits
follow the same ratio the other way. A few rounds settle it, since one encounter moves another.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb import reference
from healthsim_nb.clinical.classes import CLASSES
from healthsim_nb.clinical.compile import compile_plan
from healthsim_nb.clinical.turn import first_day, play
from healthsim_nb.clinical.use import EMERGENCY, LEADS, OFFICE, STAY
from healthsim_nb.engine.curves import AGES
from healthsim_nb.engine.recorder import Recorder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.compiled import Table
    from healthsim_nb.clinical.fitted import Fitted
    from healthsim_nb.clinical.plan import Plan
    from healthsim_nb.clinical.state import Bodies
    from healthsim_nb.templates.library import Library
    from healthsim_nb.templates.template import Specification

ROUNDS = 2
LEAST, MOST = 0.15, 4.0
"""Illness is made no rarer and no more frequent than so many times what its source says."""
SLOWEST, FASTEST = 2.5, 0.35
"""Bounds of the rhythm of routine visits."""
BLUR = 3
"""Years on either side that a step from one age band to the next is spread over."""


def fit_care(spec: Specification, library: Library, found: Fitted, who: Bodies) -> Fitted:
    """Return the fitted tables with those of care."""
    care = {name: np.ones((2, AGES)) for name in LEADS}
    rhythm = np.ones(AGES)
    for _ in range(ROUNDS):
        found = replace(found, care=smooth(care), rhythm=blurred(rhythm[None])[0])
        plan = compile_plan(spec, library, found)
        counted, moved, regular, alive = count(plan, who)
        for lead, name in enumerate(LEADS):
            for sexes, ages, rate in bands(name):
                cells = np.ix_(np.array(sexes), ages)
                people = alive[cells].sum()
                have = moved[lead][cells].sum()
                routine = regular[cells].sum() if lead == OFFICE else 0.0
                fixed = counted[lead][cells].sum() - have - routine
                wanted = (rate * people - fixed) / max(have + routine, 1.0)
                ratio = float(np.clip(wanted, 0.4, 2.5))
                care[name][cells] = np.clip(care[name][cells] * ratio, LEAST, MOST)
                if lead == OFFICE and ages[0] >= 18:
                    part = float(ratio ** (len(sexes) / 2))
                    rhythm[ages] = np.clip(rhythm[ages] / part, FASTEST, SLOWEST)
    return replace(found, care=smooth(care), rhythm=blurred(rhythm[None])[0])


def count(plan: Plan, who: Bodies) -> tuple[Table, Table, Table, Table]:
    """Play a year and return encounters by (sex, age); stays without those of episodes.

    Returns
    -------
    tuple
        Those of each class and those of acute illness that mostly leads to it, shape
        (3, 2, 121) each; planned visits for a chronic condition, and person-years, shape (2, 121).
    """
    state, out = first_day(plan, who), Recorder()
    play(plan, who, state, 0, plan.turns, out)
    visits = out.columns("visit", {})
    years = np.clip(visits["months_old"] // 12, 0, AGES - 1)
    sex = who.sex[visits["row"]]
    leads = np.array([i.lead for i in plan.illnesses])
    kinds = np.array([i.source.kind == "chronic" for i in plan.illnesses])
    episodes = np.array([i.source.kind == "episode" for i in plan.illnesses])
    first = np.array([i.presents.index if i.presents else -2 for i in plan.illnesses])
    presents = visits["event"] == first[visits["condition"]]
    lead = np.where(presents, leads[visits["condition"]], -1)
    planned = (visits["event"] < 0) & kinds[visits["condition"]]
    counted, moved = np.zeros((3, 2, AGES)), np.zeros((3, 2, AGES))
    for place, name in ((OFFICE, "AMB"), (EMERGENCY, "EMER"), (STAY, "IMP")):
        mine = visits["kind"] == CLASSES.index(name)
        if place == STAY:
            mine &= ~episodes[visits["condition"]]
        counted[place] = tally(sex[mine], years[mine])
        moved[place] = tally(sex[mine & (lead == place)], years[mine & (lead == place)])
    alive = tally(who.sex, np.clip(who.months_old(plan, plan.turns // 2) // 12, 0, AGES - 1))
    return counted, moved, tally(sex[planned], years[planned]), alive


def tally(sex: NDArray[np.int8], years: NDArray[np.int32]) -> Table:
    """Return how many there are by (sex, age)."""
    cells = np.bincount(sex.astype(np.intp) * AGES + years, minlength=2 * AGES)
    return cells.reshape(2, AGES).astype(np.float64)


def bands(name: str) -> list[tuple[list[int], NDArray[np.intp], float]]:
    """Return the published bands of a class: sexes, ages and encounters a person-year."""
    return [
        (
            ["FM".index(row["sex"])] if row["sex"] else [0, 1],
            np.arange(int(row["age_from"]), int(row["age_to"]) + 1),
            float(row["per_year"]),
        )
        for row in reference.rows("clinical/care_use.csv")
        if row["class"] == name
    ]


def smooth(care: dict[str, Table]) -> dict[str, Table]:
    """Return the tables without steps between bands of adults."""
    return {name: blurred(table) for name, table in care.items()}


def blurred(table: Table) -> Table:
    """Return running means over ages; those under 18 are left as they are."""
    padded = np.pad(table, ((0, 0), (BLUR, BLUR)), mode="edge")
    shape = (2 * BLUR + 1,)
    mean = np.lib.stride_tricks.sliding_window_view(padded, shape, axis=1).mean(axis=-1)
    return np.concatenate([table[:, : 18 + BLUR], mean[:, 18 + BLUR :]], axis=1)
