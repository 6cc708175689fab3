"""Who a provider is, from their id alone."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from healthsim_nb.engine.rng import Draws
from healthsim_nb.network.batch import batch, take
from healthsim_nb.network.choice import facility_of
from healthsim_nb.network.facilities import COUNTRY, area_codes, of_places, place_of
from healthsim_nb.network.ids import provider_parts
from healthsim_nb.network.pool import check, provider_counts, specialties
from healthsim_nb.reference import names, strings
from healthsim_nb.reference.identifiers import dea, npi, phone

if TYPE_CHECKING:
    from numpy.typing import NDArray

    I64 = NDArray[np.int64]

BORN = (20, 70, 10)
"""Percent born before 1960, until 1989 and later. Judgement: median age of physicians about 50."""
PHYSICIANS = (64, 6, 7, 20, 3)
"""Percent of `names.GROUPS` among active physicians (AAMC 2022, rounded)."""


def providers(ids: I64) -> pa.RecordBatch:
    """Return the rows of table ``providers`` for some ids, in their order."""
    parts = provider_parts(ids)
    check(parts, provider_counts(), "provider", ids)
    draws, house = Draws(COUNTRY, ids), facility_of(ids)
    place = place_of(house)
    female = draws.below("network.provider.sex", 100) < _column("female_percent")[parts.row]
    family = _family(draws)
    columns = {
        "id": pa.array(ids),
        "npi": strings(npi.make(ids)),
        "dea_number": _dea(ids, parts.row, family),
        "given_name": _given(draws, female),
        "family_name": take(names.family().names, family),
        "gender": take(("M", "F"), female.astype(np.int8)),
        "specialty": take(tuple(s.name for s in specialties()), parts.row),
        "taxonomy_code": take(tuple(s.taxonomy_code for s in specialties()), parts.row),
        "facility_id": pa.array(house),
        "city": take(of_places("city"), place),
        "state": take(of_places("state"), place),
        "phone": strings(phone.make(ids, area_codes()[place])),
    }
    return batch("providers", columns)


def _given(draws: Draws, female: NDArray[np.bool_]) -> pa.StringArray:
    women, men = names.given("F"), names.given("M")
    cohort, bits = draws.choice("network.provider.born", BORN), draws.u32("network.provider.given")
    index = np.where(
        female, women.table.pick(cohort, bits), len(women.names) + men.table.pick(cohort, bits)
    )
    return take(women.names + men.names, index)


def _family(draws: Draws) -> I64:
    group = draws.choice("network.provider.group", PHYSICIANS)
    return names.family().table.pick(group, draws.u32("network.provider.family"))


def _dea(ids: I64, row: I64, family: I64) -> pa.StringArray:
    """Return the DEA number of those who prescribe; ids are below a million, as it needs."""
    number = dea.make(ids, np.array(names.family().names)[family], _column("mid_level")[row] == 1)
    return pc.if_else(pa.array(_column("prescribes")[row] == 1), strings(number), None)


@cache
def _column(name: str) -> I64:
    return np.array([int(getattr(s, name)) for s in specialties()])
