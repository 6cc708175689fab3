"""Measure the registry of scenarios: persist, clone, merge, delete, summary, share.

    python tests/benchmarks/bench_registry.py [ROWS OF PERSIST AND CLONE] [PATIENTS OF THE SUMMARY]

Processor time is compared with what DuckDB itself needs for the same rows in the same run; the best
of three rounds counts.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

import healthsim_nb as hs
from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.arrow import arrow_schema

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 3


def cpu() -> float:
    """Return the processor time of this process so far, in seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def best(work: Callable[[], Any], after: Callable[[], Any] = lambda: None) -> tuple[float, float]:
    """Return processor and wall seconds of the best round."""
    found = []
    for _ in range(ROUNDS):
        used, began = cpu(), time.perf_counter()
        work()
        found.append((cpu() - used, time.perf_counter() - began))
        after()
    return min(found)


def rows_of(table: str, count: int) -> pa.Table:
    """Return rows with every column filled, from their ids alone."""
    ids = np.arange(1, count + 1)
    columns = {}
    for field in arrow_schema(table):
        values = ids * 7919 % 50_021
        if field.name == "id":
            columns[field.name] = pa.array(ids)
        elif pa.types.is_string(field.type):
            columns[field.name] = pa.array(values).cast(pa.string())
        elif pa.types.is_boolean(field.type):
            columns[field.name] = pa.array(values % 2 == 0)
        elif pa.types.is_decimal(field.type):
            wide = pa.array(values % 9).cast(pa.decimal128(38, field.type.scale))
            columns[field.name] = wide.cast(field.type)
        elif pa.types.is_timestamp(field.type):
            days = pa.array((values % 20_000).astype(np.int32)).cast(pa.date32())
            columns[field.name] = days.cast(field.type)
        else:
            columns[field.name] = pa.array((values % 20_000).astype(np.int32)).cast(field.type)
    return pa.table(columns)


def told(what: str, ours: tuple[float, float], own: tuple[float, float], count: int) -> None:
    """Print one comparison."""
    print(
        f"{what:<34} {ours[0]:6.2f} CPU s, DuckDB alone {own[0]:6.2f} CPU s: "
        f"{own[0] / ours[0]:5.0%} of its rate, {count / ours[1]:11,.0f} rows/s"
    )


def persisted(ws: hs.Workspace, table: str, count: int) -> None:
    """Compare `persist` from Arrow with DuckDB's own insert of the same rows."""
    rows = rows_of(table, count)
    arriving = rows
    cursor = ws.cursor()
    cursor.execute(f"CREATE TABLE plain AS FROM hs.{table} LIMIT 0")
    names = ", ".join(rows.schema.names)

    def own() -> None:
        assert arriving is not None
        cursor.execute(
            f"INSERT INTO plain (scenario_id, run_key, {names}) SELECT 1, 1, {names} FROM arriving"
        )

    def ours() -> None:
        ws.persist({table: rows}, name="mine", references="report")

    def forget() -> None:
        ws.scenario("mine").delete(confirm=True)

    alone = best(own, lambda: cursor.execute("DELETE FROM plain"))
    told(f"persist {count:,} {table}", best(ours, forget), alone, count)
    cursor.execute("DROP TABLE plain")
    cursor.close()


def cloned(ws: hs.Workspace, count: int) -> None:
    """Compare a clone of claims with DuckDB's copy of the same rows."""
    ws.persist({"claims": rows_of("claims", count)}, name="claims", references="report")
    cursor = ws.cursor()

    def ours() -> None:
        ws.scenario("claims").clone("copy")

    def own() -> None:
        cursor.execute("CREATE TABLE copied AS FROM hs.claims WHERE run_key IS NOT NULL")

    alone = best(own, lambda: cursor.execute("DROP TABLE copied"))
    told(
        f"clone {count:,} claims",
        best(ours, lambda: ws.scenario("copy").delete(confirm=True)),
        alone,
        count,
    )
    cursor.close()


def summed(ws: hs.Workspace, patients: int) -> None:
    """Time the summary of many patients, and the larger verbs."""
    c = ws.generate("general-population", n=patients, months=24, name="many")
    rows = c.brief.rows
    for samples in (0, 3):
        used, wall = best(lambda samples=samples: c.summary(samples=samples))
        print(f"summary of {patients:,} patients, {rows:,} rows, {samples} samples: "
              f"{used:.2f} CPU s, {wall:.2f} s")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        used, wall = best(lambda: c.share(Path(folder, "many.hsz")))
        print(f"share: {used:.2f} CPU s, {rows / wall:,.0f} rows/s")
    other = ws.generate("general-population", n=patients // 10, months=24, seed=1, name="few")
    for rule in ("skip", "overwrite", "rename"):
        began = time.perf_counter()
        both = ws.merge([c, other], name="both", on_conflict=rule)
        print(f"merge, {rule}: {time.perf_counter() - began:.2f} s")
        both.delete(confirm=True)


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    patients = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    # That the rows lead nowhere is no news here.
    warnings.simplefilter("ignore")
    assert set(scenario_tables()) >= {"patients", "claims", "lab_results"}
    with tempfile.TemporaryDirectory() as folder, hs.open(Path(folder, "bench.duckdb")) as ws:
        ws.cursor().execute("SET preserve_insertion_order = false")
        for table in ("patients", "lab_results"):
            persisted(ws, table, count)
        cloned(ws, count // 2)
        if patients:
            summed(ws, patients)


if __name__ == "__main__":
    main()
