"""How many clinical notes are written in a second, for everybody and for one patient."""

from __future__ import annotations

import sys
import time

import healthsim_nb as hs


def main(n: int) -> None:
    """Write the notes of n patients and print the figures."""
    with hs.open(":memory:") as ws:
        c = ws.generate("general-population", n=n, seed=4, months=24)
        wall, cpu = time.perf_counter(), time.process_time()
        notes = c.notes(limit=10**9)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(f"{len(notes):,} notes")
        print(f"{len(notes) / wall:,.0f} a second, {len(notes) / cpu:,.0f} a CPU second")
        wall = time.perf_counter()
        c.notes(notes[0].patient_id)
        print(f"one patient: {time.perf_counter() - wall:.3f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
