"""Race and coverage by state: derived from published margins, once, by the fit program.

Published are race by age and race by state, and coverage by age, by state and by race, never all
together. Iterative proportional fitting finds the tables that agree with all of them and assume
nothing else (Deming and Stephan, Ann Math Stat 1940;11:427).
"""

from __future__ import annotations

import csv
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb import reference
from healthsim_nb.errors import TemplateError
from healthsim_nb.population.tables import columns, pyramid, shares_of, spread
from healthsim_nb.reference import geography

if TYPE_CHECKING:
    from pathlib import Path

    from healthsim_nb.population.tables import Shares

INPUTS = (
    "pyramid",
    "race_by_age",
    "race_by_state",
    "payer_by_age",
    "payer_by_state",
    "payer_by_race",
)
ROUNDS = 300
MOVED = ("uninsured", "medicaid")
"""Coverage that differs by state and race beyond what ages explain."""
RETIRED = 65


def digest() -> str:
    """Return the fingerprint of what the tables are made from."""
    found = blake2b(digest_size=8)
    for name in INPUTS:
        found.update((reference.root() / "population" / f"{name}.csv").read_bytes())
    return found.hexdigest()


def race_by_state() -> Shares:
    """Return shares of races by state and age band of ``race_by_age``, shape (51, 5, 7)."""
    by_age = shares_of("race_by_age")
    people = _people_by_band()
    states = np.array([s.population for s in geography.states()], np.float64)
    states /= states.sum()
    wanted = by_age * people[:, None]
    by_state = _by_state(by_age.shape[1]) * states[:, None]
    by_state = _raked(by_state, states, wanted.sum(axis=0))
    cells = by_state[:, None, :] * (wanted / wanted.sum(axis=0))[None]
    for _ in range(ROUNDS):
        cells *= (by_state / cells.sum(axis=1))[:, None, :]
        cells *= (wanted / cells.sum(axis=0))[None]
        cells *= ((states[:, None] * people) / cells.sum(axis=2))[:, :, None]
    return np.asarray(cells / cells.sum(axis=2, keepdims=True))


def payer_factors(races: Shares) -> tuple[Shares, Shares, Shares]:
    """Return factors by age band, by state and by race, whose product is each payer's weight.

    Shapes (12, 5), (51, 5) and (7, 5), over the payers of ``payer_by_age``.
    """
    by_age = shares_of("payer_by_age")
    people = _everybody(races)
    young = people * (np.arange(len(by_age)) < _bands_under(RETIRED))[None, :, None]
    ages, states, groups = by_age.copy(), np.ones((51, 5)), np.ones((7, 5))
    moved = [columns("payer_by_age").index(name) for name in MOVED]
    for _ in range(ROUNDS):
        weights = ages[None, :, None] * states[:, None, None] * groups[None, None]
        share = weights / weights.sum(axis=-1, keepdims=True)
        have = (share * people[..., None]).sum(axis=(0, 2)) / people.sum(axis=(0, 2))[:, None]
        ages *= np.divide(by_age, have, out=np.ones_like(have), where=have > 0)
        for table, axes, mass, name in (
            (states, (1, 2), people, "payer_by_state"),
            (groups, (0, 1), young, "payer_by_race"),
        ):
            now = (share * mass[..., None]).sum(axis=axes)[:, moved]
            total = mass.sum(axis=axes)
            wanted = _published(name) * total[:, None]
            wanted *= now.sum(axis=0) / wanted.sum(axis=0)
            table[:, moved] *= wanted / now
    return ages, states, groups


def write(folder: Path) -> None:
    """Write the tables that `traits` draws from, as far as they matter."""
    races = race_by_state()
    head = "# made by: python -m healthsim_nb.clinical.fit\n"
    names, codes = columns("race_by_age"), [s.code for s in geography.states()]
    lows = [row["age_low"] for row in reference.rows("population/race_by_age.csv")]
    rows = [
        [code, low, *(f"{100 * v:.4f}" for v in races[i, j])]
        for i, code in enumerate(codes)
        for j, low in enumerate(lows)
    ]
    _table(folder / "race_by_state.csv", head, ["state", "age_low", *names], rows)
    ages, states, groups = payer_factors(races)
    low = [row["age_low"] for row in reference.rows("population/payer_by_age.csv")]
    rows = [
        [kind, name, *(f"{v:.6f}" for v in line)]
        for kind, of, table in (
            ("age_low", low, ages),
            ("state", codes, states),
            ("race", names, groups),
        )
        for name, line in zip(of, table, strict=True)
    ]
    _table(folder / "payer_factors.csv", head, ["by", "of", *columns("payer_by_age")], rows)
    _table(folder / "population_inputs.csv", head, ["inputs"], [[digest()]])


def check() -> None:
    """Refuse tables that were made from other figures.

    Raises
    ------
    TemplateError
        If a published table has changed since.
    """
    if reference.rows("fitted/population_inputs.csv")[0]["inputs"] != digest():
        raise TemplateError(
            "references/fitted/ is older than references/population/: "
            "run 'python -m healthsim_nb.clinical.fit' to make it again."
        )


def _table(path: Path, head: str, names: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(head)
        csv.writer(file, lineterminator="\n").writerows([names, *rows])


def _people_by_band() -> Shares:
    """Return the share of people in each band of ``race_by_age``."""
    ages = pyramid().sum(axis=0)
    ages /= ages.sum()
    rows = reference.rows("population/race_by_age.csv")
    return np.array([ages[int(r["age_low"]) : int(r["age_high"]) + 1].sum() for r in rows])


def _everybody(races: Shares) -> Shares:
    """Return the share of people by state, band of ``payer_by_age`` and race."""
    ages = pyramid().sum(axis=0)
    ages /= ages.sum()
    states = np.array([s.population for s in geography.states()], np.float64)
    states /= states.sum()
    by_year = spread(races, "race_by_age", axis=1) * (states[:, None] * ages)[..., None]
    rows = reference.rows("population/payer_by_age.csv")
    bands = [by_year[:, int(r["age_low"]) : int(r["age_high"]) + 1].sum(axis=1) for r in rows]
    return np.stack(bands, axis=1)


def _bands_under(age: int) -> int:
    rows = reference.rows("population/payer_by_age.csv")
    return sum(int(r["age_high"]) < age for r in rows)


def _by_state(groups: int) -> Shares:
    found = np.zeros((len(geography.states()), groups))
    for row in reference.rows("population/race_by_state.csv"):
        at = geography.state_index()[row["state"]]
        # A group is rare somewhere, never absent.
        found[at] = [max(0.02, float(row[c])) for c in columns("race_by_age")]
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def _published(name: str) -> Shares:
    """Return the shares of a table in the order of states or of races."""
    rows = reference.rows(f"population/{name}.csv")
    if name == "payer_by_race":
        by = {r["group"]: r for r in rows}
        ordered = [by[c] for c in columns("race_by_age")]
    else:
        by = {r["state"]: r for r in rows}
        ordered = [by[s.code] for s in geography.states()]
    return np.array([[float(r[m]) / 100 for m in MOVED] for r in ordered])


def _raked(cells: Shares, rows: Shares, across: Shares) -> Shares:
    for _ in range(ROUNDS):
        cells = cells * (across / cells.sum(axis=0))
        cells = cells * (rows / cells.sum(axis=1))[:, None]
    return cells
