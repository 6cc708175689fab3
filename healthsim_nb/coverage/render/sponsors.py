"""Rows of plans, networks and groups: the same for every block that names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.coverage.book import SERVICES, Book, payers
from healthsim_nb.coverage.cents import money
from healthsim_nb.coverage.choice import NONE
from healthsim_nb.coverage.wavefront import COINSURANCE, FREE, UNLIMITED
from healthsim_nb.engine.arrow import batch, constant
from healthsim_nb.engine.calendar import day_number
from healthsim_nb.engine.rng import Draws
from healthsim_nb.reference import names, rows
from healthsim_nb.reference.geography import states

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from healthsim_nb.templates.health_plan import HealthPlan

    I64 = NDArray[np.int64]

COUNTRY = 0
"""The seed of the one synthetic country, which no scenario's seed changes."""
COPAYS = ("primary", "specialist", "urgent", "emergency", "inpatient")
PLAN_BITS = 10
SPONSORS = {"large-employer": (0, 7), "small-employer": (7, 6), "public-employer": (13, 3)}
"""Where the groups of a market begin, and how many each state has."""
GROUP_BITS = 4
TRADES = ("Manufacturing", "Logistics", "Foods", "Systems", "Hospitality", "Construction", "Retail",
          "Dental Practice", "Bakery", "Auto Repair", "Law Offices", "Landscaping", "Design",
          "School District", "County Government", "State Employees")  # fmt: skip
SIZES = (5200, 3100, 1900, 1200, 800, 600, 400, 40, 28, 22, 16, 12, 8, 2400, 1800, 9000)


def plan_ids(book: Book, row: I64) -> I64:
    """Return the id of each row of the book: the year and the plan's number."""
    plan, year = np.divmod(row, book.years)
    found: I64 = (year + book.first_year) << PLAN_BITS | plan + 1
    return found


def plans(book: Book, combined: NDArray[np.bool_]) -> pa.RecordBatch:
    """Return a row for each plan and year of the book.

    Parameters
    ----------
    combined
        By plan: whether drugs count towards its deductible and maximum.
    """
    row = np.lexsort(
        (np.arange(len(book.deductible)), np.arange(len(book.deductible)) % book.years)
    )
    of = [book.plans[r // book.years] for r in row]
    network = {r["id"]: place + 1 for place, r in enumerate(rows("coverage/networks.csv"))}
    payer = [payers()[plan.payer] for plan in of]
    year = row % book.years + book.first_year
    columns = {
        "id": plan_ids(book, row),
        "plan_code": [f"{p.id.upper()}-{y}" for p, y in zip(of, year, strict=True)],
        "name": [plan.name for plan in of],
        "plan_type": [plan.type for plan in of],
        "line_of_business": [plan.line_of_business for plan in of],
        "payer_name": [p["name"] for p in payer],
        "payer_id": [p["payer_id"] for p in payer],
        "network_id": [network[plan.network] for plan in of],
        "metal_level": [plan.metal for plan in of],
        "plan_year": year.astype(np.int32),
        "coinsurance_rate": [plan.coinsurance.in_network / 100 for plan in of],
        "requires_referral": [plan.referral for plan in of],
        "hsa_eligible": [plan.hsa for plan in of],
        "market": [plan.market for plan in of],
        "timely_filing_days": np.array([plan.timely_filing_days for plan in of], np.int32),
        "monthly_premium": money(
            np.array([_premium(p, int(y)) for p, y in zip(of, year, strict=True)])
        ),
        "drugs_combined": combined[row // book.years],
        **_limits(book, row),
        **_copays(book, row),
    }
    return batch(
        "plans", {n: c if isinstance(c, pa.Array) else pa.array(c) for n, c in columns.items()}
    )


def _premium(plan: HealthPlan, year: int) -> int:
    """Return cents a month."""
    other = plan.years[year].premium if year in plan.years else None
    return round((plan.premium if other is None else other) * 100)


def _limits(book: Book, row: I64) -> dict[str, pa.Array]:
    deductible, most = book.deductible[row], book.most[row]
    outside = book.pays_outside[row // book.years]
    found = {}
    for name, table in (("deductible", deductible), ("oop_max", most)):
        for column, place in (("individual", 0), ("family", 1), ("out_of_network", 2)):
            none = table[:, place] >= UNLIMITED
            if place == 2:
                none = none | ~outside
            amount = np.where(none, 0, table[:, place])
            if name == "deductible" and column == "family":
                # Where each member is alone, a family pays no more than that.
                amount, none = np.where(none, deductible[:, 0], amount), np.zeros_like(none)
            found[f"{name}_{column}"] = money(amount, none)
    return found


def _copays(book: Book, row: I64) -> dict[str, pa.Array]:
    found = {}
    for service in COPAYS:
        place = SERVICES.index(service)
        how = book.how[row // book.years, place]
        name = {"primary": "primary_care", "urgent": "urgent_care"}.get(service, service)
        cents = np.where(how == FREE, 0, book.copay[row, place])
        found[f"copay_{name}"] = money(cents, how == COINSURANCE)
    return found


def networks(start: date) -> pa.RecordBatch:
    """Return the networks that plans use; their contracts began with the year of the start."""
    table = rows("coverage/networks.csv")
    n = len(table)
    day = day_number(start.replace(month=1, day=1))
    columns = {
        "id": np.arange(1, n + 1),
        "network_code": pa.array([row["id"].upper() for row in table]),
        "name": pa.array([row["name"] for row in table]),
        "network_type": pa.array([row["type"] for row in table]),
        "tier": pa.array([1] * n, pa.int32()),
        "state": pa.nulls(n, pa.string()),
        "effective_date": pa.array([day] * n, pa.int32()).cast(pa.date32()),
        "termination_date": pa.nulls(n, pa.date32()),
    }
    return batch("networks", columns)


def group_ids(book: Book, plan: I64, draws: Draws, state: NDArray[np.integer]) -> I64:
    """Return the employer of each subscriber, `NONE` for plans that people buy themselves.

    Parameters
    ----------
    plan
        Plan, `NONE` for none.
    draws
        Of the subscribers.
    state
        Where they live.
    """
    first = np.array([*(SPONSORS.get(p.market, (0, 0))[0] for p in book.plans), 0])[plan]
    many = np.array([*(SPONSORS.get(p.market, (0, 0))[1] for p in book.plans), 0])[plan]
    place = first + draws.below("coverage.group", np.maximum(many, 1))
    return np.where(many > 0, (state.astype(np.int64) + 1) << GROUP_BITS | place, NONE)


def groups(ids: I64, start: date) -> pa.RecordBatch:
    """Return the rows of some groups."""
    state, place = (ids >> GROUP_BITS) - 1, ids & ((1 << GROUP_BITS) - 1)
    draws = Draws(COUNTRY, ids)
    family = names.family().names
    stem = draws.below("coverage.group-name", len(family))
    public = place >= SPONSORS["public-employer"][0]
    where = [states()[s].name for s in state]
    called = [
        f"{w} {TRADES[p]}" if TRADES[p].startswith("State") else f"{family[f]} {TRADES[p]}"
        for w, p, f in zip(where, place, stem, strict=True)
    ]
    day = np.full(len(ids), day_number(start.replace(month=1, day=1)), np.int32)
    columns = {
        "id": ids,
        "group_number": pa.array([f"G{100000 + i}" for i in ids]),
        "name": pa.array(called, pa.string()),
        "group_type": constant("employer", len(ids)),
        # Employer numbers that begin with 00 are never issued.
        "tax_id": pa.array([f"00-{1000000 + i * 37}" for i in ids], pa.string()),
        "industry": pa.array(
            [
                TRADES[p] if not x else "Public administration"
                for p, x in zip(place, public, strict=True)
            ],
            pa.string(),
        ),
        "size": np.array(SIZES, np.int32)[place],
        "state": pa.array([states()[s].code for s in state], pa.string()),
        "effective_date": pa.array(day).cast(pa.date32()),
        "termination_date": pa.nulls(len(ids), pa.date32()),
    }
    return batch("groups", columns)
