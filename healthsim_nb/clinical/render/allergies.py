"""Rows of allergies: each noted at the first visit of its patient once they have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.clinical.allergies import onsets
from healthsim_nb.clinical.render.occasions import occasions
from healthsim_nb.engine.arrow import batch, dates, words
from healthsim_nb.engine.ids import child_ids, numbered
from healthsim_nb.engine.rng import Draws, weight_table

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from healthsim_nb.clinical.compiled import AllergenPlan
    from healthsim_nb.clinical.render.chart import Chart
    from healthsim_nb.engine.recorder import Columns

SEVERITIES = ("mild", "moderate", "severe")
GRAVE = ("anaphylaxis",)
"""Reactions that are never less than severe."""


def noted(chart: Chart) -> Columns:
    """Return ``place`` and ``allergen`` of each allergy on record, by visit."""
    visits = occasions(chart, np.ones(len(chart.id), bool))
    places, kinds = [], []
    for allergen, rows, since in onsets(chart.plan, chart.bodies):
        place, found = visits.next(rows, since)
        places.append(place[found])
        kinds.append(np.full(int(found.sum()), allergen.index, np.int16))
    place = np.concatenate([*places, np.zeros(0, np.intp)])
    kind = np.concatenate([*kinds, np.zeros(0, np.int16)])
    order = np.lexsort((kind, place))
    return {"place": place[order], "allergen": kind[order]}


def allergies(chart: Chart) -> pa.RecordBatch:
    """Return the allergies."""
    found, some = noted(chart), [a.source for a in chart.plan.allergens]
    place, kind = found["place"], found["allergen"]
    visit, patient = chart.id[place], chart.patient[place]
    reaction, reactions = _reactions(
        chart.plan.allergens, kind, Draws(chart.plan.spec.seed, patient)
    )
    return batch(
        "allergies",
        {
            "id": child_ids(visit, numbered(visit)),
            "patient_id": patient,
            "encounter_id": visit,
            "code": words(kind, [a.code for a in some]),
            "code_system": words(kind, [a.code_system for a in some]),
            "substance": words(kind, [a.substance for a in some]),
            "category": words(kind, [a.category for a in some]),
            "reaction": words(reaction, [r.replace("-", " ") for r in reactions]),
            "severity": words(_severity(chart, kind, patient, reaction, reactions), SEVERITIES),
            "recorded_date": dates(chart.visits["day"][place]),
        },
    )


def _reactions(
    allergens: tuple[AllergenPlan, ...], kind: NDArray[np.int16], draws: Draws
) -> tuple[NDArray[np.int64], list[str]]:
    """Return each one's reaction, the same for life, as an index into all reactions."""
    names = sorted({r for a in allergens for r in a.source.reactions})
    found = np.zeros(len(kind), np.int64)
    for a in allergens:
        mine = np.flatnonzero(kind == a.index)
        own = np.array([names.index(r) for r in a.source.reactions])
        slots = (draws.take(mine).bits(f"allergy.{a.source.id}.reaction") >> np.uint64(48)).astype(
            np.intp
        )
        found[mine] = own[weight_table(tuple(a.source.reactions.values()))[slots]]
    return found, names


def _severity(
    chart: Chart,
    kind: NDArray[np.int16],
    patient: NDArray[np.int64],
    reaction: NDArray[np.int64],
    names: list[str],
) -> NDArray[np.int8]:
    found = np.zeros(len(kind), np.int8)
    draws = Draws(chart.plan.spec.seed, patient)
    for a in chart.plan.allergens:
        mine = np.flatnonzero(kind == a.index)
        shares = tuple(a.source.severity.get(s, 0.0) for s in SEVERITIES)  # type: ignore[call-overload]
        found[mine] = draws.take(mine).choice(f"allergy.{a.source.id}.severity", shares)
    grave = np.isin(reaction, [names.index(r) for r in GRAVE if r in names])
    return np.where(grave, SEVERITIES.index("severe"), found).astype(np.int8)
