"""Rules that the declaration of the tables says already: ids are unique, references lead to rows.

They are made, not written, so that a new table or column has them at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb.quality.rule import Rule
from healthsim_nb.schema import scenario_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healthsim_nb.schema.types import Column, Table

SOURCE = "the declaration of the tables"
AREA = "declared"


def declared() -> list[Rule]:
    """Return a rule for each id, each reference and the required texts of each table."""
    return [rule for table in scenario_tables().values() for rule in _of(table)]


def _of(table: Table) -> Iterator[Rule]:
    yield _rule(
        table,
        "unique",
        f"No two rows of {table.name} have the same id.",
        once=("id",),
    )
    for column in table.columns:
        if column.references:
            yield _reference(table, column)
            # A subscriber is another person than the member.
            if column.name != "subscriber_id" and _of_patients(table, column):
                yield _same_patient(table, column)
    texts = [c.name for c in table.columns if c.required and c.type == "TEXT"]
    if texts:
        yield _rule(
            table,
            "filled",
            f"Texts that every row of {table.name} needs are not blank.",
            sql=f"SELECT id, {', '.join(texts)} FROM {table.name} WHERE "  # noqa: S608
            + " OR ".join(f"trim({name}) = ''" for name in texts),
            # A blank text sorts before '!': DuckDB knows of whole row groups that they have none.
            suspects=" UNION ALL ".join(
                f"SELECT id FROM {table.name} WHERE {name} < '!'"  # noqa: S608
                for name in texts
            ),
        )


def _reference(table: Table, column: Column) -> Rule:
    alias = column.name.removesuffix("_id")
    return _rule(
        table,
        f"refers-{column.name.replace('_', '-')}",
        f"The {column.name} of {table.name} is the id of a row of {column.references}.",
        where=f"{column.name} IS NOT NULL AND {alias}.id IS NULL",
    )


def _same_patient(table: Table, column: Column) -> Rule:
    alias = column.name.removesuffix("_id")
    return _rule(
        table,
        f"{alias.replace('_', '-')}-of-the-patient",
        f"A row of {table.name} is about the patient of the row that its {column.name} leads to.",
        where=f"{alias}.patient_id <> patient_id",
    )


def _of_patients(table: Table, column: Column) -> bool:
    assert column.references
    both = (table, scenario_tables()[column.references])
    return all(any(c.name == "patient_id" for c in t.columns) for t in both)


def _rule(table: Table, what: str, protects: str, **asked: object) -> Rule:
    return Rule.model_validate(
        {
            "id": f"{table.name.replace('_', '-')}-{what}",
            "area": AREA,
            "table": table.name,
            "severity": "error",
            "protects": protects,
            "source": SOURCE,
            "confidence": 1,
            **asked,
        }
    )
