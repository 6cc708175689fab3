"""Speed and memory of making and keeping a population, as ratios within one run.

    python tests/benchmarks/bench_generate.py [patients] [--million]

Prints a Markdown table. The yardsticks run on the same machine in the same run: the same rows as
validated objects put in with ``executemany``, and DuckDB copying the finished tables to a new file.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

MONTHS, SEED, NAIVE_PATIENTS = 24, 1, 40
ONE_RUN = """
import json, os, resource, sys, time
import healthsim_nb as hs
path, n, limit = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with hs.open(path, memory_limit=limit) as ws:
    began, cpu = time.perf_counter(), os.times()
    c = ws.generate("general-population", n=n, months={months}, seed={seed}, coverage={coverage})
    wall, done = time.perf_counter() - began, os.times()
    rows = sum(c.counts.values())
spent = (done.user + done.system + done.children_user + done.children_system) - (
    cpu.user + cpu.system + cpu.children_user + cpu.children_system)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
print(json.dumps(dict(rows=rows, wall=wall, cpu=spent, peak=peak, worker=worker)))
"""


@dataclass(frozen=True)
class Run:
    """What one generation took, measured inside its own process."""

    rows: int
    wall: float
    cpu: float
    peak: float
    worker: float
    """Gigabytes of this process, and of its largest worker."""


def generate(path: Path, n: int, limit: str = "1GB", *, coverage: bool = True) -> Run:
    """Make ``n`` patients in a fresh process."""
    code = ONE_RUN.format(months=MONTHS, seed=SEED, coverage=coverage)
    command = [sys.executable, "-c", code, str(path), str(n), limit]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Run(**json.loads(out.splitlines()[-1]))


def copy(path: Path) -> tuple[float, float]:
    """Return wall and CPU seconds of DuckDB copying all tables into a new file."""
    import duckdb

    with duckdb.connect(str(path), config={"memory_limit": "1GB"}) as con:
        con.execute("SET preserve_insertion_order = false")
        full = "FROM duckdb_tables() WHERE schema_name = 'hs' AND estimated_size > 0"
        tables = [r[0] for r in con.execute(f"SELECT table_name {full}").fetchall()]
        con.execute(f"ATTACH '{path}.copy' AS twin")
        began, cpu = time.perf_counter(), time.process_time()
        for table in tables:
            con.execute(f'CREATE TABLE twin."{table}" AS SELECT * FROM hs."{table}"')
        con.execute("CHECKPOINT twin")
        return time.perf_counter() - began, time.process_time() - cpu


def naive() -> float:
    """Return rows a second of validated objects and ``executemany``, with the same columns."""
    import duckdb
    from pydantic import create_model

    import healthsim_nb as hs

    with hs.open(":memory:") as ws:
        c = ws.generate("general-population", n=NAIVE_PATIENTS, months=MONTHS, seed=SEED)
        rows = {name: c.arrow(name).to_pylist() for name, count in c.counts.items() if count}
    con, done, spent = duckdb.connect(), 0, 0.0
    for name, entries in rows.items():
        loose = create_model(name, **dict.fromkeys(entries[0], (object, None)))
        kinds = {k: column_type(entries, k) for k in entries[0]}
        con.execute(f"CREATE TABLE {name} ({', '.join(f'{k} {t}' for k, t in kinds.items())})")
        began = time.perf_counter()
        objects = [loose(**entry) for entry in entries]
        marks = ", ".join("?" * len(kinds))
        values = [list(o.model_dump().values()) for o in objects]
        con.executemany(f"INSERT INTO {name} VALUES ({marks})", values)
        spent += time.perf_counter() - began
        done += len(entries)
    return done / spent


def column_type(entries: list[dict[str, object]], column: str) -> str:
    """Return a column type for the values of a column."""
    names = {
        "int": "BIGINT",
        "float": "DOUBLE",
        "bool": "BOOLEAN",
        "date": "DATE",
        "datetime": "TIMESTAMP",
    }
    known = (type(e[column]).__name__ for e in entries if e[column] is not None)
    return names.get(next(known, "str"), "TEXT")


def report(run: Run, patients: int, copied: tuple[float, float], slow: float) -> None:
    """Print the table of one run."""
    rate = run.rows / run.wall
    print(
        f"{os.cpu_count()} processors, {patients:,} patients, {MONTHS} months, "
        f"{run.rows:,} rows ({run.rows / patients:.0f} a patient)\n"
    )
    print("| what | measured |\n|---|---|")
    print(f"| patients a second | {patients / run.wall:,.0f} |")
    print(f"| rows a second | {rate:,.0f} |")
    print(f"| against objects and `executemany` ({slow:,.0f} rows/s) | {rate / slow:,.0f} × |")
    print(f"| against DuckDB's copy of the same tables | {copied[0] / run.wall:.0%} |")
    print(f"| the same in processor time | {copied[1] / run.cpu:.0%} |")
    print(f"| memory, `memory_limit` 1 GB | {run.peak:.2f} GB, a worker {run.worker:.2f} GB |")


def main() -> None:
    """Run all and print the table."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("patients", nargs="?", type=int, default=100_000)
    words.add_argument("--million", action="store_true", help="also 1,000,000 patients")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bench.duckdb")
        run = generate(path, asked.patients)
        report(run, asked.patients, copy(path), naive())
        alone = generate(Path(folder, "alone.duckdb"), asked.patients, coverage=False)
        made = f"{asked.patients / alone.wall:,.0f} patients, {alone.rows / alone.wall:,.0f} rows"
        print(f"| without health plans and claims, a second | {made} |")
        if asked.million:
            big = generate(Path(folder, "million.duckdb"), 1_000_000)
            print(f"| 1,000,000 patients: time | {big.wall:,.0f} s |")
            print(f"| the same: memory | {big.peak:.2f} GB, a worker {big.worker:.2f} GB |")
            if asked.patients == 100_000:
                print(f"| the same: processor time by 100,000's | {big.cpu / run.cpu:.1f} × |")


if __name__ == "__main__":
    main()
