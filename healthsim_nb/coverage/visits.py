"""What the record says about the visits of a block, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from healthsim_nb.engine.arrow import DAY_US
from healthsim_nb.engine.rng import Draws

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from healthsim_nb.population.people import People

    I64 = NDArray[np.int64]

CLASSES = ("AMB", "EMER", "IMP", "OBSENC", "VR", "HH")
AMB, EMER, IMP, OBSENC, VR, HH = range(len(CLASSES))


def coded(column: pa.Array) -> tuple[NDArray[Any], list[str]]:
    """Return text as numbers, as narrow as they are, and their words; -1 stands for null."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    return _filled(column.indices), column.dictionary.to_pylist()


def passing(column: pa.Array, test: Callable[[str], bool]) -> NDArray[np.intp]:
    """Return the rows whose text passes a test."""
    numbers, words = coded(column)
    wanted = np.array([*map(test, words), False])
    return np.flatnonzero(wanted[numbers]) if wanted.any() else np.zeros(0, np.intp)


def whole(column: pa.Array) -> I64:
    """Return whole numbers, days or microseconds as int64; -1 stands for null."""
    if pa.types.is_timestamp(column.type):
        column = column.view(pa.int64())
    elif pa.types.is_date(column.type):
        column = column.view(pa.int32())
    return _filled(column).astype(np.int64, copy=False)


def _filled(column: pa.Array) -> NDArray[Any]:
    found: NDArray[Any] = (column.fill_null(-1) if column.null_count else column).to_numpy()
    return found


@lru_cache(maxsize=2048)
def begin_with(codes: tuple[str, ...], begins: tuple[str, ...]) -> tuple[int, ...]:
    """Return the places of the codes that begin so."""
    return tuple(place for place, code in enumerate(codes) if code.startswith(begins))


def within(first: I64, count: I64) -> tuple[I64, NDArray[np.intp]]:
    """Return the places of runs, one after the other, and which run each belongs to."""
    ends = np.cumsum(count)
    owner = np.repeat(np.arange(len(count)), count)
    return np.arange(len(owner)) + (first - ends + count)[owner], owner


@dataclass(frozen=True, eq=False)
class Visits:
    """Finished encounters in order of id, shape (v,) a column."""

    id: I64
    person: I64
    """Place of the patient in the block."""
    provider: I64
    facility: I64
    kind: I64
    """Index into `CLASSES`."""
    preventive: NDArray[np.bool_]
    day: I64
    end: I64
    drg: I64
    """Index into ``drgs``, -1 without."""
    drgs: list[str]
    diagnosis: I64
    """Index of the principal diagnosis into ``codes``, -1 without."""
    first: I64
    """Place of the first diagnosis."""
    count: I64
    """How many diagnoses."""
    all_diagnoses: I64
    """Diagnoses of all visits, as indices into ``codes``."""
    codes: list[str]
    seed: int

    def __len__(self) -> int:
        return len(self.id)

    @cached_property
    def draws(self) -> Draws:
        """Draws by encounter."""
        return Draws(self.seed, self.id)

    def take(self, at: NDArray[Any]) -> Visits:
        """Return some of the visits."""
        own = ("id", "person", "provider", "facility", "kind", "preventive", "day", "end", "drg")
        mine = {n: getattr(self, n)[at] for n in (*own, "diagnosis", "first", "count")}
        return Visits(
            **mine,
            drgs=self.drgs,
            all_diagnoses=self.all_diagnoses,
            codes=self.codes,
            seed=self.seed,
        )

    def about(self, test: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Return the visits whose principal diagnosis passes a test."""
        passes = np.array([*(test(code) for code in self.codes), False])
        found: NDArray[np.bool_] = passes[self.diagnosis]
        return found

    def with_any(self, begins: tuple[str, ...], at: I64) -> NDArray[np.bool_]:
        """Return which of some visits have a diagnosis, of whatever rank, that begins so."""
        good = np.zeros(len(self.codes) + 1, bool)
        good[list(begin_with(tuple(self.codes), begins))] = True
        place, owner = within(self.first[at], self.count[at])
        found: NDArray[np.bool_] = np.bincount(
            owner[good[self.all_diagnoses[place]]], minlength=len(at)
        ).astype(bool)
        return found

    def find(self, encounter: I64) -> tuple[I64, NDArray[np.intp]]:
        """Return the visit of each row that has one, and which rows those are."""
        if not len(self):
            return self.id, np.zeros(0, np.intp)
        place = np.minimum(np.searchsorted(self.id, encounter), len(self) - 1)
        rows = np.flatnonzero(self.id[place] == encounter)
        return place[rows], rows


def read_visits(tables: Mapping[str, pa.RecordBatch], people: People, seed: int) -> Visits:
    """Return the finished encounters of a block's clinical tables."""
    e, d = tables["encounters"], tables["diagnoses"]
    kind, kinds = coded(e["class_code"])
    number = np.array([CLASSES.index(k) for k in kinds] or [0])
    what, whats = coded(e["type"])
    drg, drgs = coded(e["drg_code"])
    ids, of = whole(e["id"]), whole(d["encounter_id"])
    code, codes = coded(d["code"])
    first = np.searchsorted(of, ids)
    count = np.searchsorted(of, ids, side="right") - first
    ends = whole(e["discharge_time"])
    found = Visits(
        id=ids,
        person=people.rows_of(whole(e["patient_id"])),
        provider=whole(e["provider_id"]),
        facility=whole(e["facility_id"]),
        kind=number[kind],
        preventive=np.array([w == "preventive-visit" for w in whats] or [False])[what],
        day=whole(e["admission_time"]) // DAY_US,
        end=ends // DAY_US,
        drg=drg,
        drgs=drgs,
        diagnosis=np.where(count > 0, np.r_[code, -1][np.minimum(first, len(code))], -1),
        first=first,
        count=count,
        all_diagnoses=code,
        codes=codes,
        seed=seed,
    )
    return found.take(np.flatnonzero((ends >= 0) & (count > 0)))
