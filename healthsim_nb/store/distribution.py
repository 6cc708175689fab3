"""How something is distributed over patients: counted in DuckDB, so that only the bars travel."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from healthsim_nb.errors import QueryError, SpecificationError
from healthsim_nb.store.measured import Measured, grouped, measured

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

Ask = Callable[[str], Sequence[tuple[Any, ...]]]
"""Runs a SELECT on one scenario and returns its rows."""
BINS, MOST_BINS = 24, 100
MOST_GROUPS, MOST_VALUES = 8, 15
TAIL = 0.01
"""Share at either end that may lie outside the bars, where values run far out."""
BAR = 40
"""Letters of the longest bar as text."""


@dataclass(frozen=True)
class Group:
    """Those who have one value of what it is split by; of all, if it is not."""

    name: str
    n: int
    mean: float | None
    quartiles: tuple[float, float, float] | None
    counts: tuple[int, ...]
    """By bar; what lies outside is counted in the first and the last."""


@dataclass(frozen=True)
class Distribution:
    """Counts of a value, by group."""

    title: str
    unit: str
    by: str | None
    edges: tuple[float, ...]
    """Where the bars of a number begin and end, one more than bars; empty for words."""
    labels: tuple[str, ...]
    """What the bars of words are of."""
    groups: tuple[Group, ...]
    missing: int
    """Rows without a value."""
    outside: tuple[int, int]
    """How many lie below the first edge and above the last."""

    @property
    def n(self) -> int:
        """How many have a value."""
        return sum(group.n for group in self.groups)

    @property
    def bars(self) -> tuple[str, ...]:
        """The name of each bar."""
        if not self.edges:
            return self.labels
        names = [f"{_short(low)} – {_short(high)}" for low, high in pairwise(self.edges)]
        below, above = self.outside
        if below:
            names[0] = f"< {_short(self.edges[1])}"
        if above:
            names[-1] = f"≥ {_short(self.edges[-2])}"
        return tuple(names)

    def df(self) -> pd.DataFrame:
        """Return the counts, a row a bar and a column a group."""
        import pandas as pd

        columns = {group.name: list(group.counts) for group in self.groups}
        return pd.DataFrame(columns, index=pd.Index(self.bars, name=self.title))

    def told(self, group: Group) -> str:
        """Return a group's size, mean and quartiles in words."""
        return said_of(group)

    def to_text(self) -> str:
        """Return the bars as text."""
        return "\n".join([self._head(), *(line for g in self.groups for line in self._bars(g))])

    def _head(self) -> str:
        unit = f", {self.unit}" if self.unit else ""
        split = f", by {self.by}" if self.by else ""
        return f"{self.title}{unit}{split}: {self.n:,} values"

    def _bars(self, group: Group) -> list[str]:
        most, wide = max(group.counts, default=0) or 1, max(map(len, self.bars), default=0)
        lines = [f"{group.name}: {said_of(group)}"] if self.by or group.mean is not None else []
        for name, count in zip(self.bars, group.counts, strict=True):
            lines.append(f"{name:>{wide}}  {'█' * round(BAR * count / most):<{BAR}}  {count:,}")
        return lines

    def __repr__(self) -> str:
        """Return the bars as text."""
        return self.to_text()


def said_of(group: Group) -> str:
    """Return a group's size, mean and quartiles in words."""
    said = [f"{group.n:,}"]
    if group.mean is not None:
        said.append(f"mean {_short(group.mean)}")
    if group.quartiles:
        low, middle, high = map(_short, group.quartiles)
        said.append(f"median {middle} ({low} to {high})")
    return ", ".join(said)


def distribution(
    ask: Ask, what: str, *, by: str | None, bins: int | None, start: date | None
) -> Distribution:
    """Return how a value is distributed.

    Parameters
    ----------
    ask
        Runs a SELECT on the scenario.
    what, by
        What is counted and what it is split by, as `measured` and `grouped` understand it.
    bins
        About how many bars a number has; None: as suits it.
    start
        The scenario's first day, for ages.

    Raises
    ------
    UnknownNameError, QueryError, SpecificationError
        If there is no such thing, or nothing to count.
    """
    if bins is not None and not 1 <= bins <= MOST_BINS:
        raise SpecificationError(f"bins is {bins}: from 1 to {MOST_BINS}.")
    of = measured(ask, what, start)
    if of.split and by is not None:
        raise SpecificationError("A SELECT of your own is not split: leave out 'by'.")
    split, name = grouped(by, start)
    source = of.sql if of.split else f"SELECT v.value, {split} AS of FROM ({of.sql}) AS v"  # noqa: S608
    if not of.split and by is not None:
        source += " JOIN patients AS p ON p.id = v.patient_id"
    kind = ask(f"SELECT any_value(typeof(value)) FROM ({source}) AS s WHERE value IS NOT NULL")  # noqa: S608
    found = kind[0][0] if kind else None
    if found is None:
        raise QueryError(f"{of.title}: there is no value in this scenario.")
    if found in ("VARCHAR", "BOOLEAN"):
        return _of_words(ask, source, of, name)
    if found == "DATE" or found.startswith("TIMESTAMP"):
        monthly = f"SELECT strftime(value, '%Y-%m') AS value, of FROM ({source}) AS d"  # noqa: S608
        return _of_words(ask, monthly, of, name, ordered=True)
    return _of_numbers(ask, source, of, name, bins)


def _of_numbers(
    ask: Ask, source: str, of: Measured, by: str | None, bins: int | None
) -> Distribution:
    numbers = f"(SELECT value::DOUBLE AS value, of FROM ({source}) AS n)"  # noqa: S608
    ((least, most, low, high, whole, missing),) = ask(
        "SELECT min(value), max(value), "  # noqa: S608
        f"quantile_cont(value, {TAIL}), quantile_cont(value, {1 - TAIL}), "
        "bool_and(value = floor(value)), count(*) FILTER (value IS NULL) "
        f"FROM {numbers} AS s"
    )
    edges = _edges(least, most, low, high, bins or BINS, whole=whole)
    count, width = len(edges) - 1, edges[1] - edges[0]
    bar = f"greatest(0, least({count - 1}, floor((value - {edges[0]!r}) / {width!r})::INTEGER))"
    rows = ask(
        f"SELECT of, {bar} AS bar, count(*) FROM {numbers} AS s "  # noqa: S608
        "WHERE value IS NOT NULL GROUP BY ALL ORDER BY ALL"
    )
    told = ask(
        "SELECT of, count(*), avg(value), quantile_cont(value, [0.25, 0.5, 0.75]), "  # noqa: S608
        f"count(*) FILTER (value < {edges[0]!r}), count(*) FILTER (value > {edges[-1]!r}) "
        f"FROM {numbers} AS s WHERE value IS NOT NULL GROUP BY of ORDER BY of"
    )
    counts: dict[Any, list[int]] = {}
    for group, place, number in rows:
        counts.setdefault(group, [0] * count)[place] = number
    groups = tuple(
        Group(_named(group), n, mean, tuple(quartiles), tuple(counts[group]))
        for group, n, mean, quartiles, _, _ in _largest(told)
    )
    outside = (sum(row[4] for row in told), sum(row[5] for row in told))
    return Distribution(of.title, of.unit, by, edges, (), groups, missing, outside)


def _of_words(
    ask: Ask, source: str, of: Measured, by: str | None, *, ordered: bool = False
) -> Distribution:
    rows = ask(
        "SELECT of, value::VARCHAR, count(*) "  # noqa: S608
        f"FROM ({source}) AS s GROUP BY ALL ORDER BY ALL"
    )
    missing = sum(n for _, value, n in rows if value is None)
    sums: dict[str, int] = {}
    for _, value, n in rows:
        if value is not None:
            sums[value] = sums.get(value, 0) + n
    names = sorted(sums) if ordered else sorted(sums, key=lambda name: (-sums[name], name))
    if len(names) > (MOST_BINS if ordered else MOST_VALUES):
        names = names[-MOST_BINS:] if ordered else [*names[: MOST_VALUES - 1], "others"]
    place = {name: i for i, name in enumerate(names)}
    counts: dict[Any, list[int]] = {}
    for group, value, n in rows:
        at = place.get(value, place.get("others")) if value is not None else None
        if at is not None:
            counts.setdefault(group, [0] * len(names))[at] += n
    told = [(group, sum(found)) for group, found in counts.items()]
    groups = tuple(
        Group(_named(group), n, None, None, tuple(counts[group])) for group, n in _largest(told)
    )
    return Distribution(of.title, of.unit, by, (), tuple(names), groups, missing, (0, 0))


def _largest(told: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the largest groups, in the order of their names."""
    largest = sorted(told, key=lambda row: -row[1])[:MOST_GROUPS]
    return [row for row in told if row in largest]


def _named(group: object) -> str:
    return "not recorded" if group is None else str(group)


def _edges(
    least: float, most: float, low: float, high: float, bins: int, *, whole: bool
) -> tuple[float, ...]:
    """Return round edges from the least to the most, or to where almost all of it ends."""
    spread = high - low or most - least or abs(most) or 1.0
    first = least if least > low - 0.25 * spread else low
    last = most if most < high + 0.25 * spread else high
    width = _round((last - first) / bins or 1.0)
    width = max(width, 1.0) if whole else width
    start = math.floor(first / width)
    count = max(1, math.floor(last / width) - start + 1)
    return tuple(round((start + i) * width, 10) for i in range(count + 1))


def _round(width: float) -> float:
    """Return 1, 2, 2.5 or 5 times a power of ten, not less than ``width``.

    >>> _round(3.1), _round(0.021), _round(120)
    (5.0, 0.025, 200.0)
    """
    power = 10.0 ** math.floor(math.log10(width))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= width * 0.9999)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
