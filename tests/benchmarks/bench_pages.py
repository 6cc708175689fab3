"""How long a page takes among millions of claims.

    python tests/benchmarks/bench_pages.py [rows]

A claim-like table, clustered by scenario and id, half of it another scenario's. Medians, in
milliseconds, and the ratio to what DuckDB takes for the same rows asked for by hand. Then pages as
a reader of the grid turns them, in any order, once they have been made ready; "random" is the
median of jumps to places all over the table, and the slowest of them.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from healthsim_nb.schema import scenario_tables
from healthsim_nb.schema.ddl import create_statements, view_statements
from healthsim_nb.store.query import query

VALUES = {
    "BIGINT": "i * 8 + i % 7",
    "TEXT": "'t' || (i * 48271) % 99991",
    "BOOLEAN": "i % 9 = 0",
    "DATE": "DATE '2024-01-01' + ((i * 7919) % 730)::INTEGER",
}


def fill(connection, scenario, rows):
    parts = [VALUES.get(c.type, f"((i * 31) % 500003)::{c.type} / 100") for c in table().columns]
    connection.execute(
        f"INSERT INTO hs.claims SELECT {scenario}, 1, {', '.join(parts)} FROM range({rows}) t(i)"
    )


def table():
    return scenario_tables()["claims"]


def clock(work, times=7):
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000


def report(name, ours, by_hand=None):
    ratio = f"{ours / by_hand:8.1f} ×" if by_hand else ""
    print(f"{name:<46}{ours:10.1f} ms{ratio}")


def measure(connection, rows):
    def ask(sql="SELECT * FROM claims", **options):
        return query(connection.cursor(), 1, sql, **options)

    def by_hand(sql):
        return clock(lambda: connection.cursor().execute(sql).fetchall())

    one = "FROM hs.claims WHERE scenario_id = 1"
    first = f"SELECT * {one} ORDER BY id LIMIT 20"
    report("first page", clock(ask), by_hand(first))
    page = ask(page=rows // 40)
    middle = by_hand(f"{first} OFFSET {rows // 2}")
    report("page in the middle", clock(lambda: ask(page=rows // 40), 3), middle)
    report("next page in the middle", clock(page.next))
    report("total", clock(lambda: ask().total), by_hand(f"SELECT count(*) {one}"))
    some = "SELECT id, total_paid FROM claims WHERE status = 't17'"
    report("first page of a rare filter", clock(lambda: ask(some)))
    ordered = "SELECT * FROM claims ORDER BY total_paid DESC"
    start = time.perf_counter()
    page = ask(ordered)
    took = (time.perf_counter() - start) * 1000
    hand = by_hand(f"SELECT * {one} ORDER BY total_paid DESC, id LIMIT 20")
    report("first page, sorted", took, hand)
    report("next page, sorted", clock(page.next))
    grouped = "SELECT status, count(*) FROM claims GROUP BY status"
    hand = by_hand(f"SELECT status, count(*) {one} GROUP BY 1 ORDER BY 1 LIMIT 20")
    report("first page, grouped", clock(lambda: ask(grouped), 3), hand)


GRIDS = {
    "by id": "SELECT * FROM claims",
    "sorted": "SELECT * FROM claims ORDER BY total_paid DESC",
    "filtered, one in two": "SELECT * FROM claims WHERE claim_type < 't5'",
    "filtered, one in a thousand": "SELECT * FROM claims WHERE status LIKE 't17%'",
    "filtered and sorted": "SELECT * FROM claims WHERE claim_type < 't5' ORDER BY service_date",
}
STEP = 7_919
"""A prime: multiples of it, modulo the pages, are jumps all over."""


def jumps(connection, name, sql):
    """Turn pages of one grid: what the first look takes, then any page."""
    start, used = time.perf_counter(), time.process_time()
    page = query(connection.cursor(), 1, sql)
    looked = time.perf_counter()
    last = page.pages
    counted = time.perf_counter()
    if hasattr(page, "prepare"):
        page.prepare()
    ready = time.perf_counter()
    print(
        f"\n{name}: {page.total:,} rows, {time.process_time() - used:.2f} CPU seconds until ready"
    )
    report("  first look", (looked - start) * 1000)
    report("  counting", (counted - looked) * 1000)
    report("  making ready", (ready - counted) * 1000)
    places = {"first": 1, "next": 2, "middle": last // 2, "last": last, "last but one": last - 1}
    for place, number in places.items():
        report(f"  {place} page", clock(lambda n=number: page.turn(n), 1))
    taken = [clock(lambda n=1 + k * STEP % last: page.turn(n), 1) for k in range(1, 16)]
    report("  random page", statistics.median(taken))
    report("  the slowest of 15", max(taken))
    page.close()


def main(rows=10_000_000):
    with (
        tempfile.TemporaryDirectory() as folder,
        duckdb.connect(str(Path(folder) / "pages.duckdb")) as connection,
    ):
        for statement in create_statements() + view_statements():
            connection.execute(statement)
        for scenario in (0, 1, 2):
            fill(connection, scenario, rows if scenario == 1 else rows // 4)
        connection.execute("CHECKPOINT")
        print(f"DuckDB {duckdb.__version__}, {rows:,} claims of one scenario")
        measure(connection, rows)
        for name, sql in GRIDS.items():
            jumps(connection, name, sql)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"\nmost memory of the process: {peak:,.0f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
