"""The paid fills of a scenario, and what they would be under other formularies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.errors import SpecificationError
from healthsim_nb.pharmacy.card import FormularyCard, formulary
from healthsim_nb.pharmacy.comparison import Comparison, Dispensed, priced
from healthsim_nb.pharmacy.formulary import formulary_ids
from healthsim_nb.pharmacy.pharmacies import KINDS
from healthsim_nb.pharmacy.products import products

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import duckdb

    from healthsim_nb.pharmacy.formulary import Formulary

_FILLS = """
    SELECT c.member_id AS member, (c.service_date - DATE '1970-01-01')::BIGINT AS day,
        year(c.service_date) AS year, c.ndc, (c.quantity_dispensed * 1000)::BIGINT AS quantity,
        c.days_supply AS days, p.pharmacy_type AS kind, (c.total_price * 100)::BIGINT AS price
    FROM hs.pharmacy_claims AS c
    JOIN hs.pharmacies AS p ON p.id = c.pharmacy_id AND p.scenario_id = c.scenario_id
    WHERE c.scenario_id = $scenario AND c.status = 'paid' AND c.transaction_code <> 'B2'
    ORDER BY c.member_id, c.service_date, c.id
"""


def compare_formularies(
    cursor: duckdb.DuckDBPyConnection,
    scenario: int,
    name: str,
    which: Iterable[str | Path | FormularyCard],
    like: str | None,
) -> Comparison:
    """Return what the paid fills of a scenario would be under some formularies.

    Raises
    ------
    SpecificationError
        If nothing was filled.
    UnknownNameError
        If there is no such formulary.
    """
    found = [_formulary(each, like) for each in which]
    wanted = found or [_formulary(each, None) for each in formulary_ids()]
    fills = _fills(cursor, scenario)
    if not len(fills):
        raise SpecificationError(
            f"{name!r} has no fills to price: it was made without coverage, or nothing was filled."
        )
    return Comparison(name, tuple(priced(fills, each) for each in wanted))


def _formulary(which: str | Path | FormularyCard, like: str | None) -> Formulary:
    card = which if isinstance(which, FormularyCard) else formulary(which, like=like)
    return card.formulary


def _fills(cursor: duckdb.DuckDBPyConnection, scenario: int) -> Dispensed:
    read = cursor.execute(_FILLS, {"scenario": scenario}).fetchnumpy()
    row = {ndc: at for at, ndc in reversed(list(enumerate(products().ndc)))}
    product = np.array([row.get(str(ndc), -1) for ndc in read["ndc"]], np.int64)
    known = product >= 0
    kind = np.array([KINDS.index(str(name)) for name in read["kind"]], np.int64)
    plain = {
        column: np.asarray(read[column], np.int64)[known]
        for column in ("member", "day", "year", "quantity", "days", "price")
    }
    return Dispensed(**plain, product=product[known], kind=kind[known])
