"""How long it takes to check many patients against all rules, and what is found.

python tests/benchmarks/bench_validate.py [patients]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import healthsim_nb as hs


def main(patients: int) -> int:
    """Generate, check, print the times and what was found; return the number of errors."""
    with tempfile.TemporaryDirectory() as folder, hs.open(Path(folder, "bench.duckdb")) as ws:
        c = ws.generate("general-population", n=patients, months=24, seed=5)
        began, worked = perf_counter(), process_time()
        report = c.validate()
        seconds, processor = perf_counter() - began, process_time() - worked
        rows = sum(c.counts.values())
    print(report)
    print(
        f"\n{patients:,} patients, {rows:,} rows: {seconds:.1f} s, {processor:.1f} s of processor "
        f"time; {len(report.outcomes):,} rules, {report.counts['not applicable']:,} of them idle"
    )
    return len(report.errors)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000) > 0)
