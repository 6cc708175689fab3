"""Encounters as the simulation decides them: who, when, of which kind, why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.clinical.month import Month
    from healthsim_nb.clinical.state import Rows


@dataclass
class Visits:
    """Encounters of one turn, shape (v,) each."""

    id: NDArray[np.int64]
    row: Rows
    day: NDArray[np.int32]
    minute: NDArray[np.int16]
    """Minute of the day of arrival."""
    kind: NDArray[np.uint8]
    """Index into the encounter classes."""
    end: NDArray[np.int32]
    """Last day; the day itself but for stays."""
    event: NDArray[np.int16]
    """Event that led to it, -1 for a planned visit."""
    condition: NDArray[np.int16]
    """Principal condition."""
    died: NDArray[np.bool_]
    """Whether the patient died in the stay."""


def record(month: Month, visits: Visits) -> None:
    """Write encounters down with the age and measures of that moment: all their rows need."""
    day = (visits.day - month.day).astype(np.uint64)
    np.bitwise_or.at(month.seen, visits.row, np.uint64(1) << day)
    month.out.add(
        "visit",
        id=visits.id,
        row=visits.row,
        day=visits.day,
        minute=visits.minute,
        kind=visits.kind,
        end=visits.end,
        event=visits.event,
        condition=visits.condition,
        died=visits.died,
        months_old=month.months_old[visits.row],
        x=month.state.x.take(visits.row, axis=1),
    )
