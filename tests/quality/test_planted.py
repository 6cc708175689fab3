"""Faults planted into sound tables: each is found by the rule for it, and by no other."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from healthsim_nb import quality
from healthsim_nb.quality.check import Tables, needs
from healthsim_nb.schema import scenario_tables

from .conftest import fill

HERE = Path(__file__).parent
PLANTED = yaml.safe_load((HERE / "planted.yaml").read_text(encoding="utf-8"))
TODAY = date(2030, 1, 1)
"""Later than all that is made here."""
MADE_HERE = ("coverage", "pharmacy", "trials", "network")
"""Domains whose rows come from valid.sql alone."""
ROWS = {
    "alone": "SELECT min(household_id) FROM persons GROUP BY household_id HAVING count(*) = 1 "
    "ORDER BY 1 LIMIT 1",
    "idle": "SELECT min(id) FROM patients WHERE death_date IS NULL AND id NOT IN ("
    "SELECT patient_id FROM encounters) AND id NOT IN (SELECT patient_id FROM allergies)",
    "empty": "SELECT min(id) FROM encounters WHERE class_code = 'AMB' AND id NOT IN ("
    "SELECT encounter_id FROM orders UNION "
    "SELECT encounter_id FROM medications WHERE encounter_id IS NOT NULL UNION "
    "SELECT encounter_id FROM procedures UNION SELECT encounter_id FROM immunizations UNION "
    "SELECT encounter_id FROM clinical_notes UNION SELECT encounter_id FROM claims)",
}


@pytest.fixture(scope="module")
def sound(people):
    """Tables of a population and of valid.sql, and what the rules find in them: nothing."""
    with duckdb.connect() as connection:
        fill(connection, people)
        for name, table in scenario_tables().items():
            if table.domain in MADE_HERE:
                connection.execute(f"DELETE FROM {name}")
        connection.execute((HERE / "valid.sql").read_text(encoding="utf-8"))
        yield connection, failing(connection, quality.rules().values())


@pytest.fixture
def planted(sound):
    """Change the tables and return the rules that fail now; everything is undone."""
    connection, before = sound

    def plant(sql):
        connection.begin()
        try:
            changed = set(re.findall(r"(?:UPDATE|INTO|DELETE FROM) (\w+)", sql))
            connection.execute(written(sql))
            looking = [rule for rule in quality.rules().values() if needs(rule) & changed]
            return failing(connection, looking) - before
        finally:
            connection.rollback()

    return plant


def failing(connection, rules):
    rows = {
        name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        for name in scenario_tables()
    }
    found = quality.check(connection, Tables(rows, today=TODAY), list(rules))
    return {outcome.rule.id for outcome in found if outcome.status == "failed"}


def written(sql):
    """Return a statement with the words for rows as queries."""
    sql = re.sub(r"\b(alone|idle|empty)\(\w+\)", lambda m: f"({ROWS[m[1]]})", sql)
    while found := re.search(r"\bfirst\((\w+)(, )?", sql):
        end = _closing(sql, found.end())
        where = sql[found.end() : end] or "true"
        sql = (
            f"{sql[: found.start()]}(SELECT min(id) FROM {found[1]} WHERE {where}){sql[end + 1 :]}"
        )
    return sql


def _closing(sql, start):
    depth = 1
    for place in range(start, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[place], 0)
        if depth == 0:
            return place
    raise ValueError(sql)


def test_the_tables_without_a_fault_have_none(sound):
    connection, before = sound
    errors = [name for name in before if quality.rules()[name].severity == "error"]
    filled = {r.table for r in quality.rules().values() if r.area in ("claims", "pharmacy")}

    assert errors == []
    assert all(connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in filled)


def test_there_are_many_kinds_of_faults():
    assert len(PLANTED) >= 130


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found_by_its_rule_and_no_other(planted, fault):
    sql, rule, *others = PLANTED[fault]

    found = planted(sql)

    assert rule in found
    assert found - {rule} <= {other.removesuffix("?") for other in others}
    assert {other for other in others if not other.endswith("?")} <= found
