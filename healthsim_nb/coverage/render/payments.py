"""Rows of remittances and accumulators: what was paid when, and what it counted towards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from healthsim_nb.coverage.cents import lettered, money
from healthsim_nb.coverage.filing import SECONDARY, VOID
from healthsim_nb.coverage.render.claims import DENIED, pay_day
from healthsim_nb.coverage.wavefront import UNLIMITED
from healthsim_nb.engine.arrow import batch, dates, words
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.order import in_order
from healthsim_nb.engine.rng import Draws

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.render.claims import File

    I64 = NDArray[np.int64]

COUNTRY = 0
FIRST, SECOND, REFUSED, TAKEN_BACK = range(4)
CLAIM_STATUSES = ("1", "2", "4", "22")
METHODS = ("ACH", "CHK", "NON")
CHECKS = 0.12
"""Share of providers who are paid by check (CAQH Index 2023, rounded)."""
PLAN_ROOM = 1 << 10
SCOPES, KINDS, TIERS = ("individual", "family"), ("deductible", "out-of-pocket"), ("in", "out")


def remittances(file: File) -> pa.RecordBatch:
    """Return a row for each claim that was paid or refused, and for each payment taken back."""
    f = file.filings
    told = np.flatnonzero((f.version != VOID) & (pay_day(f.decided) < file.last_day))
    back = np.flatnonzero((f.undone < FAR) & (pay_day(f.undone) < file.last_day))
    at = np.concatenate([told, back])
    undone = np.arange(len(at)) >= len(told)
    order = in_order(at, undone)
    at, undone = at[order], undone[order]
    sign = np.where(undone, -1, 1)
    day = pay_day(np.where(undone, f.undone[at], f.decided[at]))
    denied = file.status[at] == DENIED
    status = np.where(denied, REFUSED, np.where(f.version[at] == SECONDARY, SECOND, FIRST))
    payee = file.claims.provider[f.claim[at]]
    by_check = Draws(COUNTRY, payee).chance("coverage.check", CHECKS)
    method = np.where(file.paid[at] == 0, 2, by_check.astype(np.int64))
    return batch(
        "remittances",
        {
            "id": file.id[at] | undone,
            "claim_id": file.id[at],
            "payee_provider_id": payee,
            "check_number": lettered("", _check(file, at, payee, day)),
            "payment_method": words(method, METHODS),
            "payment_date": dates(day),
            "claim_status_code": words(np.where(undone, TAKEN_BACK, status), CLAIM_STATUSES),
            "charge_amount": money(sign * file.charge[at]),
            "paid_amount": money(sign * file.paid[at]),
            "patient_responsibility": money(sign * file.owed[at]),
            "payer_control_number": lettered("P", file.id[at] >> 6),
        },
    )


def _check(file: File, at: I64, payee: I64, day: I64) -> I64:
    """Return the number of the transfer that pays all of a provider's claims of a plan and day."""
    plan = file.filings.plan[at]
    key = (payee * PLAN_ROOM + plan) << 20 | day
    return Draws(COUNTRY, key).below("coverage.check-number", 900_000_000) + 100_000_000


def accumulators(file: File) -> pa.RecordBatch:
    """Return a row each time that a claim moved an account, with the total after it."""
    f, ledger = file.filings, file.ledger
    deductible = ledger.sums(ledger.deductible)
    most = deductible + ledger.sums(ledger.copay) + ledger.sums(ledger.coinsurance)
    moved = np.flatnonzero(most > 0)
    back = moved[f.undone[moved] < FAR]
    at = np.concatenate([moved, back])
    undone = np.arange(len(at)) >= len(moved)
    day = np.where(undone, f.undone[at], f.decided[at])
    order = in_order(day, at)
    at, undone, day = at[order], undone[order], day[order]
    sign = np.where(undone, -1, 1)
    parts = [
        _moves(file, (at, undone, day), (scope, kind), sign * cents[at])
        for scope in range(2)
        for kind, cents in enumerate((deductible, most))
    ]
    c = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    order = in_order(c["id"])
    c = {name: column[order] for name, column in c.items()}
    at = c["at"]
    year = (file.claims.day[f.claim[at]]).astype("datetime64[D]").astype("datetime64[Y]")
    return batch(
        "accumulators",
        {
            "id": c["id"],
            "member_id": file.people.id[file.person[at]],
            "subscriber_id": file.people.id[f.subscriber[at]],
            "plan_id": file.plan[at],
            "plan_year": (year.astype(np.int64) + 1970).astype(np.int32),
            "claim_id": file.id[at],
            "pharmacy_claim_id": pa.nulls(len(at), pa.int64()),
            "scope": words(c["scope"], SCOPES),
            "kind": words(c["kind"], KINDS),
            "network_tier": words(ledger.accounts.tier[at], TIERS),
            "entry_date": dates(c["day"]),
            "amount": money(c["cents"]),
            "balance": money(c["balance"]),
            "limit_amount": money(c["limit"]),
        },
    )


def _moves(
    file: File, events: tuple[I64, NDArray[np.bool_], I64], what: tuple[int, int], cents: I64
) -> dict[str, I64]:
    """Return the movements of one kind of account, in order of time."""
    (at, undone, day), (scope, kind) = events, what
    accounts = file.ledger.accounts
    account = (accounts.family if scope else accounts.member)[at]
    limit = accounts.limits[2 * scope + kind][account]
    counts = (cents != 0) & (limit > 0) & (limit < UNLIMITED)
    if scope:
        counts &= accounts.shared[at]
    rows = np.flatnonzero(counts)
    by_account = rows[in_order(account[rows])]
    total = np.cumsum(cents[by_account])
    new = np.r_[True, account[by_account[1:]] != account[by_account[:-1]]] if len(rows) else rows
    start = np.flatnonzero(new)
    offset = (total - cents[by_account])[start]
    balance = total - np.repeat(offset, np.diff(np.r_[start, len(by_account)]))
    taken = by_account
    return {
        # Even: what pharmacy claims moved has odd ids.
        "id": (file.id[at[taken]] | undone[taken] << 2 | scope << 1 | kind) << 1,
        "at": at[taken],
        "scope": np.full(len(taken), scope),
        "kind": np.full(len(taken), kind),
        "day": day[taken],
        "cents": cents[taken],
        "balance": balance,
        "limit": limit[taken],
    }
