"""What checkpoints cost, what going on saves: python tests/benchmarks/bench_checkpoints.py [N].

Runs alternate, so that what else the machine does falls on both; CPU seconds are of this process.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import healthsim_nb as hs

ROUNDS = 3
INTERVAL = 6


def timed(work):
    """Return the CPU and wall seconds of some work."""
    cpu, wall = process_time(), perf_counter()
    work()
    return process_time() - cpu, perf_counter() - wall


def main(n: int) -> None:
    """Measure and print."""
    seconds: dict[str, list[tuple[float, float]]] = {"without": [], "with": [], "extend": []}
    seconds |= {"extend without": [], "resume": []}
    with tempfile.TemporaryDirectory() as folder:
        for i in range(ROUNDS):
            with hs.open(Path(folder) / f"{i}.duckdb") as ws:
                measure(ws, n, seconds)
                kept = Path(folder) / f"{i}.duckdb.runs"
                size = sum(f.stat().st_size for f in kept.rglob("*.arrow"))
    print(f"{n:,} patients, 24 months, a checkpoint every {INTERVAL}: {size / 1e6:.0f} MB")
    for name, pairs in seconds.items():
        cpu, wall = (median(values) for values in zip(*pairs, strict=True))
        print(f"{name:15} {cpu:6.2f} CPU s {wall:6.2f} s")
    for place, what in enumerate(("CPU", "wall")):
        ratios = [
            b[place] / a[place] for a, b in zip(seconds["without"], seconds["with"], strict=True)
        ]
        print(f"checkpoints cost {100 * (median(ratios) - 1):.1f} % {what}")


def measure(ws, n: int, seconds) -> None:
    """Make the same population in each way."""
    settings = {"n": n, "months": 24, "seed": 7}
    kept = {**settings, "checkpoint_interval": INTERVAL}
    what = "general-population"
    seconds["without"].append(timed(lambda: ws.generate(what, **settings, name="a")))
    seconds["with"].append(timed(lambda: ws.generate(what, **kept, name="b")))
    seconds["extend without"].append(timed(lambda: ws.scenario("a").extend(6)))
    seconds["extend"].append(timed(lambda: ws.scenario("b").extend(6)))

    def stop(done: int) -> None:
        if done == n:
            raise KeyboardInterrupt

    try:
        ws.generate(what, **kept, name="c", progress=stop)
    except KeyboardInterrupt:
        run = ws.runs(status="interrupted")[0].run_id
        seconds["resume"].append(timed(lambda: ws.resume(run)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30_000)
