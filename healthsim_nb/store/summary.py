"""A scenario at a glance: where it is from, how much there is, what it is like."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from healthsim_nb.engine.calendar import add_months
from healthsim_nb.errors import QueryError, UnknownNameError
from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import qualified
from healthsim_nb.store import figures, runs, wording
from healthsim_nb.store import samples as sampling
from healthsim_nb.store.attrition import in_words
from healthsim_nb.store.statistics import ask, statistics

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

from healthsim_nb.store.statistics import Figures

MOST_SAMPLES = 20


@dataclass(frozen=True, repr=False)
class Summary:
    """A scenario at a glance. As text it costs a language model a bounded number of tokens.

    At most 500 tokens without samples, and 3,200 with them, whatever the scenario holds; so
    together with a page of twenty rows it stays under 5,500 (``store/tokens.py`` says how they are
    counted).
    """

    name: str
    description: str | None
    template: str | None
    request: str | None
    tags: tuple[str, ...]
    created_at: datetime
    start: date | None
    until: date | None
    settings: Mapping[str, Any]
    """The specification: size, seed, months, mix and the rest."""
    counts: Mapping[str, int]
    """Rows of the tables that have any."""
    statistics: Figures
    samples: Mapping[str, list[sampling.Sample]] = field(default_factory=dict)
    chosen: str = ""
    """How many were simulated and who was kept, if patients were asked for by what happens."""

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as JSON knows it: texts, numbers, lists and dictionaries."""
        return {f.name: _json(getattr(self, f.name)) for f in fields(self)}

    def to_text(self) -> str:
        """Return it as plain text."""
        return wording.text(self)

    def __repr__(self) -> str:
        """Return it as plain text."""
        return self.to_text()


def summary(
    cursor: duckdb.DuckDBPyConnection, scenario: int, *, samples: int = 0, fresh: bool = False
) -> Summary:
    """Return the summary of a scenario.

    Parameters
    ----------
    cursor
        A cursor on the database.
    scenario
        The scenario's id.
    samples
        Rows of each table to look at, up to 20.
    fresh
        True: work out the figures of a large scenario again, even if no rows came or went.

    Raises
    ------
    UnknownNameError
        If there is no such scenario.
    QueryError
        If ``samples`` cannot be.
    """
    if (
        not isinstance(samples, int)
        or isinstance(samples, bool)
        or not 0 <= samples <= MOST_SAMPLES
    ):
        raise QueryError(f"samples is a whole number from 0 to {MOST_SAMPLES}, not {samples!r}.")
    entries = ask(cursor, "about", scenario=scenario)
    if not entries:
        raise UnknownNameError(f"There is no scenario number {scenario}.")
    about = entries[0]
    settings = json.loads(about.pop("specification") or "{}")
    counts = _counts(cursor, scenario)
    start, until = _span(settings) or _seen(cursor, scenario)
    search = runs.attrition(cursor, scenario)
    return Summary(
        **{**about, "tags": tuple(about["tags"])},
        start=start,
        until=until,
        settings=settings,
        counts=counts,
        statistics=figures.kept(
            cursor,
            scenario,
            counts,
            lambda: statistics(cursor, scenario, counts, (start, until)),
            fresh=fresh,
        ),
        samples={t: sampling.samples(cursor, scenario, t, samples) for t in counts if samples},
        chosen=in_words(search) if search else "",
    )


def _counts(cursor: duckdb.DuckDBPyConnection, scenario: int) -> dict[str, int]:
    parts = (
        f"SELECT '{table}', count(*) FROM {qualified(table)} WHERE scenario_id = {int(scenario)}"  # noqa: S608
        for table in scenario_tables()
    )
    found = dict(cursor.execute(" UNION ALL ".join(parts)).fetchall())
    return {table: found[table] for table in scenario_tables() if found[table]}


def _span(settings: Mapping[str, Any]) -> tuple[date, date] | None:
    """Return the first and the last day, if the specification says them."""
    start, months = settings.get("start"), settings.get("months")
    if not isinstance(start, str) or not isinstance(months, int):
        return None
    first = date.fromisoformat(start)
    return first, add_months(first, months) - timedelta(days=1)


def _seen(cursor: duckdb.DuckDBPyConnection, scenario: int) -> tuple[date | None, date | None]:
    first, last = ask(cursor, "span", scenario=scenario)[0].values()
    return first, last


def _json(value: Any) -> Any:  # noqa: ANN401 - whatever a row holds
    if isinstance(value, dict):
        return {key: _json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json(inner) for inner in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return value.isoformat() if isinstance(value, date) else float(value)
