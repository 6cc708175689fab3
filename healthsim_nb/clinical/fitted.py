"""Tables that the fit derives from published figures: read, checked, or worked out plainly.

`references/fitted/` holds them for the conditions that ship. A condition of the user's own needs
none: its start is the published prevalence and its onset is what keeps that prevalence, both
without the correction for who else is ill.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb import reference
from healthsim_nb.clinical.use import LEADS
from healthsim_nb.engine.curves import AGES
from healthsim_nb.errors import TemplateError
from healthsim_nb.templates import library as templates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.compiled import Table
    from healthsim_nb.templates.condition import Condition
    from healthsim_nb.templates.library import Library

SEXES = ("F", "M")


@dataclass(frozen=True)
class Fitted:
    """What the fit gives the compiler."""

    scales: dict[str, Table]
    """Condition: what its published prevalence is divided by, by (sex, age)."""
    hazards: dict[str, Table]
    """Condition: new cases per person-year before multipliers, by (sex, age)."""
    detection: dict[str, float]
    """Condition: chance a month that one who has it unknown is diagnosed."""
    death: Table
    """Monthly probability of dying before multipliers, by (sex, age)."""
    care: dict[str, Table]
    """What illness leads to: times its acute cases, so that visits are as many as published."""
    rhythm: NDArray[np.float64]
    """By age: times the months between routine visits, to the same end, shape (121,)."""

    def care_of(self, lead: int) -> Table:
        """Return times the acute cases of illness that leads to it, shape (2, 121)."""
        name = LEADS[lead] if lead >= 0 else ""
        return self.care[name] if name in self.care else np.ones((2, AGES))

    def start(self, c: Condition, prevalence: Table) -> Table:
        """Return the probability at the start before multipliers, shape (2, 121)."""
        return prevalence / self.scales[c.id] if c.id in self.scales else prevalence

    def onset(self, c: Condition, prevalence: Table) -> Table:
        """Return new cases per person-year before multipliers, shape (2, 121)."""
        return self.hazards[c.id] if c.id in self.hazards else steady_hazard(prevalence, c)

    def detect(self, c: Condition) -> float:
        """Return the monthly chance that an unknown case is found."""
        return self.detection.get(c.id, c.detect_per_month)


def steady_hazard(prevalence: Table, c: Condition, death: Table | None = None) -> Table:
    """Return the onset per person-year that keeps prevalence at each age where it is.

    ``h = (P' + P (1 - P) m + P r) / (1 - P)`` with excess mortality m and remission r
    (the steady state of an illness-death model). ``death`` is the yearly risk of the healthy.
    """
    slope = np.zeros_like(prevalence)
    slope[:, 1:-1] = (prevalence[:, 2:] - prevalence[:, :-2]) / 2
    excess = (life_table() if death is None else death) * max(0.0, c.mortality - 1)
    inflow = slope + prevalence * (1 - prevalence) * excess + prevalence * c.remission_per_year
    return np.asarray(np.maximum(0.0, inflow) / np.maximum(0.05, 1 - prevalence))


@lru_cache(maxsize=1)
def life_table() -> Table:
    """Return the annual probability of dying by (sex, age), shape (2, 121)."""
    table = np.ones((2, AGES))
    for row in reference.rows("clinical/life_table.csv"):
        table[SEXES.index(row["sex"]), int(row["age"])] = float(row["annual_probability"])
    return table


@lru_cache(maxsize=1)
def frailty() -> Table:
    """Return the square root of the risk of dying relative to 74, by (sex, age), to 6 decimals.

    Case fatality in hospital rises with age about half as steeply, on a logarithmic scale, as
    mortality does (judgement after HCUP in-hospital mortality by age); a published one is a mean
    over stays, and those that end in death are around 74 years of age.
    """
    table = life_table()
    relative = np.sqrt(table / table[:, 74:75])
    return np.asarray(np.round(np.minimum(relative, 4.0), 6), np.float64)


def monthly(annual: Table) -> Table:
    """Return the monthly probability that makes up an annual one, rounded to 10 decimals."""
    return np.array(
        [[round(1 - (1 - min(q, 0.9999)) ** (1 / 12), 10) for q in row] for row in annual.tolist()]
    )


def plain() -> Fitted:
    """Return tables without any fit: every multiplier is taken to be 1 on average."""
    return Fitted({}, {}, {}, monthly(life_table()), {}, np.ones(AGES))


@lru_cache(maxsize=8)
def load(library: Library) -> Fitted:
    """Return the fitted tables for a library.

    Raises
    ------
    TemplateError
        If a condition that ships has changed since the fit.
    """
    fresh = current(library)
    scales = {name: _widen(t) for name, t in _tables("fitted/start_scales.csv").items()}
    hazards = _tables("fitted/onset_hazards.csv")
    rows = reference.rows("fitted/detection.csv")
    detection = {r["condition"]: float(r["per_month"]) for r in rows}
    return Fitted(
        {n: t for n, t in scales.items() if n in fresh},
        {n: t for n, t in hazards.items() if n in fresh},
        {n: v for n, v in detection.items() if n in fresh},
        _tables("fitted/death.csv")["all"],
        _tables("fitted/care.csv"),
        _tables("fitted/rhythm.csv")["all"][0],
    )


def current(library: Library) -> set[str]:
    """Return the conditions whose fit is theirs; one that the user has replaced goes without."""
    inputs = {r["condition"]: r["inputs"] for r in reference.rows("fitted/inputs.csv")}
    known = {name for name in inputs if name in library.conditions}
    changed = {name for name in known if digest(library, name) != inputs[name]}
    stale = sorted(name for name in changed if digest(templates.load(), name) != inputs[name])
    if stale:
        raise TemplateError(
            f"references/fitted/ is older than conditions/{stale[0]}.yaml"
            f"{f' and {len(stale) - 1} more' if stale[1:] else ''}: "
            "run 'python -m healthsim_nb.clinical.fit' to make it again."
        )
    return known - changed


def digest(library: Library, condition: str) -> str:
    """Return the fingerprint of what a condition's fit is made from."""
    return library.digest([condition])


def _tables(name: str) -> dict[str, Table]:
    """Return one table a name from rows of (name, sex, value by age …)."""
    found: dict[str, list[list[float]]] = {}
    for row in reference.rows(name):
        found.setdefault(row["condition"], []).append(
            [float(v) for k, v in row.items() if k.isdigit()]
        )
    return {n: np.array(values) for n, values in found.items()}


def _widen(bands: Table) -> Table:
    """Return values by age from values by band of five years."""
    return bands[:, np.minimum(np.arange(AGES) // 5, bands.shape[1] - 1)]
