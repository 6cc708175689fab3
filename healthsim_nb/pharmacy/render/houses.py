"""Rows that blocks share: the pharmacies that are named, the formularies in use."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.engine.calendar import day_number
from healthsim_nb.pharmacy.pharmacies import pharmacies
from healthsim_nb.pharmacy.render.lists import formulary_drugs

if TYPE_CHECKING:
    from healthsim_nb.pharmacy.dispensed import Settled

NAMING = ("prescriptions", "pharmacy_claims")
"""Tables that name pharmacies."""


def shared(settled: Settled | None, rows: dict[str, pa.RecordBatch]) -> dict[str, pa.RecordBatch]:
    """Return the rows of pharmacies and formularies that others name."""
    named = [rows[name]["pharmacy_id"].to_numpy() for name in NAMING if name in rows]
    found = {"pharmacies": pharmacies(np.unique(np.concatenate(named)))}
    if settled is None:
        return found
    benefits, book = settled.desk.benefits, settled.roll.book
    day = day_number(date(book.first_year, 1, 1))
    every = formulary_drugs(benefits, settled.written.products, day)
    known = rows["rx_members"]["formulary_id"]
    used = np.unique(known.indices.to_numpy()) if len(known) else np.zeros(0, np.int64)
    batches = [every[number] for number in used.tolist()]
    table = pa.Table.from_batches(batches, every[0].schema).unify_dictionaries().combine_chunks()
    some = table.to_batches()
    found["formulary_drugs"] = some[0] if some else every[0].slice(0, 0)
    return found
