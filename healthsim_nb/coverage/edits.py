"""Why payers refuse lines that they could pay: network, consent, exclusion, need, bundling."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.book import SERVICES
from healthsim_nb.coverage.claims import COUNTRY
from healthsim_nb.coverage.filing import SECONDARY, TAKEN
from healthsim_nb.coverage.mistakes import left_out
from healthsim_nb.coverage.prices import price_list
from healthsim_nb.engine.rng import ONE32, Draws
from healthsim_nb.reference import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.book import Book
    from healthsim_nb.coverage.claims import Claims
    from healthsim_nb.coverage.consent import Consents
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
def claim_refusals() -> I64:
    """Return the number in `refusals` of each reason to refuse a claim as a whole."""
    return np.array([_number(name) for name in CLAIM_REFUSALS])


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
    claims: Claims, filings: Filings, place: tuple[I64, I64], inside: Bools, consents: Consents,
    book: Book,
) -> I64:  # fmt: skip
    """Return why each line of each filing is refused, 0 where it is not.

    Parameters
    ----------
    place
        Filing and line of each line that is filed.
    inside
        Whether the network is no obstacle, by filing.
    """
    filing, line = place
    claim, plan = filings.claim[filing], filings.plan[filing]
    benefit, service = claims.lines["benefit"][line], claims.lines["service"][line]
    found = claim_refusals()[filings.refusal[filing]]
    own = filings.version[filing] != SECONDARY
    needs = book.consent[plan, benefit] & consents.missing[claim] & own
    checks = (
        (~inside[filing] & ~book.pays_outside[plan], "network"),
        (needs, "consent"),
        (book.excluded[plan, benefit] | left_out(book, "excluded")[plan, service], "excluded"),
        (claims.unmarked[line] & own, "unmarked"),
        (_unnecessary(claims, line, book, plan) & own, "unnecessary"),
        ((_bundled(claims)[line] | left_out(book, "bundled")[plan, service]) & own, "bundled"),
    )
    for fails, why in checks:
        found = np.where((found == TAKEN) & fails, _number(why), found)
    return found


def _bundled(claims: Claims) -> Bools:
    found: Bools = claims.seen & claims.beside & (claims.modifier == 0)
    return found


def _unnecessary(claims: Claims, line: I64, book: Book, plan: I64) -> Bools:
    """Return lines for which no diagnosis of the visit speaks, where the payer cares."""
    found = np.zeros(len(line), bool)
    service = claims.lines["service"][line]
    visit = claims.visit[claims.of_line[line]]
    kinds = book.column("line_of_business")
    for row in rows("coverage/necessity.csv"):
        strict = np.isin(kinds, row["lines"].split())
        at = np.flatnonzero((service == price_list().number(row["code"])) & strict[plan])
        if len(at):
            found[at] = ~_supported(claims, tuple(row["diagnoses"].split()))[visit[at]]
    # What is preventive needs no illness.
    needed: Bools = found & (claims.lines["benefit"][line] != SERVICES.index("preventive"))
    return needed


def _supported(claims: Claims, begins: tuple[str, ...]) -> Bools:
    """Return the visits with a diagnosis that begins so."""
    v = claims.visits
    good = np.array([code.startswith(begins) for code in v.codes] or [False])
    total = np.r_[0, np.cumsum(good[v.all_diagnoses])]
    found: Bools = total[v.first + v.count] > total[v.first]
    return found
