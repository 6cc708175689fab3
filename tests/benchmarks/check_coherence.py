"""Look for the impossible among many patients: every count must be 0.

python tests/benchmarks/check_coherence.py [patients]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import duckdb

import healthsim_nb as hs

sys.path.insert(0, str(Path(__file__).parents[1] / "simulation"))
from impossible import IMPOSSIBLE


def main(patients: int) -> int:
    """Generate, look, print a line for each; return how many kinds were found."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "check.duckdb")
        with hs.open(path) as ws:
            ws.generate("general-population", n=patients, months=24, seed=5)
        with duckdb.connect(str(path), read_only=True) as con:
            found = 0
            for what, sql in IMPOSSIBLE.items():
                count = con.execute(f"SELECT count(*) FROM ({sql})").fetchone()[0]
                found += count > 0
                print(f"{count:>8,}  {what}")
    print(f"{found} of {len(IMPOSSIBLE)} kinds found among {patients:,} patients")
    return found


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000) > 0)
