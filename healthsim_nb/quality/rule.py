"""What a rule is: a sentence that must hold, and the SQL that finds the rows that break it."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, model_validator

from healthsim_nb.errors import UnknownNameError
from healthsim_nb.schema import scenario_tables
from healthsim_nb.templates.base import Id, Probability, Strict

Severity = Literal["error", "warning"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning")
Sentence = Annotated[str, Field(min_length=10, max_length=200)]


class Rule(Strict):
    """One rule.

    It is either ``where``, a condition that is true of the rows that break it (columns of rows that
    the table refers to are written ``patient.birth_date``), or ``sql``, a SELECT that returns those
    rows: their ``id`` first, then what is wrong with them; or ``once``, columns whose values occur
    together in one row only, which stands for such a SELECT.
    """

    id: Id
    area: Id
    table: str
    severity: Severity
    protects: Sentence
    where: str | None = None
    sql: str | None = None
    once: tuple[str, ...] = ()
    among: str | None = None
    """Of which rows ``once`` speaks; all if nothing is said."""
    suspects: str | None = None
    """A SELECT that costs less than ``sql`` and finds every row that it finds, perhaps more.

    Where it finds none, ``sql`` is not asked.
    """
    distinct: bool = False
    """Whether the condition is about few different values: it is asked once for each."""
    alone: bool = False
    """Whether it is asked by itself: DuckDB then looks only at the few rows that may break it."""
    source: str = Field(min_length=1)
    confidence: Probability
    may_fail: str | None = None
    """Why data from elsewhere may break it and still be right."""
    yours: bool = False
    """Whether it is a rule of the workspace, not one of ours."""
    on: bool = True

    @model_validator(mode="before")
    @classmethod
    def _as_select(cls, data: object) -> object:
        if isinstance(data, dict) and data.get("once") and not data.get("sql"):
            columns, among = ", ".join(data["once"]), data.get("among")
            first = "id" if columns == "id" else f"min(id) AS id, {columns}"
            of = f"{data.get('table')} WHERE {among}" if among else data.get("table")
            sql = (
                f"SELECT {first}, count(*) AS rows FROM {of} GROUP BY {columns} HAVING count(*) > 1"  # noqa: S608
            )
            return {**data, "sql": sql}
        return data

    @model_validator(mode="after")
    def _one_way(self) -> Rule:
        if (self.where is None) == (self.sql is None):
            raise ValueError("a rule has either 'where', 'sql' or 'once'")
        if self.suspects and (self.where or self.once):
            raise ValueError("'suspects' goes with 'sql'")
        if self.table not in scenario_tables():
            raise UnknownNameError.of("table of a scenario", self.table, scenario_tables())
        return self

    @property
    def text(self) -> str:
        """Its SQL as it is written down."""
        return " ".join((self.where or self.sql or "").split())

    @property
    def plain(self) -> str:
        """Its SQL without the texts in it."""
        return re.sub(r"'[^']*'", "''", self.text)

    @property
    def words(self) -> frozenset[str]:
        """Every name that its SQL mentions."""
        return frozenset(re.findall(r"[a-z_][a-z0-9_]*", self.plain.lower()))

    def __repr__(self) -> str:
        """Return what it protects, and how it is written."""
        state = "" if self.on else ", switched off"
        return (
            f"Rule {self.id} ({self.severity}, {self.table}{state})\n  {self.protects}\n"
            f"  {'wrong where ' if self.where else ''}{self.text}\n"
            f"  source: {self.source}; confidence {self.confidence:g}"
        )

    __str__ = __repr__
