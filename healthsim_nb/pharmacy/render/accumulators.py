"""Rows of accumulators: what drugs counted towards deductibles and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.coverage.cents import money
from healthsim_nb.coverage.render.sponsors import plan_ids
from healthsim_nb.engine.arrow import batch, constant, dates, words
from healthsim_nb.engine.order import in_order
from healthsim_nb.pharmacy.counter import REBILL
from healthsim_nb.pharmacy.requests import UNLIMITED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.pharmacy.dispensed import Settled

    I64 = NDArray[np.int64]

KINDS = ("pharmacy-deductible", "pharmacy-out-of-pocket")


def rows(settled: Settled) -> pa.RecordBatch:
    """Return a row each time that a pharmacy claim moved an account, with the total after it."""
    v, limits = settled.verdicts, settled.asked.accounts.limits
    parts = [
        _moves(settled, kind, cents, limit)
        for kind, (cents, limit) in enumerate(
            ((v.deductible, limits.deductible), (v.counted, limits.most))
        )
    ]
    c = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    order = in_order(c["id"])
    c = {name: column[order] for name, column in c.items()}
    fill = settled.lines.fill[c["line"]]
    held, roll = settled.desk.held, settled.roll
    n = len(order)
    return batch(
        "accumulators",
        {
            "id": c["id"],
            "member_id": roll.people.id[settled.person[c["line"]]],
            "subscriber_id": roll.people.id[held.subscriber[fill]],
            "plan_id": plan_ids(roll.book, held.row[fill]),
            "plan_year": held.year[fill].astype(np.int32),
            "claim_id": pa.nulls(n, pa.int64()),
            "pharmacy_claim_id": settled.id[c["line"]],
            "scope": constant("individual", n),
            "kind": words(c["kind"], KINDS),
            "network_tier": constant("in", n),
            "entry_date": dates(settled.lines.day[c["line"]]),
            "amount": money(c["cents"]),
            "balance": money(c["balance"]),
            "limit_amount": money(c["limit"]),
        },
    )


def _moves(settled: Settled, kind: int, cents: I64, limits: I64) -> dict[str, I64]:
    """Return the movements of one kind of account."""
    lines = settled.lines
    account = settled.asked.requests.account
    limit = limits[account]
    # A claim that is billed anew moves by what it differs.
    anew = np.flatnonzero((lines.variant == REBILL) & settled.verdicts.sent)
    cents = cents.copy()
    cents[anew] -= cents[lines.of[anew]]
    at = settled.rows  # In order of id.
    at = at[(cents[at] != 0) & (limit[at] > 0) & (limit[at] < UNLIMITED)]
    by_account = at[in_order(account[at], settled.lines.day[at])]
    mine = account[by_account]
    total = np.cumsum(cents[by_account])
    new = np.r_[True, mine[1:] != mine[:-1]] if len(mine) else np.zeros(0, bool)
    start = np.flatnonzero(new)
    before = np.repeat((total - cents[by_account])[start], np.diff(np.r_[start, len(mine)]))
    return {
        # Odd: what medical claims moved has even ids.
        "id": settled.id[by_account] << 2 | kind << 1 | 1,
        "line": by_account,
        "kind": np.full(len(mine), kind),
        "cents": cents[by_account],
        "balance": total - before,
        "limit": limit[by_account],
    }
