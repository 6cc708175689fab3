"""What blocks have in common is kept once."""

from __future__ import annotations

import pytest

import healthsim_nb as hs
from healthsim_nb import simulation
from healthsim_nb.store.loader import REPEATED


def test_the_loader_knows_every_table_whose_rows_blocks_repeat() -> None:
    assert set(REPEATED) == set(simulation.SHARED)


@pytest.fixture(scope="module")
def of_many_blocks():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("healthsim_nb.simulation.generator.WORK", 128)
        with hs.open(":memory:") as ws:
            yield ws.generate("general-population", n=512, months=6, workers=1)


@pytest.mark.parametrize("table", sorted(simulation.SHARED))
def test_an_id_is_there_once_however_many_blocks_have_it(of_many_blocks, table: str) -> None:
    found = of_many_blocks.query(f"SELECT count(*) AS n, count(DISTINCT id) AS ids FROM {table}")
    ((n, ids),) = found.rows

    assert n == ids > 0
