from __future__ import annotations

import csv
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthsim_nb.errors import ExportError, UnknownNameError
from healthsim_nb.formats import Source, export, names
from healthsim_nb.formats.copying import copy

TYPES = {
    "id": "BIGINT",
    "name": "TEXT",
    "money": "DECIMAL(12, 2)",
    "value": "DOUBLE",
    "day": "DATE",
    "moment": "TIMESTAMP",
    "yes": "BOOLEAN",
    "small": "SMALLINT",
}
AS_TEXT = ", ".join(f"'{name}': '{kind}'" for name, kind in TYPES.items())
READERS = {
    "csv": f"read_csv('{{}}', header = true, columns = {{{{{AS_TEXT}}}}}, auto_detect = false, "
    "delim = ',', quote = '\"', escape = '\"', allow_quoted_nulls = false)",
    "json": f"read_json('{{}}', format = 'array', columns = {{{{{AS_TEXT}}}}})",
    "ndjson": f"read_json('{{}}', format = 'newline_delimited', columns = {{{{{AS_TEXT}}}}})",
    "parquet": "read_parquet('{}')",
}
TEXT = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\x00")
    | st.sampled_from("\",\n\r\t;'\\"),
    max_size=8,
)
ROW = st.tuples(
    st.integers(-(2**63), 2**63 - 1),
    st.none() | TEXT,
    st.none() | st.decimals("-9999999999.99", "9999999999.99", places=2),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.dates(date(1900, 1, 1)),
    st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2999, 12, 31)),  # noqa: DTZ001
    st.none() | st.booleans(),
    st.none() | st.integers(-(2**15), 2**15 - 1),
)


@pytest.fixture
def cursor():
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE TABLE things ({', '.join(f'{n} {t}' for n, t in TYPES.items())})"
        )
        connection.execute(
            "CREATE TABLE others AS SELECT i AS id, 'TX' AS state FROM range(3) t(i)"
        )
        connection.execute("CREATE TABLE none_yet (id BIGINT, note TEXT)")
        connection.execute(
            "INSERT INTO things VALUES (1, 'Zoë \"Z\", Ms', 12.30, 0.1, '2024-02-29', "
            "'2024-01-01 10:00:00.000001', true, 7), (2, '', NULL, NULL, NULL, NULL, NULL, NULL), "
            "(3, NULL, 0.00, -1e300, NULL, NULL, false, 0)"
        )
        yield connection


@pytest.fixture
def source(cursor):
    return Source(
        cursor,
        {
            "things": "SELECT * FROM things ORDER BY id",
            "others": "SELECT * FROM others ORDER BY id",
            "none_yet": "SELECT * FROM none_yet",
        },
    )


def read(cursor, name, path):
    return cursor.execute(f"SELECT * FROM {READERS[name].format(path)}").fetchall()


@pytest.mark.parametrize("name", names())
def test_every_table_becomes_a_file_even_an_empty_one(source, tmp_path, name):
    files = export(name, source, tmp_path / "new" / "folder")

    assert [f.name for f in files] == [f"{t}.{name}" for t in ("things", "others", "none_yet")]
    assert sorted(files) == sorted((tmp_path / "new" / "folder").iterdir())


@pytest.mark.parametrize("name", names())
def test_rows_come_back_exactly_as_they_were(cursor, source, tmp_path, name):
    path = export(name, source, tmp_path, tables=["things"])[0]

    assert read(cursor, name, path) == cursor.execute("SELECT * FROM things ORDER BY id").fetchall()


@pytest.mark.parametrize("name", names())
@given(rows=st.lists(ROW, max_size=12))
def test_whatever_the_rows_are_they_come_back(tmp_path_factory, name, rows):
    folder = tmp_path_factory.mktemp("out")
    with duckdb.connect() as cursor:
        cursor.execute(f"CREATE TABLE things ({', '.join(f'{n} {t}' for n, t in TYPES.items())})")
        if rows:
            cursor.executemany(f"INSERT INTO things VALUES ({', '.join('?' * len(TYPES))})", rows)
        path = export(name, Source(cursor, {"things": "SELECT * FROM things"}), folder)[0]

        assert read(cursor, name, path) == rows


def test_csv_is_a_header_and_lines_that_any_reader_takes(source, tmp_path):
    export("csv", source, tmp_path)

    text = (tmp_path / "things.csv").read_text(encoding="utf-8")
    assert text == (
        "id,name,money,value,day,moment,yes,small\n"
        '1,"Zoë ""Z"", Ms",12.30,0.1,2024-02-29,2024-01-01 10:00:00.000001,true,7\n'
        '2,"",,,,,,\n'
        "3,,0.00,-1e+300,,,false,0\n"
    )
    with (tmp_path / "things.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file))["name"] == 'Zoë "Z", Ms'
    assert (tmp_path / "none_yet.csv").read_text() == "id,note\n"


def test_json_is_one_array_and_ndjson_an_object_a_line(source, tmp_path):
    export("json", source, tmp_path)
    export("ndjson", source, tmp_path)

    things = json.loads((tmp_path / "things.json").read_text(encoding="utf-8"), parse_float=Decimal)
    lines = (tmp_path / "things.ndjson").read_text(encoding="utf-8").splitlines()
    assert things[0]["money"] == Decimal("12.30")
    assert things[1] == {k: {"id": 2, "name": ""}.get(k) for k in TYPES}
    assert [json.loads(line, parse_float=Decimal) for line in lines] == things
    assert json.loads((tmp_path / "none_yet.json").read_text()) == []
    assert (tmp_path / "none_yet.ndjson").read_text() == ""


def test_parquet_keeps_types_of_empty_tables(cursor, source, tmp_path):
    path = export("parquet", source, tmp_path, tables=["none_yet"])[0]

    shown = cursor.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()
    assert [(name, kind) for name, kind, *_ in shown] == [("id", "BIGINT"), ("note", "VARCHAR")]


def test_parquet_in_parts_comes_back_whole(cursor, tmp_path):
    cursor.execute(
        "CREATE TABLE people AS "
        "SELECT i AS id, ['TX', 'O K', '01'][1 + i % 3] AS state FROM range(9) t(i)"
    )
    source = Source(cursor, {"people": "FROM people", "things": "FROM things"})
    files = export("parquet", source, tmp_path, partition_by="state")

    assert {f.parent.name for f in files if f.name != "things.parquet"} == {
        "state=01",
        "state=O%20K",
        "state=TX",
    }
    assert (tmp_path / "things.parquet") in files
    read_back = f"read_parquet('{tmp_path}/people/*/*.parquet', hive_partitioning = false)"
    back = cursor.execute(f"FROM {read_back} ORDER BY id").fetchall()
    assert back == cursor.execute("FROM people ORDER BY id").fetchall()


def test_parts_of_an_earlier_export_do_not_remain(cursor, tmp_path):
    for states in ("['TX', 'CA']", "['TX', 'NY']"):
        cursor.execute(f"CREATE OR REPLACE TABLE people AS SELECT unnest({states}) AS state")
        export("parquet", Source(cursor, {"people": "FROM people"}), tmp_path, partition_by="state")

    assert {p.parent.name for p in tmp_path.rglob("*.parquet")} == {"state=NY", "state=TX"}


def test_a_column_to_part_by_that_no_table_has_is_named(source, tmp_path):
    with pytest.raises(UnknownNameError, match=r"No column named 'stat'. Did you mean 'state'\?"):
        export("parquet", source, tmp_path, partition_by="stat")


def test_chosen_tables_alone_are_written_in_the_order_of_the_source(source, tmp_path):
    files = export("csv", source, tmp_path, tables=["none_yet", "things"])

    assert [f.name for f in files] == ["things.csv", "none_yet.csv"]


def test_files_of_other_names_are_left_alone_and_own_ones_replaced(source, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "claims.csv").write_text("mine, too")
    (tmp_path / "things.csv").write_text("old")
    export("csv", source, tmp_path)

    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "claims.csv").read_text() == "mine, too"
    assert (tmp_path / "things.csv").read_text().startswith("id,name")


@pytest.mark.parametrize("name", names())
def test_a_failure_in_the_middle_leaves_the_files_of_before(cursor, tmp_path, name):
    good = Source(cursor, {"a": "SELECT 1 AS x", "b": "SELECT 2 AS x"})
    before = {f: f.read_bytes() for f in export(name, good, tmp_path)}
    bad = Source(
        cursor, {"a": "SELECT 9 AS x", "b": "SELECT ('x' || i)::INTEGER AS x FROM range(9) t(i)"}
    )

    with pytest.raises(duckdb.ConversionException):
        export(name, bad, tmp_path)

    assert {f: f.read_bytes() for f in tmp_path.iterdir()} == before


@pytest.mark.parametrize("name", names())
def test_a_folder_that_cannot_be_is_one_sentence(source, tmp_path, name):
    (tmp_path / "file").write_text("a file, not a folder")

    with pytest.raises(ExportError) as refused:
        export(name, source, tmp_path / "file")

    assert str(refused.value) == f"The folder {tmp_path / 'file'} cannot be made: File exists."


def test_a_folder_that_cannot_be_written_to_is_one_sentence(source):
    with pytest.raises(ExportError) as refused:
        copy(source, Path("/proc/nowhere"), "csv", "FORMAT csv")

    said = str(refused.value)
    assert said.startswith("Nothing was exported, because /proc/nowhere cannot be written to: ")
    assert "\n" not in said


def test_a_target_that_is_a_folder_is_one_sentence(source, tmp_path):
    (tmp_path / "things.csv").mkdir()

    with pytest.raises(ExportError, match=r"cannot be written to: things.csv is a folder"):
        export("csv", source, tmp_path)

    assert [p.name for p in tmp_path.iterdir()] == ["things.csv"]


def test_a_folder_with_quotes_in_its_name_is_just_a_folder(source, tmp_path):
    files = export("csv", source, tmp_path / 'Ann\'s "data"')

    assert all(f.exists() for f in files)


def test_an_unknown_format_is_named_with_the_nearest(source, tmp_path):
    with pytest.raises(
        UnknownNameError, match=r"No format named 'parket'. Did you mean 'parquet'\?"
    ):
        export("parket", source, tmp_path)


def test_an_unknown_table_is_named_with_the_nearest(source, tmp_path):
    with pytest.raises(UnknownNameError, match=r"No table named 'thing'. Did you mean 'things'\?"):
        export("csv", source, tmp_path, tables=["others", "thing"])

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("tables", [[], ()])
def test_no_tables_at_all_are_refused(source, tmp_path, tables):
    with pytest.raises(ExportError, match="No tables were named"):
        export("csv", source, tmp_path, tables=tables)


def test_a_single_name_instead_of_a_list_is_refused(source, tmp_path):
    with pytest.raises(ExportError, match=r"tables is a list of names: tables=\['things'\]"):
        export("csv", source, tmp_path, tables="things")


@pytest.mark.parametrize("name", ["csv", "json", "ndjson"])
def test_an_option_that_a_format_does_not_have_is_refused(source, tmp_path, name):
    with pytest.raises(
        ExportError, match=f"The format {name} has no option 'partition_by'; it has none"
    ):
        export(name, source, tmp_path, partition_by="state")


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_a_large_table_streams_in_bounded_memory(tmp_path, name):
    with duckdb.connect(
        str(tmp_path / "db.duckdb"), config={"memory_limit": "100MB", "threads": 1}
    ) as cursor:
        cursor.execute(
            "CREATE TABLE big AS SELECT i AS id, md5(i::TEXT) AS a, md5((i + 1)::TEXT) AS b, "
            "md5((i + 2)::TEXT) AS c, i / 7 AS d FROM range(1_000_000) t(i)"
        )
        path = export(name, Source(cursor, {"big": "FROM big ORDER BY id"}), tmp_path)[0]

        assert path.stat().st_size > 40_000_000
