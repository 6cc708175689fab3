"""How like the United States a scenario is: its figures beside the published ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from healthsim_nb.errors import UnknownNameError
from healthsim_nb.quality.scorecard_measure import FEWEST, filled, measure
from healthsim_nb.quality.targets import AREAS, Target, targets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb
    import pandas as pd

    from healthsim_nb.quality.scorecard_figures import Figure
    from healthsim_nb.templates.template import Specification

Verdict = Literal["within", "outside", "too few", "not measurable here"]
WITHIN: Verdict = "within"
OUTSIDE: Verdict = "outside"
TOO_FEW: Verdict = "too few"
NOT_HERE: Verdict = "not measurable here"
JUDGED = (WITHIN, OUTSIDE)
COLUMNS = (
    "id area metric population unit us year scenario sampling_error tolerance n verdict reason"
    " source"
).split()


@dataclass(frozen=True)
class Row:
    """One metric: the figure of the United States and that of the scenario."""

    target: Target
    n: int
    """People, or stays, behind the scenario's figure."""
    scenario: float | None
    """In the target's unit."""
    sampling_error: float | None
    """Half of the 95 % interval of the scenario's figure."""
    verdict: Verdict
    reason: str
    """Why there is no figure, or what chance has to do with it; else empty."""

    @property
    def difference(self) -> float | None:
        """The scenario's figure less that of the United States."""
        return None if self.scenario is None else self.scenario - self.target.us


@dataclass(frozen=True, repr=False)
class Scorecard:
    """A scenario's figures beside those of the United States. Made by ``c.scorecard()``."""

    name: str
    rows: tuple[Row, ...]
    span: tuple[date, date]
    everybody: bool
    """Whether the scenario is to be like the whole population; else differences are its point."""

    @property
    def judged(self) -> list[Row]:
        """The rows that could be measured."""
        return [row for row in self.rows if row.verdict in JUDGED]

    @property
    def within(self) -> float | None:
        """The share of the measured rows that are within tolerance; None: none was measured."""
        judged = self.judged
        return sum(r.verdict == WITHIN for r in judged) / len(judged) if judged else None

    def row(self, id: str) -> Row:  # noqa: A002 - the name of the column
        """Return the row of one target.

        Raises
        ------
        UnknownNameError
            If there is none of that id.
        """
        known = {row.target.id: row for row in self.rows}
        if id not in known:
            raise UnknownNameError.of("target", id, known)
        return known[id]

    def df(self) -> pd.DataFrame:
        """Return all rows as a DataFrame."""
        import pandas as pd

        return pd.DataFrame([_record(row) for row in self.rows], columns=COLUMNS)

    def to_text(self) -> str:
        """Return it as plain text."""
        from healthsim_nb.quality.scorecard_text import text

        return text(self)

    def __repr__(self) -> str:
        """Return it as plain text."""
        return self.to_text()


def scorecard(
    cursor: duckdb.DuckDBPyConnection,
    scenario: int,
    *,
    name: str,
    span: tuple[date, date],
    everybody: bool,
) -> Scorecard:
    """Return a scenario's scorecard.

    Parameters
    ----------
    cursor
        A cursor on the database; temporary tables are made on it.
    scenario
        The scenario's id.
    name
        Its name.
    span
        Its first and last day.
    everybody
        Whether it is to be like the whole population.
    """
    start, until = span
    months = (until.year - start.year) * 12 + until.month - start.month + 1
    wanted = targets()
    here = filled(cursor, scenario, sorted({t.needs for t in wanted if t.needs}))
    able = [t for t in wanted if t.months <= months and (not t.needs or t.needs in here)]
    figures = measure(cursor, scenario, span, able)
    rows = tuple(_row(t, figures.get(t.id), months) for t in wanted)
    return Scorecard(name, rows, span, everybody)


def is_everybody(spec: Specification) -> bool:
    """Return whether a specification asks for the people of the United States as they are."""
    asked = spec.population
    who = (asked.sex, asked.states, asked.cities, asked.line_of_business, asked.race, asked.plans)
    chosen = any(who)
    whole = asked.ages == "us" and asked.limits == (0, 120)
    return whole and not (chosen or spec.have or spec.without or spec.having)


def _row(target: Target, found: Figure | None, months: int) -> Row:
    if found is None:
        short = target.months > months
        reason = f"takes {target.months} months" if short else f"there are no {target.needs}"
        return Row(target, 0, None, None, NOT_HERE, reason.replace("_", " "))
    if found.value is None or found.n < FEWEST:
        said = f"fewer than {FEWEST}" if found.n else "nobody"
        return Row(target, found.n, found.value, found.error, TOO_FEW, said)
    return Row(target, found.n, found.value, found.error, *judge(target, found.value, found.error))


def judge(target: Target, value: float, error: float | None) -> tuple[Verdict, str]:
    """Return whether a figure is within tolerance, and what chance has to do with it."""
    off = abs(value - target.us)
    if off <= target.tolerance * (1 + 1e-9):
        return WITHIN, ""
    return OUTSIDE, "by chance, perhaps" if off - (error or 0.0) <= target.tolerance else ""


def areas(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Return the rows area by area."""
    return [(area, [r for r in rows if r.target.area == area]) for area in AREAS]


def _record(row: Row) -> list[object]:
    t = row.target
    return [
        t.id,
        t.area,
        t.metric,
        t.population,
        t.unit,
        t.us,
        t.year,
        row.scenario,
        row.sampling_error,
        t.tolerance,
        row.n,
        row.verdict,
        row.reason,
        t.source,
    ]
