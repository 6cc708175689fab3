"""The content signature: equal for equal rows, different for any other."""

from __future__ import annotations

import pytest

from healthsim_nb.schema import scenario_tables
from healthsim_nb.store.signature import open_columns, signature


def sign(database, owner, **options):
    with database.cursor() as cursor:
        return signature(cursor, owner.scenario_id, **options)


def change(database, sql):
    with database.transaction() as cursor:
        cursor.execute(sql)


def test_it_does_not_depend_on_order_batches_scenario_or_run(database, save, blocks):
    turned = blocks(200, 50)[::-1]

    assert sign(database, save(database, blocks(200, 7))) == sign(database, save(database, turned))


def test_it_is_the_same_on_every_machine_and_version(database, save, blocks):
    owner = save(database, blocks(50, 50))

    assert sign(database, owner) == "34fa6610663a5463e0011d7678750131"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE hs.patients SET city = city || ' ' WHERE id = 3",
        "UPDATE hs.patients SET email = NULL WHERE id = 3",
        "UPDATE hs.lab_results SET value_numeric = value_numeric + 0.001 WHERE id = 3",
        "UPDATE hs.encounters SET admission_time = admission_time + INTERVAL 1 SECOND WHERE id = 8",
        "UPDATE hs.patients SET deceased = NOT deceased WHERE id = 3",
        "UPDATE hs.patients SET given_name = family_name, family_name = given_name WHERE id = 3",
        "DELETE FROM hs.lab_results WHERE id = 3",
        "INSERT INTO hs.lab_results SELECT * FROM hs.lab_results WHERE id = 3",
    ],
)
def test_any_other_content_has_another_signature(database, save, blocks, sql):
    owner = save(database, blocks(20, 20))
    before = sign(database, owner)

    change(database, sql)

    assert sign(database, owner) != before


def test_minus_zero_is_zero_and_an_empty_table_is_none(database, save, blocks):
    owner = save(database, blocks(20, 20))
    change(database, "UPDATE hs.lab_results SET value_numeric = 0.0 WHERE id = 3")
    before = sign(database, owner)

    change(database, "UPDATE hs.lab_results SET value_numeric = -0.0 WHERE id = 3")

    assert sign(database, owner) == before
    assert sign(database, save(database, [])) == sign(database, save(database, []))


def test_columns_can_be_left_out(database, save, blocks):
    owner = save(database, blocks(20, 20))
    before = sign(database, owner, exclude=open_columns())

    change(database, "UPDATE hs.patients SET deceased = NOT deceased, death_date = NULL")
    assert sign(database, owner, exclude=open_columns()) == before

    change(database, "UPDATE hs.patients SET city = 'elsewhere' WHERE id = 3")
    assert sign(database, owner, exclude=open_columns()) != before


def test_open_columns_are_those_that_the_design_lists():
    found = open_columns()

    assert found["medications"] == {"end_date", "status"}
    assert found["diagnoses"] == {"resolved_date"}
    assert found["patients"] == {"deceased", "death_date"}
    assert "lab_results" not in found
    assert set(found) <= set(scenario_tables())
