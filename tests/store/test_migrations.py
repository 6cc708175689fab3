"""The schema is brought up to date in steps that leave nothing when they fail."""

from __future__ import annotations

import duckdb
import pytest

from healthsim_nb.errors import WorkspaceError, WorkspaceTooNewError
from healthsim_nb.store import migrations
from healthsim_nb.store.database import open_database
from healthsim_nb.store.migrations import Migration, known, migrate, version


@pytest.fixture
def con():
    with duckdb.connect() as con:
        yield con


def objects(con):
    """Return every table, view and sequence, with its columns."""
    return con.execute(
        "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns "
        "UNION ALL SELECT schema_name, sequence_name, '', '' FROM duckdb_sequences() ORDER BY ALL"
    ).fetchall()


def test_migrations_are_numbered_from_1_without_a_gap():
    assert [change.version for change in known()] == list(range(1, len(known()) + 1))


def test_the_first_migration_makes_the_declared_tables():
    assert known()[0].sql == migrations.first_migration(), (
        "Until the first release: write migrations.first_migration() into 0001_foundation.sql. "
        "After it: add 0002_….sql and drop this test."
    )


def test_a_second_time_changes_nothing(con, now):
    assert migrate(con, version(con, "x"), now=now) == len(known())
    before = objects(con)

    assert version(con, "x") == known()[-1].version
    assert migrate(con, version(con, "x"), now=now) == 0
    assert objects(con) == before
    found = con.execute("SELECT version, name, applied_at FROM schema_migrations").fetchall()
    assert found[0] == (1, "foundation", now)


def test_a_later_change_is_applied_to_a_file_that_has_rows(con, now):
    migrate(con, 0, now=now)
    con.execute("INSERT INTO hs.widget_state VALUES ('w', 'f', '1', now()::TIMESTAMP)")
    change = Migration(2, "more", "ALTER TABLE hs.widget_state ADD COLUMN colour TEXT;")

    assert migrate(con, 1, now=now, changes=[*known(), change]) == 1

    assert con.execute("SELECT widget, colour FROM widget_state").fetchall() == [("w", None)]
    assert version(con, "x", [*known(), change]) == 2


def test_a_change_that_fails_leaves_the_file_as_it_was(con, now):
    migrate(con, 0, now=now)
    before = objects(con)
    good = Migration(2, "good", "CREATE TABLE hs.fine (i INTEGER);")
    bad = Migration(
        3, "bad", "CREATE TABLE hs.half (i INTEGER); INSERT INTO hs.nowhere VALUES (1);"
    )

    with pytest.raises(duckdb.CatalogException, match="nowhere"):
        migrate(con, 1, now=now, changes=[*known(), good, bad])

    assert objects(con) == before
    assert version(con, "x") == 1
    con.execute("SELECT 1")


def test_the_first_change_that_fails_leaves_an_empty_file(con, now):
    bad = Migration(
        1, "bad", "CREATE SCHEMA hs; CREATE TABLE hs.half (i INTEGER); SELECT nonsense;"
    )

    with pytest.raises(duckdb.BinderException):
        migrate(con, 0, now=now, changes=[bad])

    assert objects(con) == []


def test_a_file_of_a_later_version_is_refused(tmp_path, now):
    path = tmp_path / "study.duckdb"
    database = open_database(path, now=now)
    with database.transaction() as cursor:
        cursor.execute("INSERT INTO hs.schema_migrations VALUES (99, 'future', '9.0', ?)", [now])
    database.close()

    for read_only in (False, True):
        with pytest.raises(WorkspaceTooNewError) as caught:
            open_database(path, now=now, read_only=read_only)
        assert str(caught.value) == (
            f"{path} was written by a later version of healthsim_nb (its schema is number 99, "
            f"this version knows {known()[-1].version}): pip install --upgrade healthsim-nb."
        )


def test_a_file_of_an_earlier_version_is_not_opened_read_only(tmp_path, now):
    path = tmp_path / "study.duckdb"
    duckdb.connect(path).close()

    with pytest.raises(WorkspaceError, match="brought up to date: open it once without read_only"):
        open_database(path, now=now, read_only=True)


def test_a_database_of_something_else_keeps_its_tables(tmp_path, now):
    path = tmp_path / "other.duckdb"
    with duckdb.connect(path) as other:
        other.execute("CREATE TABLE patients (mine INTEGER)")

    with pytest.raises(WorkspaceError) as caught:
        open_database(path, now=now)

    assert str(caught.value) == (
        f"{path} is a DuckDB database of something else: it has tables of its own named patients. "
        "Open another file."
    )
    with duckdb.connect(path) as other:
        assert [row[:3] for row in objects(other)] == [("main", "patients", "mine")]


def test_a_database_with_other_tables_becomes_a_workspace_too(tmp_path, now):
    path = tmp_path / "other.duckdb"
    with duckdb.connect(path) as other:
        other.execute("CREATE TABLE mine AS SELECT 42 AS answer")

    database = open_database(path, now=now)

    with database.cursor() as cursor:
        assert cursor.execute("SELECT answer FROM mine").fetchall() == [(42,)]
    database.close()
