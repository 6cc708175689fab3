from __future__ import annotations

import duckdb
import pytest

from healthsim_nb.errors import QueryError, UnknownNameError
from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import create_statements
from healthsim_nb.store.samples import samples, unlike


@pytest.mark.parametrize("strategy", ["diverse", "random", "recent"])
def test_a_sample_holds_rows_of_the_table_each_once(database, alone, strategy):
    found = samples(database.cursor(), 1, "patients", 10, strategy=strategy)

    names = [c.name for c in scenario_tables()["patients"].columns]
    rows = alone.execute(f"SELECT {', '.join(names)} FROM patients").fetchall()
    assert len({row["id"] for row in found}) == 10
    assert all(list(row) == names for row in found)
    assert all(tuple(row.values()) in rows for row in found)


@pytest.mark.parametrize("strategy", ["diverse", "random", "recent"])
def test_the_same_table_gives_the_same_sample(database, strategy):
    first = samples(database.cursor(), 1, "claims", 5, strategy=strategy)

    assert samples(database.cursor(), 1, "claims", 5, strategy=strategy) == first


def test_a_random_sample_is_known_beforehand(database):
    ids = [row["id"] for row in samples(database.cursor(), 1, "encounters", 5, strategy="random")]

    assert ids == RANDOM


RANDOM = [283, 180, 174, 388, 358]


def test_another_seed_gives_other_rows(database):
    first = samples(database.cursor(), 1, "encounters", 5, strategy="random", seed=1)

    assert first != samples(database.cursor(), 1, "encounters", 5, strategy="random", seed=2)


def test_random_rows_come_from_the_whole_table(database):
    found = samples(database.cursor(), 1, "lab_results", 300, strategy="random")
    quarters = [sum(150 * q <= row["id"] < 150 * (q + 1) for row in found) for q in range(4)]

    assert min(quarters) > 50


def test_recent_rows_are_the_highest_of_the_last_run():
    with duckdb.connect() as connection:
        for statement in create_statements():
            connection.execute(statement)
        columns = (
            "scenario_id, run_key, id, npi, name, facility_type, taxonomy_code, street_address, "
        )
        columns += "city, state, postal_code, county_fips, phone"
        values = ", ".join(["'x'"] * 10)
        for run, i in [(1, 1), (1, 9), (2, 3), (2, 5), (2, 4)]:
            connection.execute(
                f"INSERT INTO hs.facilities ({columns}) VALUES (1, {run}, {i}, {values})"
            )

        found = samples(connection.cursor(), 1, "facilities", 4, strategy="recent")

    assert [row["id"] for row in found] == [5, 4, 3, 9]


def test_diverse_rows_differ_more_than_random_ones(database):
    def kinds(strategy):
        found = samples(database.cursor(), 1, "encounters", 4, strategy=strategy)
        return len({row["class_code"] for row in found}) + len({row["type"] for row in found})

    assert kinds("diverse") == 8


def test_each_kind_is_met_before_one_is_met_twice():
    rows = [{"kind": k, "n": 0} for k in "aaaaaabbbbccd"]

    assert sorted(rows[i]["kind"] for i in unlike(rows, 4)) == ["a", "b", "c", "d"]


def test_a_missing_value_is_a_kind_too():
    rows = [{"end": None}] * 3 + [{"end": 5}] * 3

    assert {rows[i]["end"] for i in unlike(rows, 2)} == {None, 5}


def test_no_more_rows_come_than_there_are(database):
    assert len(samples(database.cursor(), 1, "plans", 999)) == 25
    assert samples(database.cursor(), 1, "studies") == []


def test_no_row_of_another_scenario_is_sampled(database):
    for table in scenario_tables():
        assert "SECRET" not in repr(samples(database.cursor(), 1, table, 50))


def test_an_unknown_table_is_named_with_the_nearest(database):
    with pytest.raises(
        UnknownNameError, match=r"No table of a scenario named 'patient'. Did you mean 'patients'"
    ):
        samples(database.cursor(), 1, "patient")


def test_an_unknown_strategy_is_named_with_those_that_exist(database):
    with pytest.raises(
        UnknownNameError, match=r"No strategy named 'newest'.* Known: diverse, random, recent"
    ):
        samples(database.cursor(), 1, "patients", strategy="newest")


@pytest.mark.parametrize("n", [0, -1, 1001, 2.5, "3", True])
def test_a_number_of_rows_that_cannot_be_is_refused(database, n):
    with pytest.raises(QueryError, match="n is a whole number of rows from 1 to 1,000, not"):
        samples(database.cursor(), 1, "patients", n)
