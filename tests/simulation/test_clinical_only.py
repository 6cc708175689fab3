"""A population can be made without health plans, and is the same population."""

from __future__ import annotations

import pytest

import healthsim_nb as hs
from healthsim_nb.schema import scenario_tables

COVERED = ("plans", "members", "claims", "claim_lines", "remittances", "accumulators", "care_gaps")


@pytest.fixture(scope="module")
def both():
    with hs.open(":memory:") as ws:
        whole = ws.generate("general-population", n=120, months=6, name="whole")
        yield whole, ws.generate("general-population", n=120, months=6, coverage=False, name="part")


def test_without_coverage_no_table_of_health_plans_has_rows(both) -> None:
    whole, part = both

    assert all(whole.counts[table] > 0 for table in COVERED)
    assert all(part.counts[table] == 0 for table in COVERED)


@pytest.mark.parametrize("table", ["patients", "encounters", "diagnoses", "lab_results"])
def test_without_coverage_the_clinical_rows_are_the_same(both, table: str) -> None:
    columns = [c.name for c in scenario_tables()[table].columns]
    whole, part = (c.arrow(table).select(columns).sort_by("id").to_pylist() for c in both)

    assert whole == part


def test_without_coverage_nothing_refers_to_what_is_not_there(both) -> None:
    _, part = both

    assert part.validate().errors == []


def test_a_population_without_coverage_grows_without(both) -> None:
    with hs.open(":memory:") as ws:
        made = ws.generate("n: 64\ncoverage: false\nmonths: 3\nhave: [hypertension]")
        made.extend(months=1)
        made.add(n=64)

        assert made.counts["patients"] == 128
        assert made.counts["claims"] == 0
