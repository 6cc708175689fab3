"""How the price of a fill is shared: deductible, copay, coinsurance, phases, subsidies, cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.coverage.balances import DUE, ROOM, cut
from healthsim_nb.engine.waves import Some
from healthsim_nb.pharmacy.requests import UNLIMITED, WHOLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.coverage.balances import Balances
    from healthsim_nb.pharmacy.requests import Requests

    I32 = NDArray[np.int32]
    I64 = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Index = NDArray[np.intp]

DEDUCTIBLE, COPAY, COINSURANCE, PATIENT, PLAN, SUBSIDY, DISCOUNT, CARD, COUNTED = range(9)
NAMES = (
    *("deductible", "copay", "coinsurance", "patient", "plan"),
    *("subsidy", "discount", "card", "counted"),
)
UNMET, INITIAL, GAP, CATASTROPHIC = range(4)
"""Phases of Part D."""


def by_law(lines: Requests) -> Bools:
    """Return the lines that Part D has phases, caps or subsidies for."""
    found: Bools = lines.phased | (lines.cap < UNLIMITED) | (lines.subsidized >= 0)
    return found


class Left:
    """What is left of accounts, phases and cards."""

    def __init__(self, accounts: Balances, initial: I64, card: I64) -> None:
        self.accounts = accounts
        self.initial, self.card = initial.copy(), card.copy()


class Money:
    """Amounts by line, in cents: shape (9, n)."""

    def __init__(self, lines: Requests, left: Left, begins: I64) -> None:
        n = len(lines.chain)
        self.lines, self.left = lines, left
        self.member = lines.account.astype(np.intp)
        self.family = lines.family.astype(np.intp)
        self.out = np.zeros((len(NAMES), n), np.int64)
        self.phase = np.full(n, -1, np.int8)
        self.carded = Some(lines.card >= 0, begins)
        # What does not apply is 0, so that no wave has to choose.
        self.open = np.where(lines.open, lines.price, 0)
        self.least = np.where(lines.rate > 0, lines.least, 0)

    def rows(self) -> dict[str, I64]:
        """Return the amounts by name."""
        return dict(zip(NAMES, self.out, strict=True))

    def costly(self, at: NDArray[np.integer]) -> Bools:
        """Return which of some fills are too dear for their patients."""
        found: Bools = self.out[PATIENT, at] > self.lines.costly[at]
        return found

    def share(self, wave: int, at: slice, law: int, good: Bools) -> None:
        """Share the price of a wave's fills, and count it.

        Parameters
        ----------
        law
            Place from which they are `by_law`.
        good
            Which of them are paid; the others cost nothing.
        """
        left, member, family = self.left.accounts, self.member[at], self.family[at]
        own, kin = left.member.take(member, axis=0), left.family.take(family, axis=0)
        before = np.minimum(own, kin)
        np.maximum(before, 0, out=before)
        out, price = self.out[:, at], self.lines.price[at] * good
        np.minimum(before[:, DUE], self.open[at], out=out[DEDUCTIBLE])
        out[DEDUCTIBLE] *= good
        rest = price - out[DEDUCTIBLE]
        initial = self._parts(at, law, rest, before[:, ROOM])
        np.subtract(price, out[PATIENT], out=out[PLAN])
        out[COUNTED] = out[PATIENT]
        if law < at.stop:
            some = slice(law - at.start, None)
            amounts = price[some], rest[some], initial[some], before[some, ROOM]
            self._phases(slice(law, at.stop), amounts, good[some])
        carded = self.carded.of(wave)
        if carded is not None:
            self._card(carded)
        moves = np.empty((len(member), 2), np.int64)
        moves[:, DUE], moves[:, ROOM] = out[DEDUCTIBLE], out[COUNTED]
        own -= moves
        kin -= moves
        left.member[member], left.family[family] = own, kin

    def _parts(self, at: slice, law: int, rest: I64, room: I64) -> I64:
        """Fill in what is owed within the limits; return what is before the coverage gap."""
        lines, out = self.lines, self.out[:, at]
        initial, limit = rest, room
        if law < at.stop:
            some, end = slice(law - at.start, None), slice(law, at.stop)
            initial, limit = rest.copy(), room.copy()
            initial[some] = self._initial(end, rest[some])
            np.minimum(limit[some], lines.cap[end], out=limit[some])
        copay = np.minimum(lines.copay[at], initial, out=out[COPAY])
        share = _part(initial, lines.rate[at])
        np.maximum(share, self.least[at], out=share)
        np.minimum(share, lines.most[at], out=share)
        np.minimum(share, initial - copay, out=out[COINSURANCE])
        owes = np.add(out[DEDUCTIBLE], copay, out=out[PATIENT])
        owes += out[COINSURANCE]
        over = (owes > limit).nonzero()[0]
        if len(over):
            cut(out, over, (owes - limit)[over])
            owes[over] = limit[over]
        return initial

    def _initial(self, law: slice, rest: I64) -> I64:
        """Return what is before the coverage gap."""
        left = self.left.initial.take(self.member[law])
        left -= self.out[DEDUCTIBLE, law]
        np.maximum(left, 0, out=left)
        return np.minimum(rest, left)

    def _phases(self, law: slice, amounts: tuple[I64, I64, I64, I64], good: Bools) -> None:
        """Add what is due in the coverage gap, and take off what makers and subsidies pay."""
        lines, out = self.lines, self.out[:, law]
        price, rest, initial, room = amounts
        gap = (rest - initial) * lines.phased[law]
        if gap.any():
            self._gap(law, gap, room)
        owes, maker = out[PATIENT].copy(), out[DISCOUNT]
        np.add(owes, maker, out=out[COUNTED])
        early = room > 0
        late = np.where(early, lines.discount[law], lines.late_discount[law])
        maker += np.minimum(_part(np.where(early, rest, price), late), price - out[COUNTED])
        np.subtract(price - owes, maker, out=out[PLAN])
        phase = np.where(initial > 0, INITIAL, GAP)
        phase = np.where(out[DEDUCTIBLE] > 0, UNMET, np.where(early, phase, CATASTROPHIC))
        self.phase[law] = np.where(lines.phased[law] & good, phase, -1)
        subsidized = lines.subsidized[law]
        np.minimum(owes, subsidized, out=out[PATIENT], where=subsidized >= 0)
        np.subtract(owes, out[PATIENT], out=out[SUBSIDY])
        self.left.initial[self.member[law]] -= price

    def _gap(self, law: slice, gap: I64, room: I64) -> None:
        """Add what member and maker owe in the coverage gap."""
        lines, out = self.lines, self.out[:, law]
        owed = out[PATIENT]
        own = np.minimum(_part(gap, lines.gap_rate[law]), np.maximum(lines.cap[law] - owed, 0))
        maker = _part(gap, lines.gap_discount[law])
        both, still = own + maker, room - owed
        over = both > still
        own = np.where(over, still * own // np.maximum(both, 1), own)
        maker = np.where(over, np.where(maker > 0, still - own, 0), maker)
        out[COINSURANCE] += own
        owed += own
        out[DISCOUNT] += maker

    def _card(self, at: Index) -> None:
        """Let manufacturers' cards pay."""
        lines, left = self.lines, self.left.card
        row, owes = lines.card[at], self.out[PATIENT, at]
        pays = np.minimum(owes - np.minimum(owes, lines.card_least[at]), lines.card_most[at])
        np.minimum(pays, np.maximum(left[row], 0), out=pays)
        self.out[CARD, at] = pays
        self.out[PATIENT, at] -= pays
        left[row] -= pays

    def undo(self, at: Index, of: NDArray[np.integer]) -> None:
        """Take fills back."""
        lines, left = self.lines, self.left
        moves = -self.out[:, of]
        self.out[:, at] = moves
        self.phase[at] = self.phase[of]
        counted = moves[[DEDUCTIBLE, COUNTED]].T
        left.accounts.member[self.member[of]] -= counted
        left.accounts.family[self.family[of]] -= counted
        left.initial[self.member[of]] += lines.price[of]
        carded = lines.card[of] >= 0
        left.card[lines.card[of][carded]] -= moves[CARD][carded]


def _part(cents: I64, rate: I32) -> I64:
    """Return a share of amounts, halves rounded up."""
    found = cents * rate
    found += WHOLE // 2
    found //= WHOLE
    return found
