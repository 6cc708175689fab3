"""Rows of contracts: which clinicians and facilities that sent claims belong to which network."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import numpy as np
import pyarrow as pa

from healthsim_nb.coverage.claims import COUNTRY
from healthsim_nb.coverage.prices import payer_rates, rate_kinds
from healthsim_nb.engine.arrow import batch, constant
from healthsim_nb.engine.calendar import day_number
from healthsim_nb.engine.rng import Draws
from healthsim_nb.reference import rows
from healthsim_nb.templates.health_plan import Rates

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book
    from healthsim_nb.coverage.render.claims import File

    I64 = NDArray[np.int64]

NETWORK_BITS = 6
OPEN_DOORS = 0.83
"""Share of contracts under which new patients are taken (NAMCS 2019-2021: over four in five)."""


def contracts(file: File, start: date, patient: NDArray[np.bool_]) -> dict[str, pa.RecordBatch]:
    """Return the contracts that the claims of a scenario's patients were paid under.

    Parameters
    ----------
    start
        The first day; contracts began with its year.
    patient
        By person: whether the scenario has them as a patient.
    """
    f, c = file.filings, file.claims
    named = {row["id"]: place + 1 for place, row in enumerate(rows("coverage/networks.csv"))}
    network = np.array([named[name] for name in file.book.column("network")])[f.plan]
    seen = file.ledger.inside & patient[file.person]
    house = c.institutional[f.claim]
    day = day_number(start.replace(month=1, day=1))
    found = {}
    for table, who, which, kind in (
        ("network_providers", c.provider, seen & ~house, "professional"),
        ("network_facilities", c.facility, seen & house, "inpatient"),
    ):
        ids = np.unique(who[f.claim[which]] << NETWORK_BITS | network[which])
        rate = _rates(file.book, named, kind)[ids & ((1 << NETWORK_BITS) - 1)]
        found[table] = _rows(table, ids, rate, day)
    return found


def _rates(book: Book, named: dict[str, int], kind: str) -> NDArray[np.float64]:
    """Return the price level of each network, times Medicare's: that of its first plan."""
    prices = payer_rates()[rate_kinds().index(kind)] / 100
    found = np.ones(max(named.values()) + 1)
    for name, rates in reversed(
        list(zip(book.column("network"), book.column("rates"), strict=True))
    ):
        found[named[name]] = prices[get_args(Rates).index(rates)]
    return found


def _rows(table: str, ids: I64, rate: NDArray[np.float64], day: int) -> pa.RecordBatch:
    n, facilities = len(ids), table == "network_facilities"
    columns = {
        "id": ids,
        "network_id": ids & ((1 << NETWORK_BITS) - 1),
        "contract_type": constant("drg" if facilities else "fee-schedule", n),
        "rate_multiplier": rate,
        "effective_date": pa.array([day] * n, pa.int32()).cast(pa.date32()),
        "termination_date": pa.nulls(n, pa.date32()),
    }
    if facilities:
        own = {"facility_id": ids >> NETWORK_BITS, "pharmacy_id": pa.nulls(n, pa.int64())}
    else:
        own = {
            "provider_id": ids >> NETWORK_BITS,
            "fee_schedule": constant("Medicare Physician Fee Schedule", n),
            "accepts_new_patients": Draws(COUNTRY, ids).chance("coverage.open-doors", OPEN_DOORS),
        }
    return batch(table, columns | own)
