"""What step therapy asks of a claim: other drugs of some classes, taken before for so long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from healthsim_nb.engine.groups import each, place_in
from healthsim_nb.engine.order import distinct
from healthsim_nb.pharmacy.requests import FILL, TAKEN, Pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from healthsim_nb.pharmacy.counter import Lines
    from healthsim_nb.pharmacy.desk import Desk
    from healthsim_nb.pharmacy.gates import Gates

    I64 = NDArray[np.int64]

CLASS_BITS = 10


@dataclass(frozen=True, eq=False)
class Steps:
    """Histories that step therapy asks for."""

    group: I64
    """By fill: row of the history of its class, -1: nobody asks."""
    asked: Pairs
    """Histories that a line asks for."""
    classes: I64
    """Classes that must have come first, by line; 0: none."""
    days: I64
    """Days of each, by line."""
    since: I64
    """Day from which those count, by line."""


def steps_of(desk: Desk, gate: Gates, lines: Lines) -> Steps:
    """Return what step therapy asks of the lines that are not beyond it."""
    f, shelf = desk.fills, desk.products
    rules = desk.benefits.formularies[0].step_rules
    asks = (lines.kind == FILL) & ~lines.free & (gate.step[lines.fill] >= 0)
    at = np.flatnonzero(asks & (lines.refusal == TAKEN))
    rule = gate.step[lines.fill[at]].astype(np.int64)
    classes = [[shelf.classes.index(c) for c in r.classes if c in shelf.classes] for r in rules]
    counts = np.array([len(c) for c in classes])
    flat = np.array([c for some in classes for c in some], np.int64)
    owner, place = each(counts, np.cumsum(counts) - counts, rule)
    key = f.person[lines.fill[at]][owner] << CLASS_BITS | flat[place]
    known, row = distinct(key)
    terms = np.zeros((3, len(lines.fill)), np.int64)
    terms[0, at] = np.array([r.least_classes for r in rules])[rule]
    terms[1, at] = np.array([r.least_days for r in rules])[rule]
    terms[2, at] = lines.day[at] - np.array([r.lookback_days for r in rules])[rule]
    mine = f.person << CLASS_BITS | shelf.klass[f.product]
    asked = Pairs(at[owner].astype(np.int32), row.astype(np.int32))
    return Steps(place_in(known, mine), asked, *terms)
