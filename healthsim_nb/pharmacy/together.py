"""Medical and pharmacy claims decided in one order of time, for plans may combine what they count.

Where drugs count towards the deductible and the maximum of medical care, a visit costs less after
a dear drug, and a drug less after a stay. So lines of both wait in the same chain, a household's,
and move the same accounts: each of its turns belongs to a medical line or to one of a drug. On one
day, medical lines come first. Nobody else's lines wait for the other kind.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.book import TIERS
from healthsim_nb.coverage.choice import NONE
from healthsim_nb.coverage.wavefront import Pricing
from healthsim_nb.engine.waves import lay_out, turns
from healthsim_nb.pharmacy.shares import Left
from healthsim_nb.pharmacy.wave import Deciding, ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.records import Billed
    from healthsim_nb.coverage.wavefront import Services, Shares
    from healthsim_nb.pharmacy.asking import Asked
    from healthsim_nb.pharmacy.requests import Limits, Pairs, Requests, Reviews, Verdicts

    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]


def in_one_order(billed: Billed, asked: Asked) -> tuple[Services, Requests, tuple[I64, I64]]:
    """Return medical lines and those of drugs with chains in common, and when each is decided."""
    queue, medical, drugs = billed.queue, billed.queue.services, asked.requests
    people = len(asked.desk.roll.people)
    buys = np.zeros(people, bool)
    buys[asked.household[asked.accounts.combined]] = True
    counts = np.zeros(int(medical.chain.max(initial=-1)) + 1, bool)
    counts[medical.chain[_combined(billed, asked)]] = True
    waits = counts[medical.chain] & buys[queue.household]
    # Those of drugs are numbered by person, and beyond the people by household.
    chain = np.where(waits, people + queue.household, 2 * people + medical.chain)
    day = drugs.day.astype(np.int64)
    return replace(medical, chain=chain), drugs, (queue.when, (day + 1) * queue.a_day - 1)


def _combined(billed: Billed, asked: Asked) -> Bools:
    """Return which medical lines count towards accounts that drugs may count towards too."""
    book, benefits = asked.desk.roll.book, asked.desk.benefits
    key = billed.presented.desk.accounts.members
    formulary = benefits.of_plan[key // TIERS % len(book.deductible) // book.years]
    combined = benefits.combined[formulary] & (formulary != NONE) & (key % TIERS == 0)
    found: Bools = combined[billed.queue.services.member]
    return found


def decide_together(
    medical: Services,
    drugs: Requests,
    when: tuple[I64, I64],
    limits: Limits,
    visits: I64,
    pairs: tuple[Pairs, Reviews],
) -> tuple[Shares, Verdicts]:
    """Return what becomes of medical lines and of lines of drugs, by their index.

    Parameters
    ----------
    medical, drugs
        Lines of one chain wait for one another, of whichever kind they are.
    when
        Lines of a chain are taken in this order; where it is the same, medical lines first.
    limits
        What accounts and cards begin with.
    visits
        How many visits each counter of medical lines allows.
    pairs
        Histories that a step therapy asks for, and other drugs that a review looks at.
    """
    turn = turns(np.concatenate([medical.chain, drugs.chain]), np.concatenate(when))
    count = int(turn.max(initial=-1)) + 1
    n = len(medical.chain)
    balances = limits.balances()
    pricing = Pricing(medical, balances, visits, lay_out(turn[:n], count))
    left = Left(balances, limits.initial, limits.card)
    deciding = Deciding(drugs, left, lay_out(turn[n:], count, ranks(drugs)), *pairs)
    for number in range(count):
        pricing.step(number)
        deciding.step(number)
    return pricing.shares(), deciding.verdicts()
