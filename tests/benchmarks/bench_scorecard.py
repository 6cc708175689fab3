"""How long a scorecard takes, how much of it is within tolerance, and whether that lasts.

    python tests/benchmarks/bench_scorecard.py [patients] [--drift]

Prints a Markdown table: seconds of the scorecard of `general-population` over 24 months, the share
of its measures within tolerance and the four on which Synthea was judged. ``--drift``: also at 12
and 60 months and with another seed.
"""

from __future__ import annotations

import argparse
import time

import healthsim_nb as hs

JUDGED = ("colorectal", "copd-30-days", "joint-complications", "controlling-pressure")
RUNS = ((24, 0), (12, 0), (60, 0), (24, 2024))
"""Months and seed; the first is the one that is asked for."""


def score(n, months, seed):
    """Make a scenario in memory and return its scorecard and the seconds of it."""
    with hs.open(":memory:") as workspace:
        c = workspace.generate("general-population", n=n, months=months, seed=seed)
        began, cpu = time.perf_counter(), time.process_time()
        card = c.scorecard()
        return card, time.perf_counter() - began, time.process_time() - cpu


def shown(row):
    """Return a figure with its sampling error."""
    return "–" if row.scenario is None else f"{row.scenario:.1f} ± {row.sampling_error:.1f}"


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patients", nargs="?", type=int, default=100_000)
    parser.add_argument("--drift", action="store_true")
    asked = parser.parse_args()
    print(f"| patients | months | seed | wall s | CPU s | within | {' | '.join(JUDGED)} |")
    print("|" + "---|" * (6 + len(JUDGED)))
    for months, seed in RUNS if asked.drift else RUNS[:1]:
        card, wall, cpu = score(asked.patients, months, seed)
        good = sum(row.verdict == "within" for row in card.judged)
        figures = " | ".join(shown(card.row(name)) for name in JUDGED)
        share = f"{good} of {len(card.judged)} ({100 * card.within:.0f} %)"
        print(
            f"| {asked.patients:,} | {months} | {seed} | {wall:.1f} | {cpu:.1f} | {share} "
            f"| {figures} |"
        )


if __name__ == "__main__":
    main()
