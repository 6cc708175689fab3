"""Why payers refuse lines that they could pay: network, consent, exclusion, need, bundling."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.book import SERVICES
from healthsim_nb.coverage.claims import COUNTRY
from healthsim_nb.coverage.filing import TAKEN
from healthsim_nb.coverage.mistakes import left_out
from healthsim_nb.coverage.prices import price_list
from healthsim_nb.engine.rng import ONE32, Draws
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book
    from healthsim_nb.coverage.claims import Claims
    from healthsim_nb.coverage.consent import Consents
    from healthsim_nb.coverage.filed import Filed
    from healthsim_nb.coverage.filing import Filings

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

NETWORKS = 64
"""More networks than there will be: provider and network make one number."""


@cache
def refusals() -> tuple[dict[str, str], ...]:
    """Return why lines are refused; the first is no refusal."""
    return (
        {"id": "", "group": "", "carc": "", "rarc": "", "who": ""},
        *rows("coverage/refusals.csv"),
    )


@cache
def _number(name: str) -> int:
    return [row["id"] for row in refusals()].index(name)


CLAIM_REFUSALS = (
    "",
    "too-early",
    "ended",
    "other-first",
    "incomplete",
    "too-late",
    "twice",
    "withdrawn",
    "unpointed",
    "unrecorded",
)
"""In the order of the numbers in `filing`."""


@cache
def claim_refusals() -> NDArray[np.int8]:
    """Return the number in `refusals` of each reason to refuse a claim as a whole."""
    return np.array([_number(name) for name in CLAIM_REFUSALS], np.int8)


def used_up() -> int:
    """Return the number in `refusals` of visits beyond the year's."""
    return _number("used-up")


def in_network(claims: Claims, filings: Filings, book: Book) -> Bools:
    """Return whether who sends the claim belongs to the plan's network."""
    table = rows("coverage/networks.csv")
    number = {row["id"]: place for place, row in enumerate(table)}
    network = np.array([number[name] for name in book.column("network")])[filings.plan]
    share = np.array([[int(r["professional"]), int(r["facility"])] for r in table]) / 100
    house = claims.institutional[filings.claim]
    who = np.where(house, claims.facility[filings.claim], claims.provider[filings.claim])
    # Providers and facilities have numbers of their own.
    drawn = Draws(COUNTRY, who * (2 * NETWORKS) + house * NETWORKS + network)
    found: Bools = drawn.u32("coverage.network") < share[network, house.astype(np.int64)] * ONE32
    return found


def line_refusals(
    claims: Claims, filings: Filings, filed: Filed, inside: Bools, consents: Consents, book: Book
) -> NDArray[np.int8]:
    """Return why each line of each filing is refused, 0 where it is not.

    Parameters
    ----------
    inside
        Whether the network is no obstacle, by filing.
    """
    found = np.zeros(len(filed.line), np.int8)
    own, asked = ~filed.second, consents.missing[filings.claim]
    excluded, bundled = (
        _left_out(claims, filings, filed, left_out(book, why)) for why in ("excluded", "bundled")
    )
    checks = (
        (_bundled(claims)[filed.line] & own, "bundled"),
        (bundled[own[bundled]], "bundled"),
        (_unnecessary(claims, filings, filed, book), "unnecessary"),
        (claims.unmarked[filed.line] & own, "unmarked"),
        (filed.of(book.excluded), "excluded"),
        (excluded, "excluded"),
        (filed.of(book.consent) & asked[filed.filing] & own, "consent"),
        ((~inside & ~book.pays_outside[filings.plan])[filed.filing], "network"),
    )
    # What is looked at first comes last here, and counts.
    for fails, why in checks:
        found[fails] = _number(why)
    whole = claim_refusals()[filings.refusal][filed.filing]
    return np.where(whole != TAKEN, whole, found)


def _bundled(claims: Claims) -> Bools:
    found: Bools = claims.seen & claims.beside & (claims.modifier == 0)
    return found


def _left_out(claims: Claims, filings: Filings, filed: Filed, table: Bools) -> I64:
    """Return lines of services that a plan does not pay for, by a table of plans and services."""
    service = claims.lines["service"]
    at = np.flatnonzero(np.any(table, axis=0)[service][filed.line])
    plan = filings.plan[filed.filing[at]]
    found: I64 = at[table[plan, service[filed.line[at]]]]
    return found


def _unnecessary(claims: Claims, filings: Filings, filed: Filed, book: Book) -> I64:
    """Return lines for which no diagnosis of the visit speaks, where the payer cares."""
    rules = [
        (price_list().number(row["code"]), row["lines"].split(), tuple(row["diagnoses"].split()))
        for row in rows("coverage/necessity.csv")
    ]
    ruled = np.zeros(len(price_list().codes) + 1, bool)
    ruled[[code for code, _, _ in rules if code >= 0]] = True
    # What is preventive needs no illness; whoever pays second does not ask again.
    asks = (filed.benefit != SERVICES.index("preventive")) & ~filed.second
    at = np.flatnonzero(ruled[claims.lines["service"]][filed.line] & asks)
    service, filing = claims.lines["service"][filed.line[at]], filed.filing[at]
    plan, visit = filings.plan[filing], claims.visit[filings.claim[filing]]
    kinds, found = book.column("line_of_business"), np.zeros(len(at), bool)
    for code, lines, diagnoses in rules:
        mine = np.flatnonzero((service == code) & np.isin(kinds, lines)[plan])
        if len(mine):
            found[mine] = ~claims.visits.with_any(diagnoses, visit[mine])
    unspoken: I64 = at[found]
    return unspoken
