"""Kills a run at random moments and goes on with it: crash_resume.py [HOW MANY] [SEED].

Every run must end with the content signature of the run that was never stopped. Some are killed
again while they go on.
"""

from __future__ import annotations

import random  # noqa: TID251 - when to kill decides no data
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import sleep

import healthsim_nb as hs

SETTINGS = {"n": 200, "months": 12, "seed": 7}
GENERATE = """
import sys, healthsim_nb as hs
with hs.open(sys.argv[1]) as ws:
    ws.generate("general-population", n=200, months=12, seed=7, name="killed",
                checkpoint_interval=2)
"""
RESUME = """
import sys, healthsim_nb as hs
with hs.open(sys.argv[1]) as ws:
    left = ws.runs(status="interrupted")
    if left: ws.resume(left[0].run_id)
"""
SHORTEST, LONGEST = 0.3, 6.0
"""Seconds until a kill."""


def killed(program: str, file: Path, seconds: float) -> None:
    """Run a program for some time, then kill it."""
    with subprocess.Popen([sys.executable, "-c", program, str(file)]) as running:
        sleep(seconds)
        running.kill()


def survives(file: Path, dice: random.Random, whole: str) -> str:
    """Kill a run, go on with it and return what was left of it; fail if the end is another."""
    killed(GENERATE, file, dice.uniform(SHORTEST, LONGEST))
    if dice.random() < 0.3:
        killed(RESUME, file, dice.uniform(SHORTEST, LONGEST))
    with hs.open(file) as ws:
        done = [brief.name for brief in ws.scenarios()]
        left = ws.runs(status="interrupted")
        if done:
            made, what = ws.scenario("killed"), "nothing was lost"
        elif left:
            made = ws.resume(left[0].run_id)
            what = f"{left[0].kind} at turn {max(left[0].checkpoints, default=0)}"
        else:
            made, what = ws.generate("general-population", **SETTINGS), "not begun"
        assert made.signature() == whole, f"{file}: another end after {what}"
        assert len(ws.scenarios()) == 1
    return what


def main(times: int, seed: int) -> None:
    """Kill and go on that many times."""
    dice, found = random.Random(seed), Counter[str]()  # noqa: S311
    with hs.open(":memory:") as ws:
        whole = ws.generate("general-population", **SETTINGS).signature()
    with tempfile.TemporaryDirectory() as folder:
        for i in range(times):
            found[survives(Path(folder) / f"{i}.duckdb", dice, whole)] += 1
    for what, count in sorted(found.items()):
        print(f"{count:4} {what}")
    print(f"{times} killed, all ended as the run that was never stopped")


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    main(*given, *(100, 1)[len(given) :])
