"""Adjudication in waves against one line after the other: equal to the cent, and how much faster.

``python tests/benchmarks/bench_adjudication.py`` prints both speeds in CPU time, and what each
room costs a patient.
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
PATIENTS = 16_384


def main() -> None:
    """Compare, then measure."""
    compare()
    rooms()


def compare() -> None:
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


def rooms() -> None:
    """Say what the clinical room and the coverage room cost a patient over 24 months."""
    from healthsim_nb import simulation
    from healthsim_nb.coverage import records
    from healthsim_nb.templates.library import load
    from healthsim_nb.templates.specify import specify

    library = load()
    generator = simulation.prepare(specify(library, "general-population", n=PATIENTS), library)
    simulation.make_block(generator, 0, size=64)
    spent = 0.0
    whole = records.cover

    def timed(*given: object) -> object:
        nonlocal spent
        begin = process_time()
        made = whole(*given)
        spent += process_time() - begin
        return made

    records.cover = timed
    begin = process_time()
    rows = simulation.make_block(generator, 0, size=PATIENTS)
    total = process_time() - begin
    records.cover = whole
    each = 1e6 / PATIENTS
    print(f"a patient: {total * each:.0f} us CPU, of which coverage {spent * each:.0f} us")
    lines = rows["claim_lines"].num_rows / PATIENTS
    print(f"{rows['claims'].num_rows / PATIENTS:.1f} claims, {lines:.1f} lines a patient")


if __name__ == "__main__":
    main()
