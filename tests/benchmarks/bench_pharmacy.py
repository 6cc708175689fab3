"""Pharmacy claims in waves against one after the other: equal to the cent, and how much faster.

``python tests/benchmarks/bench_pharmacy.py`` prints both speeds in CPU time, and what the room
costs a patient over 24 months.
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

sys.path.insert(0, str(Path(__file__).parents[1] / "pharmacy"))

HOUSEHOLDS, EACH = 8_000, 24
PATIENTS = 8_192


def main() -> None:
    """Compare, then measure."""
    compare()
    room()


def compare() -> None:
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
    plain = {n: v.tolist() for n, v in vars(limits).items() if isinstance(v, np.ndarray)}
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


def room() -> None:
    """Say what the room costs a patient over 24 months."""
    from healthsim_nb import simulation
    from healthsim_nb.pharmacy import records
    from healthsim_nb.templates.library import load
    from healthsim_nb.templates.specify import specify

    library = load()
    generator = simulation.prepare(specify(library, "general-population", n=PATIENTS), library)
    simulation.make_block(generator, 0, size=64)
    whole, spent = records.dispense, []

    def timed(*given: object) -> object:
        begin = process_time()
        made = whole(*given)
        spent.append(process_time() - begin)
        return made

    records.dispense = timed
    begin = process_time()
    made = simulation.make_block(generator, 0, size=PATIENTS)
    everything = process_time() - begin
    records.dispense = whole
    claims = made["pharmacy_claims"].num_rows / PATIENTS
    print(f"{claims:.1f} pharmacy claims a patient")
    print(f"{spent[0] / PATIENTS * 1e6:.0f} of {everything / PATIENTS * 1e6:.0f} µs a patient")


if __name__ == "__main__":
    main()
