"""One library and a way to simulate a few people, shared by the tests of the simulation."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from healthsim_nb import simulation
from healthsim_nb.engine.arrow import declared
from healthsim_nb.templates.library import Library, load
from healthsim_nb.templates.template import Population, Specification

if TYPE_CHECKING:
    from collections.abc import Callable

Run = dict[str, pa.Table]


@pytest.fixture(scope="session")
def library() -> Library:
    return load()


@pytest.fixture(scope="session")
def play(library: Library) -> Callable[..., Run]:
    """Return a function that simulates the default population, or another, and joins its blocks."""

    def run(n: int = 1000, *, block_size: int = 8192, workers: int = 1, **settings: Any) -> Run:
        words = {"seed": 7, "start": date(2024, 1, 1), "months": 24, **settings}
        words.setdefault("population", Population(ages="us", households=True))
        spec = Specification(n=n, **words)
        parts = simulation.blocks(spec, library, block_size=block_size, workers=workers)
        return joined(list(parts))

    return run


def joined(parts: list[dict[str, pa.RecordBatch]]) -> Run:
    """Return one table a name: dictionaries as text, shared rows once, by id."""
    names = {name: None for part in parts for name in part}
    return {
        name: _one(name, [declared(name, part[name]) for part in parts if name in part])
        for name in names
    }


def _one(name: str, batches: list[pa.RecordBatch]) -> pa.Table:
    plain = [pa.Table.from_batches([b]) for b in batches]
    table = pa.concat_tables([_decoded(t) for t in plain])
    if name in simulation.SHARED:
        table = table.take(np.unique(table["id"].to_numpy(), return_index=True)[1])
    return table.sort_by("id").select(sorted(table.column_names))


def _decoded(table: pa.Table) -> pa.Table:
    columns = [c.cast(pa.string()) if pa.types.is_dictionary(c.type) else c for c in table.columns]
    return pa.table(columns, names=table.column_names)
