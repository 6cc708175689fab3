"""The encounters of a simulation, in order of id, with all that their rows need.

Rendering reads what was recorded at the time and what never changes. Of the end of the run it
may know only what closes a row: deaths.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from healthsim_nb import network
from healthsim_nb.clinical.compile import AMB, EMER, HH, IMP, OBSENC, VR
from healthsim_nb.engine.arrow import moment
from healthsim_nb.engine.calendar import FAR
from healthsim_nb.engine.ids import SLOT_BITS, TURN_BITS, encounter_patient
from healthsim_nb.engine.recorder import Recorder
from healthsim_nb.engine.rng import Draws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healthsim_nb.clinical.plan import Plan
    from healthsim_nb.clinical.state import Bodies, State
    from healthsim_nb.engine.recorder import Columns

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
SHORTEST = {AMB: 15, EMER: 90, IMP: 540, OBSENC: 540, VR: 10, HH: 40}
"""Least minutes of a visit; of a stay, the earliest minute of its last day."""
LONGER = {AMB: 31, EMER: 391, IMP: 481, OBSENC: 481, VR: 16, HH: 31}
ROLES = {
    EMER: "emergency",
    IMP: "hospital",
    OBSENC: "hospital",
    VR: "telehealth",
    HH: "home-health",
}
VISIT: Columns = {
    "id": np.zeros(1, np.int64),
    "row": np.zeros(1, np.intp),
    "day": np.zeros(1, np.int32),
    "minute": np.zeros(1, np.int16),
    "kind": np.zeros(1, np.uint8),
    "end": np.zeros(1, np.int32),
    "event": np.zeros(1, np.int16),
    "condition": np.zeros(1, np.int16),
    "died": np.zeros(1, bool),
    "months_old": np.zeros(1, np.int32),
}


@dataclass(frozen=True)
class Chart:
    """Encounters of the patients who are wanted, shape (v,) a column, by id."""

    plan: Plan
    bodies: Bodies
    death: NDArray[np.int32]
    """Day of death by patient row, `FAR` while alive on the last day, shape (n,)."""
    out: Recorder
    wanted: int
    """Patient rows below this are rendered; the others only keep them company."""
    visits: Columns

    @property
    def id(self) -> I64:
        """Encounter ids."""
        return self.visits["id"]

    @property
    def row(self) -> NDArray[np.intp]:
        """Place of the patient."""
        return self.visits["row"]

    @cached_property
    def patient(self) -> I64:
        """Patient ids."""
        return encounter_patient(self.id)

    @cached_property
    def draws(self) -> Draws:
        """Draws by encounter."""
        return Draws(self.plan.spec.seed, self.id)

    @cached_property
    def provider(self) -> I64:
        """Attending provider: the patient's own for planned and office visits."""
        roles, events = np.zeros(HH + 1, np.uint8), self.plan.events
        for place, name in ROLES.items():
            roles[place] = network.ROLES.index(name)
        kind = self.visits["kind"]
        asked = np.array([0, *(network.ROLES.index(e.event.by or "primary") for e in events)])
        special = np.where(kind == AMB, asked[self.visits["event"] + 1], 0).astype(np.uint8)
        role = np.where(special > 0, special, roles[kind])
        state = self.bodies.people.state[self.row]
        # A specialist is the same at each visit.
        who = np.where(special > 0, self.patient << TURN_BITS + SLOT_BITS, self.id)
        others = network.attending(self.plan.spec.seed, who, state, role)
        return np.where(role == 0, self.own_provider[self.row], others)

    @cached_property
    def own_provider(self) -> I64:
        """Primary care provider by patient row."""
        people = self.bodies.people
        age = self.bodies.months_old(self.plan, 0) // 12
        return network.primary_care(self.plan.spec.seed, people.id, people.state, age)

    @cached_property
    def begins(self) -> I64:
        """Arrival in microseconds."""
        return moment(self.visits["day"], self.visits["minute"])

    @cached_property
    def ends(self) -> I64:
        """Departure in microseconds."""
        kind = self.visits["kind"]
        least = np.array([SHORTEST[k] for k in range(HH + 1)])[kind]
        more = np.array([LONGER[k] for k in range(HH + 1)])[kind]
        minutes = np.maximum(least + self.draws.below("visit.length", more), self.tests_end)
        stay = (kind == IMP) | (kind == OBSENC)
        return np.where(
            stay, moment(self.visits["end"], minutes), self.begins + moment(np.zeros(1), minutes)
        )

    @cached_property
    def tests_end(self) -> I64:
        """Minutes after arrival before which nobody leaves: until the last test is back."""
        hours = np.array([o.hours for o in self.plan.orders], np.int64)
        last = [max((hours[o] for o in e.orders), default=0) for e in self.plan.events]
        wait = np.array([60 * h + 75 if h else 0 for h in [*last, 0]], np.int64)
        return np.asarray(wait[self.visits["event"]], np.int64)

    @cached_property
    def open(self) -> NDArray[np.bool_]:
        """Whether the visit goes on after the last day."""
        late: NDArray[np.bool_] = (
            self.ends >= moment(np.array([self.plan.last_day]), np.zeros(1))[0]
        )
        return late

    def part(self, kind: str, like: Columns) -> tuple[Columns, NDArray[np.intp]]:
        """Return recorded columns by ``visit``, and the place of each visit in the chart."""
        columns = self.out.columns(kind, like)
        kept = columns["visit"] <= self.last_id
        order = np.argsort(columns["visit"][kept], kind="stable")
        part = {name: c[kept][order] for name, c in columns.items()}
        return part, np.searchsorted(self.id, part["visit"])

    @cached_property
    def shifts(self) -> dict[str, F64]:
        """What events do to vital signs and measures that day, by name: by event, the last none."""
        events = [e.event.vitals for e in self.plan.events]
        names = {name for shifts in events for name in shifts}
        return {name: np.array([*(s.get(name, 0.0) for s in events), 0.0]) for name in names}

    @cached_property
    def rises(self) -> dict[str, F64]:
        """Between what events put measures up, by name: shape (events + 1, 2), the last none."""
        events, none = [e.event.labs for e in self.plan.events], (0.0, 0.0)
        names = {name for rises in events for name in rises}
        return {name: np.array([*(r.get(name, none) for r in events), none]) for name in names}

    @property
    def last_id(self) -> int:
        """No encounter of a wanted patient has a higher id."""
        last = int(self.bodies.people.id[self.wanted - 1])
        return ((last + 1) << 16) - 1


def open_chart(plan: Plan, bodies: Bodies, state: State, out: Recorder, wanted: int) -> Chart:
    """Return the chart of the first ``wanted`` patients."""
    like: dict[str, NDArray[Any]] = {**VISIT, "x": np.zeros((len(plan.measures), 1), np.int32)}
    columns = out.columns("visit", like)
    order = np.argsort(columns["id"], kind="stable")
    order = order[columns["row"][order] < wanted]
    visits = {name: c.take(order, axis=-1) for name, c in columns.items()}
    death = np.where(state.death < plan.last_day, state.death, FAR).astype(np.int32)
    return Chart(plan, bodies, death, out, wanted, visits)


def split(chart: Chart, size: int) -> Iterator[tuple[int, Chart]]:
    """Yield the charts of ``size`` patients at a time, each with the place of its first one."""
    n = chart.wanted
    if n <= size:
        yield 0, chart
        return
    recorded = {kind: chart.out.columns(kind, {}) for kind in chart.out.kinds if kind != "visit"}
    places = {kind: _places(chart, columns) for kind, columns in recorded.items()}
    for first in range(0, n, size):
        rows = slice(first, min(first + size, n))
        out = Recorder()
        for kind, columns in recorded.items():
            mine = np.flatnonzero((places[kind] >= rows.start) & (places[kind] < rows.stop))
            some = {name: c.take(mine, axis=-1) for name, c in columns.items()}
            out.add(kind, **_moved(some, first))
        low, high = np.searchsorted(chart.row, [rows.start, rows.stop])
        visits = {name: c[..., low:high] for name, c in chart.visits.items()}
        yield (
            first,
            Chart(
                chart.plan,
                chart.bodies.part(rows),
                chart.death[rows],
                out,
                rows.stop - rows.start,
                _moved(visits, first),
            ),
        )


def _places(chart: Chart, columns: Columns) -> NDArray[np.intp]:
    """Return the place of the patient of each recorded row."""
    if "row" in columns:
        return columns["row"]
    return np.searchsorted(chart.bodies.people.id, encounter_patient(columns["visit"]))


def _moved(columns: Columns, by: int) -> Columns:
    return {**columns, "row": columns["row"] - by} if "row" in columns else columns
