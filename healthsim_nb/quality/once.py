"""Whether values that may occur once occur twice, without grouping rows by them.

DuckDB groups millions of different values at a tenth of a microsecond each. Here they come as one
64-bit number a row (an integer as it is, anything else as its hash), and equal numbers are looked
for: at once where they rise from row to row, as ids do that we made; else side by side when sorted.
Equal values have equal numbers, so nothing is missed. Different values may share a hash, so a hit
only means that the exact question has to be asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from healthsim_nb.schema import scenario_tables

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

    from healthsim_nb.quality.rule import Rule

MOST_ROWS = 100_000_000
"""Of more rows the numbers would take too much memory; DuckDB can put its groups on disk."""
INTEGERS = ("BIGINT", "INTEGER")


def suspected(cursor: duckdb.DuckDBPyConnection, rule: Rule, rows: int) -> bool:
    """Return False only if no two rows have the same values of what may occur once."""
    if rows > MOST_ROWS:
        return True
    of = f"{rule.table} WHERE {rule.among}" if rule.among else rule.table
    numbers = cursor.execute(f"SELECT {_number(rule)} AS n FROM {of}").fetchnumpy()["n"]  # noqa: S608
    # Where an id is missing, the array says so with a mask.
    return np.ma.is_masked(numbers) or _repeat(np.asarray(numbers))


def _number(rule: Rule) -> str:
    types = {c.name: c.type for c in scenario_tables()[rule.table].columns}
    if len(rule.once) == 1 and types[rule.once[0]] in INTEGERS:
        return rule.once[0]
    return f"hash({', '.join(rule.once)})"


def _repeat(numbers: NDArray[np.integer[Any]]) -> bool:
    if len(numbers) < 2 or bool(np.all(numbers[1:] > numbers[:-1])):
        return False
    ordered = np.sort(numbers)
    return bool(np.any(ordered[1:] == ordered[:-1]))
