"""The share of each room in making and keeping a population.

    python tests/benchmarks/bench_rooms.py [patients]

Processor time, so that it does not matter what runs beside the other; the best of three rounds.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

import healthsim_nb as hs
from healthsim_nb.clinical import records
from healthsim_nb.coverage import records as coverage
from healthsim_nb.pharmacy import records as pharmacy
from healthsim_nb.simulation import generator, prepare, prepared
from healthsim_nb.store.loader import load as insert
from healthsim_nb.store.scenarios import Owner
from healthsim_nb.templates.library import load
from healthsim_nb.templates.specify import specify

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS, MONTHS = 3, 24


class Clock:
    """Processor seconds by room."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self._inner = 0.0

    @contextmanager
    def room(self, name: str) -> Iterator[None]:
        """Count what is done within, but for what an inner room does."""
        began, self._inner, outer = process_time(), 0.0, self._inner
        yield
        whole = process_time() - began
        self.spent[name] += whole - self._inner
        self._inner = outer + whole

    def watch(self, place: object, function: str, name: str) -> None:
        """Count every call of a function as a room's."""
        inner = getattr(place, function)

        def counted(*given: object, **said: object) -> object:
            with self.room(name):
                return inner(*given, **said)

        setattr(place, function, counted)


def main(patients: int) -> None:
    """Make a population three times and print the best round of each room."""
    clock = Clock()
    clock.watch(prepared.people, "draw", "population: who they are")
    clock.watch(prepared, "lives", "clinical: months played")
    clock.watch(records, "tables", "clinical: rows")
    for function in ("bill", "cover"):
        clock.watch(coverage, function, "coverage: claims, money, members")
    for function in ("ask", "dispense"):
        clock.watch(pharmacy, function, "pharmacy: prescriptions, fills, claims")
    clock.watch(pharmacy, "settle", "coverage and pharmacy: claims decided")
    best: dict[str, float] = {}
    counted = 0
    for seed in range(ROUNDS):
        clock.spent.clear()
        counted = one_round(clock, patients, seed)
        for name, seconds in clock.spent.items():
            best[name] = min(best.get(name, seconds), seconds)
    whole = sum(best.values())
    print(f"{patients:,} patients, {MONTHS} months, {counted:,} rows\n")
    print("| room | processor time a patient | share |\n|---|---|---|")
    for name, seconds in sorted(best.items(), key=lambda pair: -pair[1]):
        print(f"| {name} | {seconds / patients * 1e6:.0f} µs | {seconds / whole:.0%} |")
    print(f"| all | {whole / patients * 1e6:.0f} µs | 100% |")


def one_round(clock: Clock, patients: int, seed: int) -> int:
    """Make and keep a population, one thing after the other; return its rows."""
    library = load()
    spec = specify(library, "general-population", n=patients, months=MONTHS, seed=seed)
    made = prepare(spec, library)
    blocks = []
    for block in range(len(generator.firsts(patients))):
        with clock.room("the rest: who is seen where, tables put together"):
            blocks += list(generator.make_parts(made, block))
    with tempfile.TemporaryDirectory() as folder, hs.open(Path(folder, "rooms.duckdb")) as ws:
        tables = {name: [part[name] for part in blocks if name in part] for name in blocks[0]}
        with clock.room("store: DuckDB"):
            kept = keep(ws, tables)
    return kept


def keep(ws: hs.Workspace, tables: dict[str, list[Any]]) -> int:
    """Insert the rows as a run does."""
    count = max(len(parts) for parts in tables.values())
    blocks = ({name: parts[i] for name, parts in tables.items()} for i in range(count))
    with ws._database.loading(), ws._database.transaction() as cursor:
        counts = insert(cursor, Owner(scenario_id=1, run_key=1, name="rooms"), blocks)
    return sum(counts.values())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 32_768)
