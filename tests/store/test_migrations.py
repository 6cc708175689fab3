"""The schema is brought up to date in steps that leave nothing when they fail."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b

import duckdb
import pytest

from healthsim_nb.errors import WorkspaceError, WorkspaceTooNewError
from healthsim_nb.schema import OWNERSHIP
from healthsim_nb.schema.ddl import create_statements
from healthsim_nb.store import database as database_module
from healthsim_nb.store.database import open_database
from healthsim_nb.store.migrations import Migration, known, migrate, version
from healthsim_nb.store.migrations.difference import migration_text, rules, shape

NOW = datetime.fromisoformat("2026-01-15 09:30")
LAST = known()[-1].version
RELEASED = {
    1: "4ee7511263481e98",
    2: "27ade30c0afafc96",
    3: "e8f7364f8997b3cb",
    4: "afb2ed1f0c2b8d4f",
    5: "cdae43e08b38df38",
}
"""Number of each migration that users' files may have had, with the hash of its text."""


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


def test_all_migrations_together_make_the_declared_tables():
    with duckdb.connect() as have, duckdb.connect() as want:
        migrate(have, 0, now=NOW)
        for statement in create_statements():
            want.execute(statement)

        assert migration_text() == "", "A migration is missing: CONTRIBUTING.md, A new table"
        assert columns(have) == columns(want)
        assert rules(have) == rules(want)
        for table, found in shape(have).items():
            assert list(found)[: len(OWNERSHIP)] == list(shape(want)[table])[: len(OWNERSHIP)]


def columns(con):
    """Return what matters of the tables: in the file, a column that was added later stands last."""
    return {table: dict(sorted(found.items())) for table, found in shape(con).items()}


@pytest.mark.parametrize(("number", "released"), RELEASED.items())
def test_a_migration_that_was_released_is_never_edited(number, released):
    text = known()[number - 1].sql

    assert blake2b(text.encode(), digest_size=8).hexdigest() == released


@pytest.mark.skipif(
    duckdb.__version__.startswith("1."), reason="DuckDB 1.5 makes no index beside changed rows"
)
def test_the_difference_brings_an_older_file_with_rows_to_the_declaration(now):
    lost = ["immunizations", "widget_state"]
    with duckdb.connect() as con:
        migrate(con, 0, now=now)
        for table in lost:
            con.execute(f"DROP VIEW {table}; DROP VIEW IF EXISTS provenance.{table}")
            con.execute(f"DROP TABLE hs.{table}")
        con.execute(
            "INSERT INTO hs.notes (id, text, created_at, updated_at) "
            "VALUES (1, 'mine', now()::TIMESTAMP, now()::TIMESTAMP)"
        )
        con.execute("CREATE TABLE hs.old (i INTEGER)")
        con.execute("ALTER TABLE hs.notes DROP COLUMN updated_at")
        con.execute("ALTER TABLE hs.notes ADD COLUMN extra TEXT")
        con.execute("ALTER TABLE hs.patients ALTER COLUMN mrn DROP NOT NULL")
        con.execute("ALTER TABLE hs.patients ALTER COLUMN family_name TYPE BIGINT")
        text = migration_text(shape(con))
        con.begin()
        con.execute(text)
        con.commit()

        with duckdb.connect() as want:
            for statement in create_statements():
                want.execute(statement)
            assert columns(con) == columns(want)
        assert con.execute("SELECT text FROM hs.notes").fetchall() == [("mine",)]
        assert "CREATE TABLE hs.immunizations" in text


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
    con.execute("INSERT INTO hs.widget_state VALUES ('n', 'w', 'f', '1', now()::TIMESTAMP)")
    change = Migration(LAST + 1, "more", "ALTER TABLE hs.widget_state ADD COLUMN colour TEXT;")

    assert migrate(con, LAST, now=now, changes=[*known(), change]) == 1

    assert con.execute("SELECT widget, colour FROM hs.widget_state").fetchall() == [("w", None)]
    assert version(con, "x", [*known(), change]) == LAST + 1


def test_a_change_that_fails_leaves_the_file_as_it_was(con, now):
    migrate(con, 0, now=now)
    before = objects(con)
    good = Migration(LAST + 1, "good", "CREATE TABLE hs.fine (i INTEGER);")
    bad = Migration(
        LAST + 2, "bad", "CREATE TABLE hs.half (i INTEGER); INSERT INTO hs.nowhere VALUES (1);"
    )

    with pytest.raises(duckdb.CatalogException, match="nowhere"):
        migrate(con, LAST, now=now, changes=[*known(), good, bad])

    assert objects(con) == before
    assert version(con, "x") == LAST
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


VALUES = {
    "TIMESTAMP": "TIMESTAMP '2026-01-15'",
    "VARCHAR": "'x'",
    "DATE": "DATE '2026-01-15'",
    "BOOLEAN": "true",
}
REMADE = {"rules": 4, "widget_state": 10, "outputs": 10}
"""Tables that a migration makes anew, because nothing had written to them before."""


def old_file(path, version, now):
    """Make a file as that version of the schema had it, with a row in every table."""
    with duckdb.connect(path) as con:
        for change in known()[:version]:
            con.execute(change.sql)
            con.execute(
                "INSERT INTO hs.schema_migrations VALUES (?, ?, '0', ?)",
                [change.version, change.name, now],
            )
        for table, columns in shape(con).items():
            if table != "schema_migrations":
                row = [VALUES.get(kind, "1") for kind, _ in columns.values()]
                con.execute(f"INSERT INTO hs.{table} VALUES ({', '.join(row)})")
        con.execute("UPDATE hs.scenarios SET status = 'ready', specification = '{}'")
        return {t: con.execute(f"SELECT * FROM hs.{t}").fetchall() for t in shape(con)}


@pytest.mark.parametrize("number", range(1, LAST))
def test_a_file_of_an_earlier_version_opens_with_nothing_lost(tmp_path, now, number):
    path = tmp_path / "study.duckdb"
    before = old_file(path, number, now)

    with pytest.warns(UserWarning, match=f"is kept in study.duckdb.schema-{number}.bak"):
        database = open_database(path, now=now)

    then = shape_of(tmp_path, number)
    with database.cursor() as cursor:
        today = shape(cursor)
        for table, rows in before.items():
            if number < REMADE.get(table, 0) or table == "schema_migrations":
                continue
            names = [c for c in then[table] if c in today[table]]
            found = cursor.execute(f"SELECT {', '.join(names)} FROM hs.{table}").fetchall()
            assert len(found) == len(rows), table
        assert columns(cursor) == wanted()
    database.close()
    with duckdb.connect(tmp_path / f"study.duckdb.schema-{number}.bak", read_only=True) as copy:
        assert {t: copy.execute(f"SELECT * FROM hs.{t}").fetchall() for t in shape(copy)} == before


def shape_of(folder, number):
    """Return the tables as a file of that version had them."""
    with duckdb.connect(folder / f"study.duckdb.schema-{number}.bak", read_only=True) as copy:
        return shape(copy)


def wanted():
    """Return the declared tables."""
    with duckdb.connect() as con:
        for statement in create_statements():
            con.execute(statement)
        return columns(con)


def test_a_file_that_cannot_be_brought_up_to_date_is_left_as_it_was(tmp_path, now, monkeypatch):
    path = tmp_path / "study.duckdb"
    before = old_file(path, 1, now)
    bad = Migration(LAST, "bad", "CREATE TABLE hs.half (i INTEGER); SELECT nonsense;")
    monkeypatch.setattr(database_module.migrations, "known", lambda: (*known()[:-1], bad))

    with pytest.raises(duckdb.BinderException):
        open_database(path, now=now)

    monkeypatch.undo()
    with duckdb.connect(path) as con:
        assert {t: con.execute(f"SELECT * FROM hs.{t}").fetchall() for t in shape(con)} == before


def test_a_file_of_which_no_copy_can_be_kept_is_left_as_it_was(tmp_path, now, monkeypatch):
    path = tmp_path / "study.duckdb"
    before = old_file(path, 1, now)

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copy2", fail)

    with pytest.raises(WorkspaceError) as caught:
        open_database(path, now=now)

    assert str(caught.value) == (
        f"{path} is of an earlier version and would be brought up to date, but a copy of it cannot "
        "be kept first (No space left on device): it was left as it is."
    )
    monkeypatch.undo()
    with duckdb.connect(path) as con:
        assert {t: con.execute(f"SELECT * FROM hs.{t}").fetchall() for t in shape(con)} == before
    assert [p.name for p in tmp_path.iterdir()] == ["study.duckdb"]


def test_a_copy_never_takes_the_place_of_an_earlier_one(tmp_path, now):
    path = tmp_path / "study.duckdb"
    (tmp_path / "study.duckdb.schema-1.bak").write_text("mine")
    old_file(path, 1, now)

    with pytest.warns(UserWarning, match=r"is kept in study.duckdb.schema-1.bak-2\."):
        open_database(path, now=now).close()

    assert (tmp_path / "study.duckdb.schema-1.bak").read_text() == "mine"
