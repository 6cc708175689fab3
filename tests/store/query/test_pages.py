from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest

from healthsim_nb.errors import QueryError
from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import create_statements
from healthsim_nb.store.plain import table
from healthsim_nb.store.query import query

SORTED = "SELECT mrn, gender FROM patients ORDER BY gender"
GROUPED = "SELECT city, count(*) AS n FROM patients GROUP BY city"
JOINED = "SELECT p.id, e.id FROM patients p JOIN encounters e ON e.patient_id = p.id"
PLAIN = "SELECT mrn FROM patients"
KINDS = [PLAIN, SORTED, GROUPED, JOINED, "SELECT mrn FROM patients WHERE id % 3 = 0"]


def collect(page):
    rows = list(page.rows)
    while page.has_more:
        page = page.next()
        rows += page.rows
    return rows


@pytest.mark.parametrize("sql", KINDS)
@pytest.mark.parametrize("size", [1, 7, 20, 1000])
def test_pages_neither_repeat_nor_miss_a_row(ask, sql, size):
    whole = ask(sql, page_size=10_000).rows

    assert collect(ask(sql, page_size=size)) == whole


@pytest.mark.parametrize("sql", KINDS)
def test_any_page_can_be_asked_for_at_once(ask, sql):
    whole = ask(sql, page_size=10_000).rows

    for number in (3, 1, 2, 5):
        assert ask(sql, page=number, page_size=4).rows == whole[4 * number - 4 : 4 * number]


@pytest.mark.parametrize("sql", KINDS)
def test_there_and_back_again_shows_the_same_rows(ask, sql):
    third = ask(sql, page=3, page_size=4)

    assert third.next().previous() == third
    assert third.previous().next() == third
    assert third.previous().previous() == ask(sql, page=1, page_size=4)


def test_a_page_has_twenty_rows_and_knows_how_many_there_are(ask):
    page = ask(PLAIN)

    assert (len(page.rows), page.page, page.page_size, page.total) == (20, 1, 20, 130)
    assert page.has_more
    assert page.pages == 7


@pytest.mark.parametrize("sql", KINDS)
def test_the_last_page_knows_that_it_is_the_last(ask, sql):
    total = ask(sql).total
    page = ask(sql, page=2, page_size=total // 2)
    last = page if total % 2 == 0 else page.next()

    assert not last.has_more
    with pytest.raises(QueryError, match=f"is the last: there are {total:,} rows in all"):
        last.next()


def test_pages_far_from_the_first_continue_those_that_are_near(ask, monkeypatch):
    whole = ask(SORTED, page_size=500).rows
    monkeypatch.setattr("healthsim_nb.store.keyed.NEAR", 20)

    assert collect(ask(SORTED, page_size=7)) == whole
    zoned = "SELECT mrn, now() FROM patients ORDER BY gender"
    assert [r[0] for r in collect(ask(zoned, page_size=7))] == [r[0] for r in whole]
    assert ask(SORTED, page=9, page_size=7).rows == whole[56:63]
    assert ask(SORTED, page=900, page_size=7).rows == []


@pytest.mark.parametrize("where", ["", "WHERE id % 7 < 3", "WHERE id > 90 AND gender = 'F'"])
def test_a_jump_by_counted_stretches_of_keys_finds_the_rows_of_that_page(ask, monkeypatch, where):
    monkeypatch.setattr("healthsim_nb.store.positions.PIECES", 4)
    monkeypatch.setattr("healthsim_nb.store.positions.FEW", 5)
    sql = f"SELECT id, mrn FROM patients {where}"
    whole = ask(sql, page_size=500).rows
    page = ask(sql, page_size=4)
    page.prepare()

    assert page.total == len(whole)
    for number in (9, 2, page.pages, page.pages + 1, 5):
        assert page.turn(number).rows == whole[4 * number - 4 : 4 * number]


@pytest.mark.parametrize("sql", KINDS)
def test_what_is_made_ready_shows_the_same_pages(ask, sql):
    page, ready = ask(sql, page_size=3), ask(sql, page_size=3)
    ready.prepare()
    ready.prepare()

    for number in (1, page.pages, 4):
        assert ready.turn(number) == page.turn(number)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT *, upper(c.city) AS big FROM patients AS c ORDER BY c.city DESC, 2",
        'SELECT p.*, id + 1 AS "id" FROM patients p WHERE p.id % 3 > 0 ORDER BY lower(mrn)',
        "WITH those AS (SELECT id FROM encounters) SELECT mrn, (SELECT count(*) FROM those) AS n "
        "FROM patients WHERE id IN (SELECT id FROM those) ORDER BY gender, birth_date",
        "SELECT COLUMNS('c.*') FROM patients ORDER BY ALL",
        "SELECT mrn AS m, '$after $until' AS s FROM Patients ORDER BY m",
    ],
)
def test_rows_looked_up_by_their_keys_are_those_of_the_query_in_its_order(ask, sql):
    whole = ask(sql, page_size=500)
    page = ask(sql, page_size=6)
    page.prepare()

    assert [row for n in range(1, page.pages + 1) for row in page.turn(n).rows] == whole.rows
    assert page.columns == whole.columns


def test_a_page_tells_the_types_of_its_columns(ask):
    page = ask("SELECT id, mrn, birth_date, [1] AS l, now() AS at FROM patients")

    assert page.types == ("BIGINT", "VARCHAR", "DATE", "INTEGER[]", "TIMESTAMP WITH TIME ZONE")


def test_there_is_no_page_before_the_first(ask):
    with pytest.raises(QueryError, match="Page 1 is the first"):
        ask(PLAIN).previous()


@pytest.mark.parametrize("sql", KINDS)
def test_a_page_after_the_last_is_empty(ask, sql):
    page = ask(sql, page=5000)

    assert page.rows == []
    assert not page.has_more
    assert page.total == len(ask(sql, page_size=10_000).rows)


def test_no_rows_are_one_empty_page_with_columns(ask):
    page = ask("SELECT id, mrn FROM patients WHERE id < 0")

    assert (page.columns, page.rows, page.total, page.pages) == (("id", "mrn"), [], 0, 1)
    assert list(page.df().columns) == ["id", "mrn"]


@pytest.mark.parametrize("number", [0, -1, 1.0, "2", True, None])
def test_a_page_number_that_cannot_be_is_refused(ask, number):
    with pytest.raises(QueryError, match="page is a whole number from 1, not"):
        ask(PLAIN, page=number)


@pytest.mark.parametrize("size", [0, -20, 10_001, 2.5, "20", False])
def test_a_page_size_that_cannot_be_is_refused(ask, size):
    with pytest.raises(QueryError, match="page_size is a whole number from 1 to 10,000, not"):
        ask(PLAIN, page_size=size)


class Counting:
    """A cursor that remembers what it was asked."""

    def __init__(self, cursor):
        self.cursor, self.asked = cursor, []

    def __getattr__(self, name):
        return getattr(self.cursor, name)

    def execute(self, sql, *parameters):
        self.asked.append(sql)
        return self.cursor.execute(sql, *parameters)


@pytest.mark.parametrize("sql", KINDS)
def test_the_total_is_counted_once_and_only_when_asked_for(database, sql):
    cursor = Counting(database.cursor())
    page = query(cursor, 1, sql, page_size=5)

    def counts():
        return sum("SELECT count(*) FROM " in s for s in cursor.asked)

    before = counts()
    assert page.total == page.next().total == page.next().previous().total
    assert (before, counts()) == (0, 1)


def test_the_order_of_the_user_is_kept_and_ties_go_by_id(ask, alone):
    ids = [
        r[0]
        for r in ask("SELECT id, gender FROM patients ORDER BY gender DESC", page_size=500).rows
    ]

    expected = alone.execute("SELECT id FROM patients ORDER BY gender DESC, id").fetchall()
    assert ids == [i for (i,) in expected]


def test_rows_of_one_table_come_by_id_when_nothing_is_said(ask):
    assert (
        ask("SELECT mrn FROM patients WHERE gender = 'F'", page_size=3).rows
        == ask("SELECT mrn FROM patients WHERE gender = 'F' ORDER BY id", page_size=3).rows
    )


def test_an_alias_named_id_is_not_taken_for_the_key(ask):
    rows = collect(ask("SELECT -id AS id FROM patients ORDER BY id", page_size=50))

    assert rows == [(i,) for i in range(-129, 1)]


def test_groups_come_by_the_columns_shown_when_nothing_is_said(ask):
    rows = ask(GROUPED, page_size=500).rows

    assert rows == sorted(rows)


def test_an_order_inside_is_kept_when_nothing_is_said_outside(ask):
    inside = "SELECT id, mrn FROM patients ORDER BY length(mrn), mrn DESC LIMIT 30"

    assert ask(f"SELECT mrn FROM ({inside})", page_size=30).rows == [
        (mrn,) for _, mrn in ask(inside, page_size=30).rows
    ]
    assert ask(f"WITH top AS ({inside}) SELECT mrn FROM top LIMIT 3").rows == [
        (mrn,) for _, mrn in ask(inside, page_size=3).rows
    ]


def test_written_rows_keep_the_order_in_which_they_were_written(ask):
    assert ask("VALUES (3), (1), (2)").rows == [(3,), (1,), (2,)]
    union = "SELECT 'z' AS t, count(*) FROM patients UNION ALL SELECT 'a', count(*) FROM claims"
    assert ask(union).rows == [("z", 130), ("a", 90)]


def test_a_limit_without_an_order_takes_the_first_by_id(ask):
    page = ask("SELECT id FROM patients WHERE id > 4 LIMIT 3 OFFSET 1")

    assert (page.rows, page.total) == ([(6,), (7,), (8,)], 3)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT random() FROM patients",
        "SELECT id FROM patients USING SAMPLE 50 ROWS",
        "SELECT uuid()",
    ],
)
def test_what_differs_each_time_stays_the_same_from_page_to_page(ask, sql):
    page = ask(sql, page_size=10)
    first = list(page.rows)
    if page.has_more:
        assert page.next().previous().rows == first


def test_a_snapshot_of_a_sorted_query_does_not_move(database):
    with database.cursor() as writer:
        writer.execute("BEGIN")
        page = query(database.cursor(), 1, SORTED, page_size=5)
        assert page.total == 130
        writer.execute("ROLLBACK")


def test_values_keep_their_types(ask):
    row = ask(
        "SELECT total_paid, service_date, adjudicated_date, NULL FROM claims ORDER BY 1 DESC"
    ).rows[0]

    assert [type(v) for v in row] == [Decimal, date, date, type(None)]
    assert row[0].as_tuple().exponent == -2


def test_a_moment_with_a_zone_needs_no_further_package(ask):
    ((moment,),) = ask("SELECT TIMESTAMP '2024-06-01 12:00:00' AT TIME ZONE 'UTC'").rows

    assert isinstance(moment, datetime)
    assert moment.utcoffset() is not None
    assert moment.isoformat().startswith("2024-06-01T12:00:00") or moment.utcoffset()


def test_two_columns_of_one_name_both_come_out(ask):
    page = ask("SELECT p.id, e.id FROM patients p JOIN encounters e ON e.id = p.id + 1 LIMIT 1")

    assert (page.columns, page.rows) == (("id", "id"), [(0, 1)])
    assert page.df().shape == (1, 2)


def test_duckdb_speaks_for_itself_with_its_caret(ask):
    with pytest.raises(QueryError) as refused:
        ask("SELECT id,\n  nme FROM patients")

    assert str(refused.value).startswith('Binder Error: Referenced column "nme" not found')
    assert "LINE 2:   nme FROM patients" in str(refused.value)
    assert "^" in str(refused.value)


def test_a_value_that_fails_names_the_value_and_no_text_of_ours(ask):
    with pytest.raises(QueryError) as refused:
        ask("SELECT mrn::INTEGER FROM patients")

    assert str(refused.value).startswith("Conversion Error: Could not convert string 'mrn-")
    assert "the result" not in str(refused.value)


def test_a_value_that_fails_on_a_later_page_is_said_there(ask):
    page = ask("SELECT CASE WHEN id > 50 THEN mrn::INTEGER ELSE 0 END FROM patients", page_size=20)

    with pytest.raises(QueryError, match="Could not convert"):
        collect(page)


def test_a_closed_page_keeps_its_rows_and_says_why_it_has_no_neighbours(ask):
    page = ask(PLAIN)
    page.close()

    assert len(page.rows) == 20
    with pytest.raises(QueryError, match="closed"):
        page.next()


def test_a_page_is_a_plain_table(ask):
    page = ask("SELECT id, total_paid, status FROM claims WHERE id IN (3, 40) ORDER BY id")

    assert repr(page) == (
        "id  total_paid  status\n"
        "--  ----------  ---------\n"
        " 3       29.91  status-5\n"
        "40       98.59  status-10\n"
        "page 1 of 1: rows 1 to 2 of 2"
    )


def test_a_wide_table_names_the_columns_that_do_not_fit():
    text = table([f"column_{i:02}" for i in range(20)], [["x" * 50] * 20])

    assert max(map(len, text.splitlines()[:3])) <= 118
    assert text.splitlines()[-1].startswith("… and column_04, column_05")
    assert "x" * 23 + "…" in text


def test_a_frame_has_the_columns_and_rows_of_the_page(ask):
    page = ask("SELECT id, mrn, birth_date FROM patients", page=2, page_size=5)
    frame = page.df()

    assert list(frame.columns) == ["id", "mrn", "birth_date"]
    assert [tuple(r) for r in frame.itertuples(index=False)] == page.rows


def test_two_queries_on_one_database_do_not_meet(database):
    first = query(database.cursor(), 1, SORTED, page_size=3)
    second = query(database.cursor(), 2, SORTED, page_size=3)

    assert {r for (r, _) in second.rows} == {"SECRET"}
    assert "SECRET" not in repr(first.next().rows)


def test_a_database_that_is_read_only_can_be_asked(tmp_path):
    path = str(tmp_path / "study.duckdb")
    with duckdb.connect(path) as writer:
        names = ["scenario_id", "run_key", *(c.name for c in scenario_tables()["plans"].columns)]
        columns = ", ".join(f"{i} AS {name}" for i, name in enumerate(names, start=1))
        writer.execute(f"CREATE SCHEMA hs; CREATE TABLE hs.plans AS SELECT {columns}")
    with duckdb.connect(path, read_only=True) as reader:
        wanted = (*range(3, len(names) + 1), 1, 2)
        assert query(reader.cursor(), 1, "FROM plans").rows == [wanted]
        assert query(reader.cursor(), 1, "SELECT max(id) FROM plans").rows == [(3,)]


def test_the_cursor_of_the_caller_is_the_only_one_that_is_changed(database):
    query(database.cursor(), 1, PLAIN)

    assert database.execute("SELECT count(*) FROM patients").fetchone() == (260,)
    assert not database.execute(
        "SELECT 1 FROM duckdb_views() WHERE temporary AND NOT internal"
    ).fetchall()


def test_an_interrupt_is_not_taken_for_a_mistake_of_the_user(monkeypatch, database):
    from healthsim_nb.store import query as module

    def stop(*_):
        raise duckdb.InterruptException("INTERRUPT Error: Interrupted!")

    monkeypatch.setattr(module.gate, "check", stop)
    with pytest.raises(duckdb.InterruptException):
        query(database.cursor(), 1, PLAIN)


@pytest.mark.parametrize("size", [1, 7, 60])
def test_rows_that_lie_in_any_order_are_shown_by_id(database, size):
    some = "SELECT * FROM hs.patients WHERE scenario_id = 1 ORDER BY id * 37 % 131"
    shuffled = database.cursor().sql(some).to_arrow_table()
    with duckdb.connect() as connection:
        for statement in create_statements():
            connection.execute(statement)
        connection.from_arrow(shuffled).insert_into("hs.patients")

        ids = collect(query(connection.cursor(), 1, "SELECT id FROM patients", page_size=size))

    assert ids == [(i,) for i in range(130)]
