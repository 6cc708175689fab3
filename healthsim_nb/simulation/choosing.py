"""Whom of a block the scenario has: those whose own rows fulfil what is asked for.

Each outcome is worked out for everybody at once, from whole columns of the finished tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from healthsim_nb.templates.drug_names import codes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from healthsim_nb.population.people import People
    from healthsim_nb.templates.library import Library
    from healthsim_nb.templates.outcome import Kind, Outcome

    Bools = NDArray[np.bool_]
    Tables = Mapping[str, pa.RecordBatch]

DAY = 86_400_000_000
"""Microseconds."""
COMPARED = {
    "over": np.greater,
    "at_least": np.greater_equal,
    "under": np.less,
    "at_most": np.less_equal,
}


@dataclass(frozen=True)
class Rows:
    """Rows of one table that count towards an outcome."""

    table: pa.RecordBatch
    at: NDArray[np.intp]
    """Which."""
    person: NDArray[np.int64]
    """Whose each is: a place among the people."""

    def those(self, kept: Bools) -> Rows:
        """Return some of them."""
        return Rows(self.table, self.at[kept], self.person[kept])

    def cents(self, column: str) -> NDArray[np.int64]:
        """Return an amount of each in whole cents; 0 for none."""
        return _cents(self.table[column])[self.at]


def fulfilled(having: list[Outcome], tables: Tables, people: People, library: Library) -> Bools:
    """Return who fulfils each outcome, shape (people, outcomes).

    Parameters
    ----------
    tables
        What became of these people: tables by name, each row with whose it is.
    """
    found = np.zeros((len(people), len(having)), bool)
    for place, outcome in enumerate(having):
        happened = _happened(outcome, tables, people, library)
        found[:, place] = ~happened if outcome.never else happened
    return found


def _happened(outcome: Outcome, tables: Tables, people: People, library: Library) -> Bools:
    kind = outcome.kind
    rows = _counting(kind, tables[kind.table], people)
    if kind.of and outcome.of:
        codes = codes_of(library, tuple(outcome.of), kind.of)
        rows = rows.those(_is_in(rows.table[kind.of], codes)[rows.at])
    if outcome.why:
        rows = rows.those(_is_in(rows.table["reject_code"], [kind.why[outcome.why]])[rows.at])
    if kind.listed:
        rows = rows.those(listed(rows.table, tables, kind.listed)[rows.at])
    if kind.sum:
        # Cents are whole numbers far below 2**53, so that their sums are exact.
        total = np.bincount(rows.person, rows.cents(outcome.column), len(people))
        return _within(outcome, total.astype(np.int64))
    if outcome.limits:
        rows = rows.those(_within(outcome, rows.cents(outcome.column)))
    count = np.bincount(rows.person, minlength=len(people))
    return np.asarray(count >= outcome.times)


def _counting(kind: Kind, table: pa.RecordBatch, people: People) -> Rows:
    """Return the rows of a table that a kind of outcome counts."""
    kept = np.ones(table.num_rows, bool)
    for column, values in kind.where.items():
        kept &= _is_in(table[column], values)
    if kind.reached:
        balance, limit = (_cents(table[column]) for column in kind.reached)
        kept &= (limit > 0) & (balance >= limit)
    at = np.flatnonzero(kept)
    whose = "patient_id" if "patient_id" in table.schema.names else "member_id"
    rows = Rows(table, at, people.rows_of(table[whose].to_numpy()[at]))
    return rows if kind.again is None else rows.those(_again(rows, kind.again))


def _again(rows: Rows, days: int) -> Bools:
    """Return which stays begin at most so many days after the end of the one before."""
    begin, end = (
        np.asarray(rows.table[column].cast(pa.timestamp("us")).view(pa.int64()).fill_null(-1))[
            rows.at
        ]
        for column in ("admission_time", "discharge_time")
    )
    order = np.lexsort((begin, rows.person))
    gap = begin[order[1:]] - end[order[:-1]]
    same = rows.person[order[1:]] == rows.person[order[:-1]]
    found = np.zeros(len(order), bool)
    found[order[1:]] = same & (end[order[:-1]] >= 0) & (gap >= 0) & (gap <= days * DAY)
    return found


def listed(claims: pa.RecordBatch, tables: Tables, column: str) -> Bools:
    """Return of which pharmacy claims something is true in the drug list of their plan.

    Parameters
    ----------
    column
        The column of ``formulary_drugs`` that says it.
    """
    members, drugs = tables["rx_members"], tables["formulary_drugs"]
    plans = np.unique(members["plan_id"].to_numpy())
    keys = _of_member(members, plans)
    order = np.argsort(keys)
    wanted = _of_member(claims, plans)
    at = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)]
    number, lists = _coded(members["formulary_id"])
    claimed, codes = _coded(claims["ndc"])
    drugs = drugs.filter(drugs[column])
    (of_list, its_lists), (code, its_codes) = _coded(drugs["formulary_id"]), _coded(drugs["ndc"])
    true = np.zeros((len(lists) + 1, len(codes) + 1), bool)
    true[_places(its_lists, lists)[of_list], _places(its_codes, codes)[code]] = True
    true[-1], true[:, -1] = False, False
    return np.asarray((keys[at] == wanted) & true[number[at], claimed])


def _of_member(rows: pa.RecordBatch, plans: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one number for (member, plan); that of a plan that is not known is nobody's."""
    plan = rows["plan_id"].fill_null(-1).to_numpy()
    place = np.minimum(np.searchsorted(plans, plan), len(plans) - 1)
    number = np.where(plans[place] == plan, place, len(plans))
    return np.asarray(rows["member_id"].to_numpy() * (len(plans) + 1) + number)


def _coded(column: pa.Array) -> tuple[NDArray[np.int64], list[str]]:
    """Return text as places in a list of words; null is the place after the last."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    words = column.dictionary.to_pylist()
    return np.asarray(column.indices.cast(pa.int64()).fill_null(len(words))), words


def _places(words: list[str], among: list[str]) -> NDArray[np.int64]:
    """Return where words stand in another list; -1 where they do not, as for null."""
    known = {word: place for place, word in enumerate(among)}
    return np.array([*(known.get(word, -1) for word in words), -1])


def _within(outcome: Outcome, cents: NDArray[np.int64]) -> Bools:
    kept = np.ones(len(cents), bool)
    for word, amount in outcome.limits.items():
        kept &= COMPARED[word](cents, round(amount * 100))
    return kept


def _is_in(column: pa.Array, values: object) -> Bools:
    """Return which cells hold one of some values; text is compared once for each word."""
    if not pa.types.is_dictionary(column.type):
        wanted = pa.array(sorted(values), type=column.type)  # type: ignore[call-overload]
        return np.asarray(pc.is_in(column, wanted))
    codes, words = _coded(column)
    found: Bools = np.array([*(word in values for word in words), False])[codes]  # type: ignore[operator]
    return found


def _cents(column: pa.Array) -> NDArray[np.int64]:
    """Return amounts in whole cents; 0 for none."""
    whole = pa.Array.from_buffers(
        pa.int64(), len(column), column.buffers(), column.null_count, column.offset
    )
    return np.asarray(whole.fill_null(0) if whole.null_count else whole)
