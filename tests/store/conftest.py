"""What the tests of the store share: a moment, a database, and blocks of plausible rows."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest

from healthsim_nb.schema.arrow import arrow_schema
from healthsim_nb.store import loader, runs, scenarios
from healthsim_nb.store.database import open_database

NOW = datetime.fromisoformat("2026-01-15 09:30")


@pytest.fixture
def now():
    """When everything happens."""
    return NOW


@pytest.fixture
def database(tmp_path):
    """A new workspace in a file."""
    database = open_database(tmp_path / "study.duckdb", now=NOW)
    yield database
    database.close()


@pytest.fixture
def rows():
    """Make rows of a table whose values depend on their ids and nothing else."""
    return _rows


@pytest.fixture
def blocks():
    """Make the blocks of some patients: (patients, patients a block) -> list of blocks."""
    return _blocks


@pytest.fixture
def save():
    """Save blocks as a scenario: (database, blocks, name=...) -> Owner."""
    return _save


def _rows(table, ids):
    ids = np.asarray(ids, dtype=np.int64)
    columns = {f.name: _column(f, ids) for f in arrow_schema(table)}
    return pa.RecordBatch.from_pydict(columns)


def _column(field, ids):
    if field.name == "id":
        return pa.array(ids)
    values = ids * 7919 + sum(map(ord, field.name))
    if pa.types.is_string(field.type):
        words = pa.array([f"{field.name} {i}" for i in range(50)])
        return pa.DictionaryArray.from_arrays(pa.array((values % 50).astype(np.int8)), words)
    if pa.types.is_boolean(field.type):
        return pa.array(values % 2 == 0)
    if pa.types.is_floating(field.type):
        return pa.array((values % 1000) / 10)
    if pa.types.is_decimal(field.type):
        wide = pa.array(values % 9).cast(pa.decimal128(38, field.type.scale))
        return wide.cast(field.type)
    small = pa.array((values % 20_000).astype(np.int32))
    if pa.types.is_timestamp(field.type):
        return small.cast(pa.date32()).cast(field.type)
    return small.cast(field.type)


def _blocks(patients, size):
    return [_block(first, min(size, patients - first)) for first in range(0, patients, size)]


def _block(first, count):
    ids = np.arange(first, first + count)
    return {
        "persons": _rows("persons", ids),
        "facilities": _rows("facilities", np.unique(ids % 5)),
        "providers": _rows("providers", np.unique(ids % 13)),
        "patients": _rows("patients", ids),
        "encounters": _rows("encounters", np.repeat(ids, 3) * 8 + np.tile(np.arange(3), count)),
        "lab_results": _rows("lab_results", np.repeat(ids, 5) * 8 + np.tile(np.arange(5), count)),
    }


def _save(database, blocks, name=None, *, words=("study",), patients=1, now=NOW, **more):
    draft = scenarios.Draft("{}", patients, name=name, words=words, **more)
    owner = scenarios.create(database, draft, runs.Origin(), now=now)
    with database.loading(), database.transaction() as cursor:
        counts = loader.load(cursor, owner, blocks)
        scenarios.finish(cursor, owner, counts, now=now)
    return owner
