"""Checks scenarios, and files from elsewhere, against rules: ours and the workspace's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, overload

from pydantic import ValidationError

from healthsim_nb import quality
from healthsim_nb.engine.progress import questions
from healthsim_nb.errors import SpecificationError, UnknownNameError
from healthsim_nb.quality import outside
from healthsim_nb.quality.check import Tables
from healthsim_nb.quality.report import Report
from healthsim_nb.quality.rule import Rule
from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import qualified
from healthsim_nb.store import gate
from healthsim_nb.store import rules as store
from healthsim_nb.store.room import enter, said_by_duckdb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    import duckdb

    from healthsim_nb.store.database import Database

YOURS = "yours"
"""The area of the workspace's own rules."""


@dataclass(frozen=True)
class Rules:
    """Rules of a workspace, in order: ours by area, then its own."""

    rules: tuple[Rule, ...]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.rules)

    def __iter__(self) -> Iterator[Rule]:
        """Yield each rule."""
        return iter(self.rules)

    @overload
    def __getitem__(self, place: int) -> Rule: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Rule, ...]: ...
    def __getitem__(self, place: int | slice) -> Rule | tuple[Rule, ...]:
        """Return one rule, or some."""
        return self.rules[place]

    @property
    def ids(self) -> list[str]:
        """Their ids."""
        return [rule.id for rule in self.rules]

    def __repr__(self) -> str:
        """Return a line for each."""
        if not self.rules:
            return "There is no such rule."
        wide = max(len(rule.id) for rule in self.rules)
        return "\n".join(
            f"{r.id:<{wide}}  {r.severity:<7}  {'on ' if r.on else 'off'}  {r.confidence:<4g}  "
            f"{r.protects} [{r.source}]"
            for r in self.rules
        )


def validate(
    path: str | Path,
    *,
    table: str | None = None,
    format: str | None = None,  # noqa: A002 - the word of the surface
    rules: Sequence[str] | None = None,
    severity: str | None = None,
    today: date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Check files of canonical tables that come from elsewhere, and return what was found.

    Parameters
    ----------
    path
        A file (CSV, JSON, NDJSON or Parquet; the first three may be zipped as ``.gz``), or a folder
        of them. A file's name says its table: ``patients.csv``. A JSON file may hold several:
        ``{"patients": […], "encounters": […]}``.
    table, format
        What a file has, where its name does not say it.
    rules, severity
        Only these rules, by id or area; only ``error`` or only ``warning``.
    today
        The last day on which something can have happened; left out: that of the clock.
    progress
        Called with the steps done and the steps in all; what it raises stops the work.

    Raises
    ------
    InputError
        If it cannot be read at all. What is wrong inside is in the report, with row and column.
    UnknownNameError
        If there is no such rule or area.
    """
    asked = quality.chosen(quality.rules(), rules, severity)
    said = outside.Said(table, format)
    # hs.validate() is this function: the public surface may ask the clock.
    last = today or date.today()  # noqa: TID251, DTZ011
    return outside.validate(Path(path), asked, said=said, today=last, progress=questions(progress))


def of_scenario(
    database: Database,
    scenario: int,
    name: str,
    *,
    rules: Iterable[str] | None,
    severity: str | None,
    today: date,
    progress: Callable[[int, int], None] | None,
) -> Report:
    """Check a scenario, in which nothing can be later than today, and return what was found."""
    with database.cursor() as cursor:
        asked = quality.chosen(known(cursor), rules, severity)
        for rule in asked:
            if rule.yours and rule.on:
                _allowed(cursor, rule.sql or "")
        enter(cursor, scenario, scenario_tables())
        tables = Tables(_rows(database, scenario), today=today)
        return Report(
            name, tuple(quality.check(cursor, tables, asked, progress=questions(progress)))
        )


def known(cursor: duckdb.DuckDBPyConnection) -> dict[str, Rule]:
    """Return the rules of a workspace by id."""
    found = dict(quality.rules())
    for row in store.saved(cursor):
        if row.sql is not None:
            found[row.id] = _made(row)
        elif row.id in found:
            found[row.id] = found[row.id].model_copy(update={"on": row.on})
    return found


def listed(cursor: duckdb.DuckDBPyConnection, wanted: str | None, severity: str | None) -> Rules:
    """Return the rules of an area, of all areas if none is named."""
    rules = known(cursor)
    if wanted == YOURS and not any(rule.yours for rule in rules.values()):
        return Rules(())
    names = None if wanted is None else [wanted]
    return Rules(tuple(quality.chosen(rules, names, severity)))


def one(cursor: duckdb.DuckDBPyConnection, name: str) -> Rule:
    """Return the rule of that id."""
    rules = known(cursor)
    if name not in rules:
        raise UnknownNameError.of("rule", name, rules)
    return rules[name]


def add(
    database: Database,
    name: str,
    sql: str,
    *,
    severity: str,
    protects: str,
    source: str,
    confidence: float,
    now: datetime,
) -> Rule:
    """Keep a rule of the workspace's own, if it may run, and return it.

    Raises
    ------
    QueryError
        If its SQL is not allowed on a scenario, or fails, or returns no ``id``.
    SpecificationError
        If there is a rule of that name, or something else about it cannot be.
    """
    with database.cursor() as cursor:
        if name in known(cursor):
            raise SpecificationError(f"There is a rule named {name!r} already: take another name.")
        tables = _allowed(cursor, sql)
        _tried(cursor, sql, tables)
    row = store.Saved(name, sql, tables[0], severity, protects, source, confidence, on=True)
    rule = _made(row)
    store.write(database, row, now=now)
    return rule


def edit(
    database: Database,
    name: str,
    *,
    now: datetime,
    sql: str | None = None,
    protects: str | None = None,
    severity: str | None = None,
    source: str | None = None,
    confidence: float | None = None,
) -> Rule:
    """Change a rule of the workspace's own, if it may run, and return it.

    Raises
    ------
    QueryError
        If its SQL is not allowed on a scenario, or fails, or returns no ``id``.
    SpecificationError
        If it is not of this workspace, or something about it cannot be.
    """
    with database.cursor() as cursor:
        rule = _own(cursor, name, "changed")
        table = rule.table
        if sql is not None:
            tables = _allowed(cursor, sql)
            _tried(cursor, sql, tables)
            table = tables[0]
    row = store.Saved(
        name,
        rule.sql if sql is None else sql,
        table,
        severity or rule.severity,
        protects or rule.protects,
        source or rule.source,
        rule.confidence if confidence is None else confidence,
        rule.on,
    )
    changed = _made(row)
    store.write(database, row, now=now)
    return changed


def remove(database: Database, name: str) -> None:
    """Remove a rule of the workspace's own."""
    with database.cursor() as cursor:
        _own(cursor, name, "removed")
    store.remove(database, name)


def _own(cursor: duckdb.DuckDBPyConnection, name: str, done: str) -> Rule:
    rule = one(cursor, name)
    if not rule.yours:
        raise SpecificationError(
            f"{name} is not a rule of this workspace, so it cannot be {done}: switch it off."
        )
    return rule


def switch(database: Database, name: str, *, on: bool, now: datetime) -> Rule:
    """Switch a rule on or off in this workspace and return it as it is now."""
    with database.cursor() as cursor:
        rule = one(cursor, name)
    if rule.yours:
        store.switch(database, name, on=on, now=now)
    elif on:
        store.remove(database, name)
    else:
        row = store.Saved(name, None, None, None, None, None, None, on)
        store.write(database, row, now=now)
    return rule.model_copy(update={"on": on})


def _allowed(cursor: duckdb.DuckDBPyConnection, sql: str) -> tuple[str, ...]:
    """Return the tables that the SQL of a rule reads, if it may run."""
    with said_by_duckdb():
        tables = gate.check(cursor, sql, scenario_tables()).tables
    if not tables:
        raise SpecificationError("A rule reads at least one table of a scenario.")
    return tables


def _tried(cursor: duckdb.DuckDBPyConnection, sql: str, tables: tuple[str, ...]) -> None:
    """Run the SQL of a rule on nothing: it must bind, and return an id."""
    with said_by_duckdb():
        enter(cursor, -1, tables)
        columns = cursor.execute(sql).description or ()
    if "id" not in [str(column[0]).lower() for column in columns]:
        raise SpecificationError(
            "A rule is a SELECT that returns the rows that break it: their id, and what is wrong."
        )


def _made(row: store.Saved) -> Rule:
    try:
        return Rule(
            id=row.id,
            area=YOURS,
            table=row.table or "",
            severity=row.severity,
            protects=row.protects or "",
            sql=row.sql,
            source=row.source or "",
            confidence=1 if row.confidence is None else row.confidence,
            yours=True,
            on=row.on,
        )
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise SpecificationError(f"Rule {row.id!r}: {place}: {first['msg']}.") from None


def _rows(database: Database, scenario: int) -> dict[str, int]:
    parts = " UNION ALL ".join(
        f"SELECT '{table}', count(*) FROM {qualified(table)} WHERE scenario_id = {int(scenario)}"  # noqa: S608
        for table in scenario_tables()
    )
    with database.cursor() as cursor:
        return dict(cursor.execute(parts).fetchall())
