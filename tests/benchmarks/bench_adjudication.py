"""Adjudication in waves against one line after the other: equal to the cent, and how much faster.

``python tests/benchmarks/bench_adjudication.py`` prints both speeds in CPU time.
"""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

sys.path.insert(0, str(Path(__file__).parents[1] / "coverage"))

FAMILIES, EACH = 10_000, 16


def main() -> None:
    """Price the same lines twice."""
    from one_by_one import one_by_one
    from random_lines import random_lines

    from healthsim_nb.coverage.wavefront import adjudicate

    services, limits = random_lines(7, FAMILIES, EACH)
    when = np.arange(len(services.chain))
    wave = min(_spent(lambda: adjudicate(services, limits, when)) for _ in range(5))
    shares = adjudicate(services, limits, when)
    names = [f.name for f in fields(services)]
    columns = [getattr(services, name).tolist() for name in names]
    lines = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    plain = {f.name: getattr(limits, f.name).tolist() for f in fields(limits)}
    sequential = min(_spent(lambda: one_by_one(lines, plain)) for _ in range(2))
    expected = one_by_one(lines, plain)
    found = list(zip(*(getattr(shares, f.name).tolist() for f in fields(shares)), strict=True))
    different = sum(a != b for a, b in zip(found, expected, strict=True))
    n = len(lines)
    print(f"{n:,} lines, {different} different")
    print(f"in waves {wave / n * 1e9:,.0f} ns a line, one by one {sequential / n * 1e9:,.0f} ns")
    print(f"{sequential / wave:.0f} times as fast")


def _spent(work: Callable[[], object]) -> float:
    begin = process_time()
    work()
    return process_time() - begin


if __name__ == "__main__":
    main()
