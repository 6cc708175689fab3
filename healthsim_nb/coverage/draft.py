"""Service lines as they are written down, before they are claims: parts that are joined once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from healthsim_nb.engine.order import in_order

I64 = NDArray[np.int64]
Term = I64 | int | str | bool
"""What `Draft.add` takes by name."""

CLINICIAN, FACILITY, LABORATORY, HOSPITAL, RIDE, EQUIPMENT, OTHER, AFTER = range(8)
"""Claims of one visit, by who sends them: this is the slot of a claim's id."""
MODIFIERS = ("", "25", "26", "95", "33", "GP", "NU", "RR", "90")
PLACES = ("", "10", "11", "12", "20", "21", "22", "23", "41")
NARROW = {
    "slot": np.int8,
    "units": np.int32,
    "modifier": np.int8,
    "place": np.int8,
    "revenue": np.int16,
    "service": np.int16,
    "rate": np.int8,
    "benefit": np.int8,
    "days": np.int16,
}
"""Small numbers take little room: what is moved is what costs."""
COLUMNS = ("visit", "price", "charge", *NARROW)
MOST_LINES = 50
"""Lines that a professional claim has room for (X12 837P); what is beyond stays unbilled."""


@dataclass
class Draft:
    """Parts of columns, by name."""

    parts: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self, visit: I64, slot: int, service: I64 | int, price: I64, **more: I64 | int | str | bool
    ) -> None:
        """Write down one line for each visit.

        Parameters
        ----------
        visit
            Places of visits, shape (k,).
        slot
            Which claim of the visit.
        service
            Index into the price list; -1: none, as for a hospital's room.
        price
            Medicare's price of all units, in cents.
        more
            ``units`` (1), ``modifier`` and ``place`` (words), ``revenue`` (index, -1), ``charge``
            (cents), ``rate`` and ``benefit`` (indices), ``days`` (0) that care goes on after it.
        """
        if len(visit):
            usual = {"units": 1, "revenue": -1, "place": 0, "days": 0}
            more["modifier"] = MODIFIERS.index(str(more.get("modifier", "")))
            own = {"visit": visit, "price": price, "service": service, "slot": slot}
            self.parts.append({**usual, **more, **own})

    def columns(self) -> dict[str, I64]:
        """Return all lines in order of visit and claim, as they were written within each."""
        if not self.parts:
            return {}
        whole = {name: self._column(name) for name in self.parts[0]}
        order = in_order(whole["visit"], whole["slot"])
        return {name: column[order] for name, column in whole.items()}

    def _column(self, name: str) -> NDArray[Any]:
        ends = np.cumsum([len(part["visit"]) for part in self.parts]).tolist()
        whole = np.empty(ends[-1], NARROW.get(name, np.int64))
        for begin, end, part in zip([0, *ends], ends, self.parts, strict=False):
            whole[begin:end] = part[name]
        return whole
