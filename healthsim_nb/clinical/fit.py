"""Derive start, onset, detection and death tables from published figures: data in, data out.

    python -m healthsim_nb.clinical.fit        writes references/fitted/*.csv

1. *Start*: conditions are drawn in order on many people; a published prevalence is divided by
   the mean of its multipliers at each age, so that the margin holds and correlations remain.
2. *Onset*: the hazard that keeps prevalence at each age where it is (illness-death steady
   state), divided by the mean multiplier of those who are free of it.
3. *Detection*: the chance a month that keeps the diagnosed share where it is.
4. *Death*: the life table divided by the mean multiplier of mortality.

`inputs.csv` keeps the fingerprint of each condition they were made from; a stale one is refused.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from healthsim_nb import reference
from healthsim_nb.clinical import fitted, measures
from healthsim_nb.clinical.aftermath import HIGHEST as HIGHEST_AFTER
from healthsim_nb.clinical.compile import IMP, compile_plan
from healthsim_nb.clinical.compiled import HIGHEST, Illness, Table
from healthsim_nb.clinical.fit_care import blurred, fit_care
from healthsim_nb.clinical.month import Month, begin
from healthsim_nb.clinical.mortality import MOST_TIMES, of_illness, times
from healthsim_nb.clinical.start import already_ill
from healthsim_nb.clinical.state import bodies, empty
from healthsim_nb.clinical.susceptibility import risk
from healthsim_nb.clinical.turn import first_day, play
from healthsim_nb.engine.curves import AGES
from healthsim_nb.engine.recorder import Recorder
from healthsim_nb.engine.thinning import Thinning
from healthsim_nb.population import fitting, people
from healthsim_nb.population.ages import age_weights
from healthsim_nb.templates.library import Library, load
from healthsim_nb.templates.template import Population, Specification

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from healthsim_nb.clinical.plan import Plan
from healthsim_nb.clinical.state import Bodies

CROWD, SEED, BAND = 131_072, 2024, 5
SHRINK = 60
"""A band's mean counts for as many people as this when it is thin."""

LEAST_HEALTHY = 0.3
"""However many die of their illness, the others die at this share of the life table's rate."""


def fit(library: Library) -> fitted.Fitted:
    """Return the fitted tables of a library."""
    spec = Specification(n=CROWD, seed=SEED, start=date(2024, 1, 1), months=12)
    plan = compile_plan(spec, library, fitted.plain())
    who = bodies(people.draw(spec, even_ages(), 0, CROWD))
    month = begin(plan, empty(plan, CROWD), who, -1, Recorder(), Thinning(SEED, who.people.id))
    measures.draw_bases(month)
    scales = {}
    for illness in plan.illnesses:
        if illness.source.kind == "chronic":
            scales[illness.id] = start_scale(month, illness)
            already_ill(month, replace(illness, start=illness.prevalence / scales[illness.id]))
    measures.settle(month)
    share = mean_by_band(month, np.minimum(times(month, np.arange(CROWD)), MOST_TIMES))
    own = mean_by_band(month, 12 * of_illness(month))
    healthy = np.maximum(fitted.life_table() - own, LEAST_HEALTHY * fitted.life_table()) / share
    found = fitted.Fitted(
        scales=scales,
        hazards={i.id: hazard(month, i, healthy) for i in plan.illnesses if fits_onset(i)},
        detection={i.id: detection(i) for i in plan.illnesses if hidden(i)},
        death=np.zeros_like(healthy),
        care={},
        rhythm=np.ones(AGES),
    )
    found = fit_care(spec, library, found, who)
    outside = 1 - in_hospital(compile_plan(spec, library, found), who)
    found = replace(found, death=fitted.monthly(healthy * outside))
    more = more_deaths(compile_plan(spec, library, found), who)
    return replace(found, death=fitted.monthly(healthy * outside * more))


def more_deaths(plan: Plan, who: Bodies) -> Table:
    """Return by how much deaths of a year played fall short of the life table's, by (sex, age).

    The frail die first, so those who are left are less ill than on the first day.
    """
    state = first_day(plan, who)
    play(plan, who, state, 0, plan.turns, Recorder())
    age = np.minimum(who.months_old(plan, plan.turns // 2) // 12, AGES - 1)
    died = state.death < plan.last_day
    expected = fitted.life_table()[who.sex, age]
    ratio = np.ones((2, AGES))
    for low, high in pairwise((25, 45, 65, 75, 85, AGES)):
        mine = (age >= low) & (age < high)
        ratio[:, low:high] = np.clip(expected[mine].sum() / max(1, died[mine].sum()), 0.7, 1.5)
    return blurred(ratio)


def in_hospital(plan: Plan, who: Bodies) -> Table:
    """Return the share of the life table's deaths that events bring about, by (sex, age).

    Played for a year in which nobody dies otherwise; each stay counts its chance of death.
    """
    state, out = first_day(plan, who), Recorder()
    play(plan, who, state, 0, plan.turns, out)
    visits = out.columns("visit", {})
    stays = (visits["kind"] == IMP) & (visits["event"] >= 0)
    rows, event = visits["row"][stays], visits["event"][stays]
    month = begin(plan, state, who, 0, out, Thinning(SEED, who.people.id))
    frailty = plan.frailty[who.sex[rows], month.years_old[rows]]
    inside = plan.happenings.fatal[event] * frailty
    after = np.minimum(plan.aftermath.dies[event] * frailty, HIGHEST_AFTER)
    chance = inside + (1 - inside) * after
    survive = np.bincount(rows, weights=np.log1p(-np.minimum(chance, 0.99)), minlength=CROWD)
    deaths = mean_by_band(month, 1 - np.exp(survive))
    usual = mean_by_band(month, fitted.life_table()[who.sex, month.years_old])
    # Of those who die of other things in the year, half the stays would not have been.
    return np.minimum(deaths * (1 - usual / 2) / usual, 0.75)


def even_ages() -> NDArray[np.int64]:
    """Return weights that show every age often enough: half the pyramid, half flat to 95."""
    pyramid = age_weights(Population(ages="us"), None)
    flat = np.zeros_like(pyramid)
    flat[:, :96] = int(pyramid.sum()) // 192
    return pyramid + flat


def start_scale(month: Month, illness: Illness) -> Table:
    """Return what the published prevalence is divided by, with the cap on probabilities in mind."""
    rows = able(month, illness)
    f = risk(month, illness, rows, start=True)
    sex, age = month.bodies.sex[rows], month.years_old[rows]
    published = illness.prevalence[sex, age]
    scale = mean_by_band(month, f, rows)
    for _ in range(4):
        chance = np.minimum(published / scale[sex, age] * f, HIGHEST)
        wanted = np.maximum(mean_by_band(month, published, rows), 1e-9)
        reached = mean_by_band(month, chance, rows) / wanted
        scale = np.where(reached > 0, scale * np.clip(reached, 0.5, 2), scale)
    return scale


def able(month: Month, illness: Illness) -> NDArray[np.intp]:
    """Return who can have a condition: those who have the one that it comes of, or everyone."""
    cause = illness.source.only.having
    if not cause:
        return np.arange(len(month.alive))
    index = next(i.index for i in month.plan.illnesses if i.id == cause)
    return np.flatnonzero(month.state.stage[index] > 0)


def hazard(month: Month, illness: Illness, death: Table) -> Table:
    """Return new cases per person-year before multipliers."""
    rows = able(month, illness)
    free = rows[month.state.stage[illness.index][rows] == 0]
    f = risk(month, illness, free)
    onset = fitted.steady_hazard(illness.prevalence, illness.source, death)
    fatal = illness.presents.event.fatal if illness.presents else 0.0
    return onset / mean_by_band(month, f, free) / (1 - fatal)


def fits_onset(illness: Illness) -> bool:
    """Return whether the onset follows from the prevalence."""
    return illness.source.onset == "fitted"


def hidden(illness: Illness) -> bool:
    """Return whether some people have the condition without knowing."""
    return illness.source.kind == "chronic" and illness.source.detect_per_month < 1


def detection(illness: Illness) -> float:
    """Return the chance a month of being diagnosed that keeps the diagnosed share."""
    pyramid = age_weights(Population(ages="us"), None) / 2**30
    p, known = illness.prevalence, known_share(illness)
    unknown = (1 - known) * p
    growth = np.zeros_like(p)
    growth[:, 1:-1] = (unknown[:, 2:] - unknown[:, :-2]) / 2
    new = 0.0 if illness.presents else fitted.steady_hazard(p, illness.source) * (1 - p)
    # Who dies of it before it is found leaves the unknown too.
    excess = unknown * (1 - p) * fitted.life_table() * max(0.0, illness.source.mortality - 1)
    still = max(1e-9, float((pyramid * unknown).sum()))
    found = float((pyramid * (new - growth - excess)).sum()) / still
    rate = found - illness.source.remission_per_year
    return min(1.0, max(0.0005, rate / 12))


def known_share(illness: Illness) -> NDArray[np.float64]:
    """Return the diagnosed share by age."""
    staged = [d.share * d.known for d in illness.degrees if d.known is not None]
    if staged and len(staged) == len(illness.degrees):
        return np.full(AGES, sum(staged) / 100)
    return illness.known


def mean_by_band(month: Month, values: NDArray[Any], rows: NDArray[np.intp] | None = None) -> Table:
    """Return the mean by (sex, five years of age), thin bands drawn to the overall mean."""
    rows = np.arange(len(month.alive)) if rows is None else rows
    sex, band = month.bodies.sex[rows], np.minimum(month.years_old[rows] // BAND, 19)
    cell = sex.astype(np.intp) * 20 + band
    count = np.bincount(cell, minlength=40)
    total = np.bincount(cell, weights=values, minlength=40)
    overall = float(values.mean()) if len(values) else 1.0
    mean = (total + SHRINK * overall) / (count + SHRINK)
    return mean.reshape(2, 20)[:, np.minimum(np.arange(AGES) // BAND, 19)]


def write(library: Library, folder: Path) -> None:
    """Write the fitted tables of a library."""
    found = fit(library)
    folder.mkdir(parents=True, exist_ok=True)
    fitting.write(folder)
    head = "# made by: python -m healthsim_nb.clinical.fit\n"
    inputs = [[name, fitted.digest(library, name)] for name in library.conditions]
    _table(folder / "inputs.csv", head, ["condition", "inputs"], inputs)
    _by_band(folder / "start_scales.csv", head, found.scales, 5)
    _by_age(folder / "onset_hazards.csv", head, found.hazards, 8)
    _by_age(folder / "death.csv", head, {"all": found.death}, 10)
    _by_age(folder / "care.csv", head, found.care, 4)
    _by_age(folder / "rhythm.csv", head, {"all": np.stack([found.rhythm] * 2)}, 4)
    rows = [[name, f"{rate:.6f}"] for name, rate in found.detection.items()]
    _table(folder / "detection.csv", head, ["condition", "per_month"], rows)


def _by_band(path: Path, head: str, tables: dict[str, Table], places: int) -> None:
    ages = [str(a) for a in range(0, 100, BAND)]
    bands = {name: table[:, ::BAND][:, : len(ages)] for name, table in tables.items()}
    _table(path, head, ["condition", "sex", *ages], _rows(bands, places))


def _by_age(path: Path, head: str, tables: dict[str, Table], places: int) -> None:
    ages = [str(a) for a in range(AGES)]
    _table(path, head, ["condition", "sex", *ages], _rows(tables, places))


def _rows(tables: dict[str, Table], places: int) -> list[list[str]]:
    return [
        [name, sex, *(f"{v:.{places}f}" for v in table[i])]
        for name, table in tables.items()
        for i, sex in enumerate("FM")
    ]


def _table(path: Path, head: str, names: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(head)
        csv.writer(file, lineterminator="\n").writerows([names, *rows])


if __name__ == "__main__":
    write(load(), reference.root() / "fitted")
