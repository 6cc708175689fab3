"""The claims of a block as its benefits decide them: each line with all that is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from healthsim_nb.pharmacy.requests import TAKEN, UNLIMITED, Requests
from healthsim_nb.pharmacy.stepping import steps_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.pharmacy.accounts import Accounts
    from healthsim_nb.pharmacy.counter import Lines
    from healthsim_nb.pharmacy.desk import Desk
    from healthsim_nb.pharmacy.gates import Gates
    from healthsim_nb.pharmacy.requests import Pairs
    from healthsim_nb.pharmacy.reviewing import Beside

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]

OLD_CREDIT = 400
"""Days with which the first fill of a drug that a plan knows of from before counts."""
AMOUNTS = ("copay", "least", "most", "cap", "subsidized", "card_least")
"""Columns of cents; the others are small."""


@dataclass(frozen=True, eq=False)
class Asked:
    """Everything that is sent from the counter, and what it is decided by."""

    desk: Desk
    lines: Lines
    seen: Beside
    accounts: Accounts
    household: I64
    """Of each fill: the person that it is called after."""
    less: Bools
    """Lines with less than prescribed."""
    requests: Requests
    stepped: Pairs


def reduced(desk: Desk, gate: Gates, lines: Lines) -> Bools:
    """Return of which lines less is dispensed than prescribed, within the limit."""
    less: Bools = gate.reduced[lines.fill] & (lines.refusal == TAKEN)
    return less & (desk.less < desk.quantity)[lines.fill]


def requests_of(
    desk: Desk,
    gate: Gates,
    lines: Lines,
    accounts: Accounts,
    less: Bools,
    costly: I64,
    chain: I64,
    drug: I64,
) -> tuple[Requests, Pairs]:
    """Return the lines as benefits decide them, and what step therapy asks of them.

    Parameters
    ----------
    less
        Of which lines less is dispensed than prescribed.
    costly, chain, drug
        Of each fill: the cents beyond which it is left at the counter, what it waits in, the row
        of what the member has of the drug.
    """
    f, at, steps = desk.fills, lines.fill, steps_of(desk, gate, lines)
    price = np.where(less, _total(desk.small)[at], _total(desk.full)[at])
    free = desk.benefits.tier.ravel()[desk.cell] == 0
    card, card_least, _ = desk.cards
    first = (f.nth == 0) & f.known
    by_fill = {
        "episode": f.use, "drug": drug, "days": f.days, "ready": f.due,
        "prescription": f.prescription, "fills": f.allowed, "group": steps.group,
        "credit": f.days + OLD_CREDIT * first, "phased": desk.part_d,
        "open": desk.benefits.pays_deductible.ravel()[desk.cell] | free,
        **{name: desk.costs[name] for name in ("copay", "rate", "least", "most")}, **desk.law,
        "account": accounts.member, "family": accounts.family, "card": card,
        "card_least": card_least,
    }  # fmt: skip
    requests = Requests(
        chain=chain[at], day=_small(lines.day), kind=lines.kind, of=_small(lines.of),
        only=lines.only, why=lines.why, refusal=lines.refusal, quits=lines.quits,
        early=lines.free, answered=lines.free, steps=_small(steps.classes),
        step_days=_small(steps.days), since=_small(steps.since), price=price,
        card_most=np.full(len(at), UNLIMITED), costly=costly[at],
        **{name: _typed(name, column)[at] for name, column in by_fill.items()},
    )  # fmt: skip
    return requests, steps.asked


def _typed(name: str, column: NDArray[Any]) -> NDArray[Any]:
    if name in AMOUNTS or column.dtype == bool:
        return column
    return column.astype(np.int32)


def _small(column: I64) -> NDArray[np.int32]:
    return column.astype(np.int32)


def _total(prices: tuple[I64, I64, I64]) -> I64:
    found: I64 = prices[0] + prices[1]
    return found
