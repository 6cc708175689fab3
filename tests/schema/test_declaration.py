"""The declared tables: coherent, complete, and usable without quotes."""

from __future__ import annotations

import re

import duckdb
import pytest

from healthsim_nb.errors import UnknownNameError
from healthsim_nb.schema import scenario_tables, tables
from healthsim_nb.schema.arrow import arrow_schema, arrow_type
from healthsim_nb.schema.ddl import PROVENANCE, UNIQUE

TYPES = r"BIGINT|INTEGER|SMALLINT|TEXT|DATE|TIMESTAMP|BOOLEAN|DOUBLE|DECIMAL\(\d+,\d+\)"


def test_there_are_at_least_41_tables_and_38_of_them_hold_rows_of_scenarios():
    assert len(tables()) >= 41
    assert len(scenario_tables()) >= 38


@pytest.mark.parametrize("table", tables().values(), ids=lambda table: table.name)
def test_a_table_is_declared_coherently(table):
    names = [column.name for column in table.columns]

    assert len(set(names)) == len(names)
    assert set(table.key) <= set(names)
    assert all(table.column(name).required for name in table.key)
    for column in table.columns:
        assert re.fullmatch(TYPES, column.type), column
        assert column.about
        assert not column.about.endswith("."), column
        if column.references:
            target = tables()[column.references]
            assert target.column(target.key[0]).type == column.type


def test_every_reference_of_a_scenario_table_is_to_a_scenario_table():
    for table in scenario_tables().values():
        for column in table.columns:
            assert column.references is None or column.references in scenario_tables()


def test_no_scenario_table_has_a_column_that_its_owner_or_its_run_supplies():
    taken = {"scenario_id", "run_key", *PROVENANCE}

    for table in scenario_tables().values():
        assert not taken & {column.name for column in table.columns}, table.name


def test_no_name_needs_quotes_in_duckdb():
    with duckdb.connect() as con:
        for table in tables().values():
            columns = [column.name for column in table.columns]
            con.execute(f"CREATE TABLE {table.name} ({', '.join(f'{c} INTEGER' for c in columns)})")
            found = con.sql(f"SELECT {', '.join(f't.{c}' for c in columns)} FROM {table.name} t")
            assert found.columns == columns, table.name


def test_unique_columns_exist():
    for name, column in UNIQUE.items():
        assert tables()[name].column(column).required


def test_an_arrow_schema_has_the_declared_columns_in_order_without_the_owner():
    schema = arrow_schema("claim_lines")

    assert schema.names[:3] == ["id", "claim_id", "line_number"]
    assert str(schema.field("charge_amount").type) == "decimal128(12, 2)"
    assert str(schema.field("service_date").type) == "date32[day]"
    assert str(arrow_schema("encounters").field("admission_time").type) == "timestamp[us]"


@pytest.mark.parametrize("table", tables())
def test_duckdb_reads_an_arrow_table_of_the_declared_types_back_as_declared(table):
    arriving = arrow_schema(table).empty_table()

    with duckdb.connect() as con:
        found = {row[0]: row[1] for row in con.execute("DESCRIBE FROM arriving").fetchall()}

    declared = {c.name: c.type.replace("TEXT", "VARCHAR") for c in tables()[table].columns}
    assert found == declared
    assert arriving.num_columns == len(declared)


def test_an_unknown_table_is_named_with_the_nearest():
    with pytest.raises(
        UnknownNameError, match=r"No table named 'patient'\. Did you mean 'patients'"
    ):
        arrow_schema("patient")


def test_an_unknown_type_has_no_arrow_type():
    with pytest.raises(KeyError):
        arrow_type("HUGEINT")
