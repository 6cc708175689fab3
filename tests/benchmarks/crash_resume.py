"""Kills a run at random moments and goes on with it: crash_resume.py [HOW MANY] [PATIENTS] [SEED].

Every run must end with the content signature of the run that was never stopped.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "operations"))

from killer import Killer


def main(times: int, n: int, seed: int) -> None:
    """Kill and go on that many times, and print what the kills left."""
    kills = 0
    with tempfile.TemporaryDirectory() as folder:
        killer = Killer(folder, n, seed)
        took = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in killer.seconds.items())
        print(f"{n:,} patients, 12 months, a checkpoint every 2: {took}", flush=True)
        for number in range(times):
            kills += killer.trial(number)
        killer.close()
    for what, count in sorted(killer.found.items()):
        print(f"{count:4} {what}")
    print(f"{times} runs, {kills} kills: all ended as the run that was never stopped")


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    main(*given, *(100, 3000, 1)[len(given) :])
