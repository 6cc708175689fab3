"""How long the package and the extension take to load, each in a new Python.

python tests/benchmarks/bench_import.py
"""

from __future__ import annotations

import subprocess
import sys
from statistics import median

TIMES = 5
SHELL = "from IPython.testing.globalipapp import start_ipython; shell = start_ipython(); "
WHAT = {
    "import healthsim_nb": ("", "import healthsim_nb"),
    "%load_ext healthsim_nb": (SHELL, "shell.run_line_magic('load_ext', 'healthsim_nb')"),
    "%load_ext, and %sql, which loads jupysql": (
        SHELL,
        "shell.run_line_magic('load_ext', 'healthsim_nb'); __import__('sql')",
    ),
}
LIMITS = {"import healthsim_nb": 0.3, "%load_ext healthsim_nb": 0.3}


def seconds(before: str, what: str) -> tuple[float, float]:
    """Return (seconds on the clock, seconds of processor time) in a new Python."""
    code = (
        f"import time; {before}a, b = time.perf_counter(), time.process_time(); {what};"
        " print('took', time.perf_counter() - a, time.process_time() - b)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    clock, processor = done.stdout.rpartition("took ")[2].split()
    return float(clock), float(processor)


def main() -> None:
    """Print the middle of some times for each."""
    for name, (before, what) in WHAT.items():
        took = [seconds(before, what) for _ in range(TIMES)]
        clock, processor = (median(times) for times in zip(*took, strict=True))
        limit = f" (at most {LIMITS[name]} s)" if name in LIMITS else " (at most 1.5 s)"
        print(f"{name}: {clock:.2f} s, {processor:.2f} s of processor time{limit}")


if __name__ == "__main__":
    main()
