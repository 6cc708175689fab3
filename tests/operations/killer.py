"""Kills programs at random moments of a run, and goes on with what they leave.

Every run must end with the content signature of the run that was never stopped. Some are killed
again while they go on, and some more while they are extended.
"""

from __future__ import annotations

import random  # noqa: TID251 - when to kill decides no data
import sys
from collections import Counter
from pathlib import Path
from shutil import copy, rmtree

import healthsim_nb as hs
from healthsim_nb.templates.library import load
from healthsim_nb.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parents[1]))

from doomed import Programs, serve

WHAT = "general-population"
SETTINGS = {"months": 12, "seed": 7, "workers": 1}
KEEPING = {"name": "killed", "checkpoint_interval": 2}
MORE = 2
"""Months that a scenario is extended by."""
AGAIN, EXTENDED = 0.3, 0.3
"""How often a resumed run is killed again, and a scenario extended."""


def generate(ws, n):
    ws.generate(WHAT, n=n, **SETTINGS, **KEEPING)


def resume(ws, n):
    for run in ws.runs(status="interrupted")[:1]:
        ws.resume(run.run_id, workers=1)


def extend(ws, n):
    ws.scenario("killed").extend(MORE, workers=1)


WORKS = {work.__name__: work for work in (generate, resume, extend)}


class Killer:
    """Lets programs work and kills them; knows how long each work takes."""

    def __init__(self, folder, n, seed):
        self.folder, self.n, self.dice = Path(folder), n, random.Random(seed)  # noqa: S311
        self.found = Counter()
        self.programs = Programs(__file__)
        self.seconds, self.whole = {}, {}
        self.empty = self.folder / "empty.duckdb"
        hs.open(self.empty).close()
        file = Path(copy(self.empty, self.folder / "whole.duckdb"))
        for name in ("generate", "extend"):
            _, self.seconds[name] = self.work(file, name)
            with hs.open(file) as ws:
                self.whole[name] = ws.scenario("killed").signature()

    def close(self):
        """End the server."""
        self.programs.close()

    def work(self, file, name, kill_after=None):
        """Let a program do some work; kill it after some seconds if that is asked for."""
        return self.programs.work(file, name, self.n, kill_after=kill_after)

    def trial(self, number):
        """Kill a run, go on with it, and fail if the end is another than that of the whole run."""
        file = Path(copy(self.empty, self.folder / f"{number}.duckdb"))
        self.work(file, "generate", self._moment("generate"))
        kills = 1
        while self.dice.random() < AGAIN:
            self.work(file, "resume", self._moment("generate"))
            kills += 1
        what = self._went_on(file)
        if self.dice.random() < EXTENDED:
            self.work(file, "extend", self._moment("extend"))
            kills += 1
            what += f", {self._extended(file)}"
        self.found[what] += 1
        file.unlink()
        rmtree(f"{file}.runs", ignore_errors=True)
        return kills

    def _moment(self, name):
        return self.dice.uniform(0, 1.02) * self.seconds[name]

    def _went_on(self, file):
        with hs.open(file) as ws:
            left = ws.runs(status="interrupted")
            if ws.scenarios():
                what = "ended before"
            elif left:
                what = f"{left[0].kind} at turn {max(left[0].checkpoints, default=0):2}"
                ws.resume(left[0].run_id, workers=1)
            else:
                what = "not begun"
                generate(ws, self.n)
            assert ws.scenario("killed").signature() == self.whole["generate"], (
                f"another end: {what}"
            )
            assert [brief.name for brief in ws.scenarios()] == ["killed"]
        return what

    def _extended(self, file):
        with hs.open(file) as ws:
            made = ws.scenario("killed")
            months = made.specification.months
            if months == SETTINGS["months"]:
                assert made.signature() == self.whole["generate"], "half of an extension is there"
                made.extend(MORE, workers=1)
            assert made.signature() == self.whole["extend"], "another end of the extension"
            kept = {run.run_id for run in ws.runs()}
            folders = {path.name for path in (Path(f"{file}.runs")).iterdir()}
            assert folders <= kept, f"left behind: {folders - kept}"
        return "extended before" if months > SETTINGS["months"] else "extension begun anew"


if __name__ == "__main__":
    # Read here, once for all programs.
    Workspace._now(), load()
    serve(WORKS)
