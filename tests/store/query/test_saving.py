from __future__ import annotations

import duckdb
import pytest

from healthsim_nb.errors import ExportError, HealthsimError
from healthsim_nb.store.query import query
from healthsim_nb.store.saving import save

READ = {
    "csv": "read_csv",
    "json": "read_json",
    "ndjson": "read_json",
    "parquet": "read_parquet",
}
SORTED = "SELECT id, gender, city FROM patients ORDER BY gender; -- the end"


@pytest.mark.parametrize("kind", READ)
def test_a_file_holds_all_rows_in_the_order_of_the_pages(database, tmp_path, kind):
    path = save(database.cursor(), 1, SORTED, tmp_path / f"out.{kind}")

    with duckdb.connect() as fresh:
        found = fresh.execute(f"SELECT * FROM {READ[kind]}('{path}')").fetchall()
    assert found == query(database.cursor(), 1, SORTED, page_size=1000).rows
    assert [p.name for p in tmp_path.iterdir()] == [f"out.{kind}"]


@pytest.mark.parametrize(
    ("sql", "name", "sentence"),
    [
        (
            "SELECT 1",
            "out.xlsx",
            "No kind of file named 'xlsx'. Known: csv, json",
        ),
        ("SELECT 1", "nowhere/out.csv", "Nothing was written: there is no folder"),
        ("SELECT * FROM mine", "out.csv", "No table of a scenario named 'mine'."),
        ("DROP TABLE patients", "out.csv", "A scenario query is exactly one SELECT"),
        ("SELECT 1/'x'", "out.csv", "Conversion Error"),
    ],
)
def test_what_cannot_be_written_is_refused_and_leaves_nothing(
    database, tmp_path, sql, name, sentence
):
    with pytest.raises(HealthsimError) as told:
        save(database.cursor(), 1, sql, tmp_path / name)

    assert str(told.value).startswith(sentence)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_that_name_is_left_alone(database, tmp_path):
    (tmp_path / "out.csv").mkdir()

    with pytest.raises(ExportError, match="Nothing was written, because"):
        save(database.cursor(), 1, "SELECT 1 AS x", tmp_path / "out.csv")

    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]
