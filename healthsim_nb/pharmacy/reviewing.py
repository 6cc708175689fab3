"""What utilization review looks at: the member's other drugs, and whom a drug does not suit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.calendar import years_between
from healthsim_nb.engine.groups import each
from healthsim_nb.engine.order import distinct, in_order
from healthsim_nb.pharmacy.checks import MAJOR as MAJOR_CHECK
from healthsim_nb.pharmacy.checks import MINOR, MODERATE, product_checks
from healthsim_nb.pharmacy.counter import AGAIN, MAIN
from healthsim_nb.pharmacy.illness import expecting, first_days
from healthsim_nb.pharmacy.requests import MAJOR, SOON, Reviews
from healthsim_nb.population.tables import SEXES

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from healthsim_nb.pharmacy.counter import Lines
    from healthsim_nb.pharmacy.desk import Desk
    from healthsim_nb.pharmacy.fills import Fills
    from healthsim_nb.pharmacy.products import Products
    from healthsim_nb.pharmacy.requests import Verdicts

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

PRODUCT_BITS = 12
REASONS = ("DD", "TD", "ID", "HD", "PA", "SX", "ER", "PG", "DC")
DD, TD, ID, HD, PA, SX, ER, PG, DC = range(9)


@dataclass(frozen=True, eq=False)
class Beside:
    """Drugs that a review sees beside others."""

    pairs: Reviews
    other: I64
    """Product of the other drug, by pair."""


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The drugs of each member that do something together."""

    slots: I64
    """Person and product of each row."""
    row: I64
    """Row of each fill."""
    count: I64
    """How many others a row has, and where they begin in ``others``."""
    first: I64
    others: I64
    risky: Bools
    """Fills that a review may refuse."""


def neighbours(fills: Fills, shelf: Products) -> Neighbours:
    """Return which drugs of each member do something together."""
    checks = product_checks(shelf).pairs
    slots, row = distinct(fills.person << PRODUCT_BITS | fills.product)
    one, other = _together(slots, checks.severity)
    order = in_order(one)
    one, other = one[order], other[order]
    count = np.bincount(one, minlength=len(slots))
    product = slots & ((1 << PRODUCT_BITS) - 1)
    barred = np.zeros(len(slots), bool)
    barred[one[checks.refuses[product[one], product[other]]]] = True
    return Neighbours(slots, row, count, np.cumsum(count) - count, other, barred[row])


def reviewed(fills: Fills, lines: Lines) -> Bools:
    """Return the lines that are reviewed: the first claim for each prescription."""
    first = (lines.variant == MAIN) | (lines.variant == AGAIN)
    found: Bools = first & fills.opening[lines.fill]
    return found


def beside(fills: Fills, lines: Lines, known: Neighbours, shelf: Products) -> Beside:
    """Return the other drugs of the member that a review sees with each line."""
    checks = product_checks(shelf).pairs
    at = np.flatnonzero(reviewed(fills, lines))
    owner, place = each(known.count, known.first, known.row[lines.fill[at]])
    line, row = at[owner], known.others[place]
    mine = fills.product[lines.fill[line]]
    other = known.slots[row] & ((1 << PRODUCT_BITS) - 1)
    severity = np.where(checks.refuses[mine, other], MAJOR, 1)
    pairs = Reviews(
        line.astype(np.int32),
        row.astype(np.int32),
        severity.astype(np.int8),
        checks.overlap[mine, other].astype(np.int32),
    )
    return Beside(pairs, other)


def _together(slots: I64, severity: NDArray[np.int8]) -> tuple[I64, I64]:
    """Return the pairs of rows of one person whose drugs do something together, both ways."""
    person, product = slots >> PRODUCT_BITS, slots & ((1 << PRODUCT_BITS) - 1)
    firsts, seconds = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    at = np.arange(len(slots))
    step = 1
    while len(at):
        at = at[at + step < len(slots)]
        at = at[person[at] == person[at + step]]
        some = at[severity[product[at], product[at + step]] > 0]
        firsts += [some, some + step]
        seconds += [some + step, some]
        step += 1
    return np.concatenate(firsts), np.concatenate(seconds)


@dataclass(frozen=True, eq=False)
class Alerts:
    """What reviews found, shape (a,) a column."""

    line: I64
    reason: I64
    """Index into `REASONS`."""
    severity: I64
    """Index into `checks.SEVERITIES`."""
    told: I64
    """Text of a pair, -1: of the reason."""
    other: I64
    """Product of the other drug, -1: none."""
    beside: I64
    """Line of the other drug, -1: none."""


def alerts_of(
    desk: Desk, lines: Lines, seen: Beside, verdicts: Verdicts, diagnoses: pa.RecordBatch
) -> Alerts:
    """Return what reviews found in the claims that were sent."""
    hit = np.flatnonzero(verdicts.found)
    line = seen.pairs.line[hit].astype(np.int64)
    mine, other = desk.fills.product[lines.fill[line]], seen.other[hit]
    checks = product_checks(desk.products).pairs
    pairs = Alerts(
        line=line,
        reason=checks.reason[mine, other].astype(np.int64) - 1,
        severity=checks.severity[mine, other].astype(np.int64),
        told=checks.told[mine, other].astype(np.int64),
        other=other,
        beside=verdicts.beside[hit].astype(np.int64),
    )
    return _joined([pairs, *_own(desk, lines, verdicts, diagnoses)])


def _own(desk: Desk, lines: Lines, verdicts: Verdicts, diagnoses: pa.RecordBatch) -> list[Alerts]:
    """Return what is found about a drug and its taker alone."""
    f, shelf, people = desk.fills, desk.products, desk.roll.people
    checks = product_checks(shelf)
    at = np.flatnonzero(reviewed(f, lines) & verdicts.sent & (verdicts.refusal == 0))
    fill = lines.fill[at]
    who, product = f.person[fill], f.product[fill]
    age = years_between(people.birth_day[who], lines.day[at].astype(np.int32))
    c = checks.cautions
    young = age < c.least_age[product]
    elder = (c.elder_age[product] > 0) & (age >= c.elder_age[product])
    only = c.sex[product]
    wrong = (only > 0) & (np.array(("", *SEXES))[only] != np.array(SEXES)[people.sex[who]])
    most = checks.most_daily_units[product]
    high = (most > 0) & (shelf.daily_units[product] > most) & (age >= 18)
    soon = np.flatnonzero(verdicts.sent & (verdicts.refusal == SOON))
    day = lines.day[at]
    pregnant = c.pregnancy[product] & expecting(diagnoses, people, who, day)
    asked = np.flatnonzero(c.disease[product].any(axis=1))
    since = first_days(diagnoses, people, c.begins)[who[asked]]
    ill = c.disease[product[asked]] & (since <= day[asked, None])
    return [
        _alone(at[young], PA, MAJOR_CHECK),
        _alone(at[elder & ~young], PA, MINOR),
        _alone(at[wrong], SX, MODERATE),
        _alone(at[high], HD, MODERATE),
        _alone(soon, ER, MODERATE),
        _alone(at[pregnant], PG, MAJOR_CHECK),
        _alone(at[asked[ill.any(axis=1)]], DC, MAJOR_CHECK),
    ]


def _alone(line: I64, reason: int, severity: int) -> Alerts:
    none = np.full(len(line), -1, np.int64)
    alike = np.full(len(line), reason), np.full(len(line), severity)
    return Alerts(line.astype(np.int64), *alike, none, none, none)


def _joined(parts: list[Alerts]) -> Alerts:
    return Alerts(
        **{name: np.concatenate([getattr(p, name) for p in parts]) for name in vars(parts[0])}
    )
