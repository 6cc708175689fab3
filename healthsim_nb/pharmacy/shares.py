"""How the price of a fill is shared: deductible, copay, coinsurance, phases, subsidies, cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.pharmacy.requests import WHOLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.balances import Balances
    from healthsim_nb.pharmacy.requests import Requests

    I32 = NDArray[np.int32]
    I64 = NDArray[np.int64]
    Index = NDArray[np.intp]

DEDUCTIBLE, COPAY, COINSURANCE, PATIENT, PLAN, SUBSIDY, DISCOUNT, CARD, COUNTED = range(9)
NAMES = (
    *("deductible", "copay", "coinsurance", "patient", "plan"),
    *("subsidy", "discount", "card", "counted"),
)
DUE, INITIAL, GAP, CATASTROPHIC = range(4)


class Left:
    """What is left of accounts, phases and cards."""

    def __init__(self, balances: Balances, initial: I64, card: I64) -> None:
        self.accounts = balances
        self.initial, self.card = initial.copy(), np.r_[card, 0]

    def less(self, lines: Requests, at: NDArray[np.integer], deductible: I64, counted: I64) -> None:
        """Take amounts from what is left."""
        accounts, member, family = self.accounts, lines.account[at], lines.family[at]
        accounts.deductible[member] -= deductible
        accounts.most[member] -= counted
        accounts.family_deductible[family] -= deductible
        accounts.family_most[family] -= counted


class Money:
    """Amounts by line, in cents: shape (9, n)."""

    def __init__(self, lines: Requests) -> None:
        n = len(lines.chain)
        self.lines = lines
        self.out = np.zeros((len(NAMES), n), np.int64)
        self.phase = np.full(n, -1, np.int8)
        self.costly = np.zeros(n, bool)
        self.any_phased = bool(lines.phased.any())

    def rows(self) -> dict[str, I64]:
        """Return the amounts by name."""
        return dict(zip(NAMES, self.out, strict=True))

    def share(self, at: Index, left: Left) -> None:
        """Share the price of some fills, and count it."""
        lines = self.lines
        price, member, family = lines.price[at], lines.account[at], lines.family[at]
        accounts = left.accounts
        room = np.maximum(np.minimum(accounts.most[member], accounts.family_most[family]), 0)
        due = np.minimum(accounts.deductible[member], accounts.family_deductible[family])
        due = np.maximum(due, 0)
        deductible = np.minimum(due, price) * lines.open[at]
        rest = price - deductible
        initial = np.minimum(rest, np.maximum(left.initial[member] - deductible, 0))
        parts = self._parts(at, deductible, initial, room)
        discount = np.zeros_like(price)
        counted = parts.sum(0)
        if self.any_phased and lines.phased[at].any():
            counted = self._phases(at, parts, initial, rest, room, discount)
        owes = parts.sum(0)
        subsidized = lines.subsidized[at]
        subsidy = np.where(subsidized < 0, 0, owes - np.minimum(owes, subsidized))
        card = self._card(at, left, owes - subsidy)
        patient = owes - subsidy - card
        plan = price - owes - discount
        self.out[:, at] = (*parts, patient, plan, subsidy, discount, card, counted)
        self.costly[at] = patient > lines.costly[at]
        left.initial[member] -= price
        left.less(lines, at, parts[0], counted)
        left.card[lines.card[at]] -= card

    def _parts(self, at: Index, deductible: I64, initial: I64, room: I64) -> I64:
        """Return deductible, copay and coinsurance within the limits, shape (3, n)."""
        lines, rate = self.lines, self.lines.rate[at]
        copay = np.minimum(lines.copay[at], initial)
        coinsurance = np.maximum(_part(initial, rate), lines.least[at])
        coinsurance = np.minimum(np.minimum(coinsurance, lines.most[at]), initial - copay)
        coinsurance *= rate > 0
        parts = np.stack([deductible, copay, coinsurance])
        _reduce(parts, np.maximum(parts.sum(0) - np.minimum(room, lines.cap[at]), 0))
        return parts

    def _phases(
        self, at: Index, parts: I64, initial: I64, rest: I64, room: I64, discount: I64
    ) -> I64:
        """Add what is due in the coverage gap and what makers pay, and return what counts."""
        lines = self.lines
        gap = (rest - initial) * lines.phased[at]
        owed = parts.sum(0)
        own = np.minimum(_part(gap, lines.gap_rate[at]), np.maximum(lines.cap[at] - owed, 0))
        maker = _part(gap, lines.gap_discount[at])
        both, still = own + maker, room - owed
        over = both > still
        own = np.where(over, still * own // np.maximum(both, 1), own)
        maker = np.where(over, np.where(maker > 0, still - own, 0), maker)
        parts[2] += own
        discount += maker
        counted: I64 = parts.sum(0) + maker
        late = np.where(room > 0, lines.discount[at], lines.late_discount[at])
        of = np.where(room > 0, rest, rest + parts[0])
        discount += np.minimum(_part(of, late), rest + parts[0] - parts.sum(0) - discount)
        phase = np.where(initial > 0, INITIAL, GAP)
        phase = np.where(parts[0] > 0, DUE, np.where(room <= 0, CATASTROPHIC, phase))
        self.phase[at] = np.where(lines.phased[at], phase, -1)
        return counted

    def _card(self, at: Index, left: Left, owes: I64) -> I64:
        """Return what manufacturers' cards pay."""
        lines = self.lines
        row = lines.card[at]
        pays = np.minimum(owes - np.minimum(owes, lines.card_least[at]), lines.card_most[at])
        return np.where(row < 0, 0, np.minimum(pays, np.maximum(left.card[row], 0)))

    def undo(self, at: Index, of: NDArray[np.integer], left: Left) -> None:
        """Take fills back."""
        lines = self.lines
        self.out[:, at] = -self.out[:, of]
        self.phase[at] = self.phase[of]
        left.less(lines, of, self.out[DEDUCTIBLE, at], self.out[COUNTED, at])
        left.initial[lines.account[of]] += lines.price[of]
        left.card[lines.card[of]] -= self.out[CARD, at]


def _part(cents: I64, rate: I32) -> I64:
    """Return a share of amounts, halves rounded up."""
    found: I64 = (cents * rate + WHOLE // 2) // WHOLE
    return found


def _reduce(parts: I64, over: I64) -> None:
    """Take what is too much from coinsurance, then copay, then deductible."""
    if not over.any():
        return
    for row in (2, 1, 0):
        less = np.minimum(over, parts[row])
        parts[row] -= less
        over = over - less
