"""Pharmacy claims in waves against one after the other: equal to the cent, and how much faster.

``python tests/benchmarks/bench_pharmacy.py`` prints both speeds in CPU time.
"""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

sys.path.insert(0, str(Path(__file__).parents[1] / "pharmacy"))

HOUSEHOLDS, EACH = 8_000, 24


def main() -> None:
    """Decide the same lines twice."""
    from one_at_a_time import one_at_a_time
    from random_requests import random_requests

    from healthsim_nb.pharmacy.shares import NAMES
    from healthsim_nb.pharmacy.wave import decide

    requests, limits, asked, seen = random_requests(7, HOUSEHOLDS, EACH)
    wave = min(_spent(lambda: decide(requests, limits, asked, seen)) for _ in range(5))
    verdicts = decide(requests, limits, asked, seen)
    names = [f.name for f in fields(requests)]
    columns = [getattr(requests, name).tolist() for name in names]
    lines = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    plain = {n: v.tolist() for n, v in vars(limits).items()}
    pairs = [
        list(zip(*(getattr(p, f.name).tolist() for f in fields(p)), strict=True))
        for p in (asked, seen)
    ]
    begin = process_time()
    claims, _, _ = one_at_a_time(lines, plain, *pairs)
    plainly = process_time() - begin
    found = zip(*(getattr(verdicts, name).tolist() for name in NAMES), strict=True)
    different = sum(c.money != money for c, money in zip(claims, found, strict=True))
    n = len(lines)
    print(f"{n:,} lines, {different} different")
    print(f"in waves {wave / n * 1e9:,.0f} ns a line, one by one {plainly / n * 1e9:,.0f} ns")
    print(f"{plainly / wave:.0f} times as fast")


def _spent(work: Callable[[], object]) -> float:
    begin = process_time()
    work()
    return process_time() - begin


if __name__ == "__main__":
    main()
