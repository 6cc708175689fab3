"""How often people are seen for what they have, and what is usually ordered then."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.curves import AGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from healthsim_nb.clinical.compiled import Illness
    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.state import Rows
    from healthsim_nb.templates.catalogue import Order

SEXES = ("F", "M")
EVERYONE = -1


class Rhythm:
    """The routine visits of all conditions side by side."""

    def __init__(self, illnesses: Sequence[Illness], orders: Sequence[Order]) -> None:
        self._illnesses, self._all_orders = illnesses, orders

    @cached_property
    def months(self) -> NDArray[np.int16]:
        """Months between visits by (condition, 1 + degree, age), 0 for none, shape (c, d, 121)."""
        most = max(len(i.degrees) for i in self._illnesses)
        table = np.zeros((len(self._illnesses), most + 1, AGES), np.int16)
        for illness in self._illnesses:
            every = np.tile(illness.every, (most + 1, 1))
            for place, degree in enumerate(illness.degrees, start=1):
                if degree.every:
                    every[place] = degree.every
            seen = np.maximum(1, np.rint(every * illness.rhythm))
            table[illness.index] = np.where(every > 0, seen, 0)
        return table

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many things are ordered for each condition, shape (c,)."""
        return np.array([len(i.orders) for i in self._illnesses], np.int64)

    @cached_property
    def firsts(self) -> NDArray[np.int64]:
        """Place of the first of them in ``orders``, shape (c,)."""
        found: NDArray[np.int64] = np.cumsum(self.counts) - self.counts
        return found

    @cached_property
    def orders(self) -> NDArray[np.int16]:
        """What is ordered, one condition's after the other's."""
        return np.array([o for i in self._illnesses for o, _ in i.orders], np.int16)

    @cached_property
    def apart(self) -> NDArray[np.int64]:
        """The least months since it was last ordered."""
        return np.array([m for i in self._illnesses for _, m in i.orders], np.int64)

    @cached_property
    def near(self) -> NDArray[np.bool_]:
        """By order: whether it cannot be done by video, shape (o,)."""
        return np.array([o.kind == "procedure" for o in self._all_orders], bool)

    @cached_property
    def sex(self) -> NDArray[np.int8]:
        """By order: the sex that it is for, -1 for everyone, shape (o,)."""
        return np.array(
            [SEXES.index(o.sex) if o.sex else EVERYONE for o in self._all_orders], np.int8
        )


def interval(month: Month, cause: int | NDArray[np.intp], rows: Rows) -> NDArray[np.int16]:
    """Return the months between routine visits, 0 for none; one condition for all or one each."""
    stage = month.state.stage[cause, rows]
    found: NDArray[np.int16] = month.plan.rhythm.months[cause, stage, month.years_old[rows]]
    return found
