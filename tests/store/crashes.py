"""Kills programs at chosen moments of their work, and looks at what they leave.

A server that has imported the package forks a program for each trial: it opens the workspace, says
so, works, and is killed (SIGKILL) when a part of the time has passed that the work takes.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq

import healthsim_nb as hs
from healthsim_nb.schema import scenario_tables
from healthsim_nb.store.belonging import state_tables

SETTINGS = {"n": 60, "seed": 5, "months": 3, "workers": 1}
PEOPLE = 1500


def generate(ws, folder):
    ws.generate("general-population", name="new", **SETTINGS)


def persist(ws, folder):
    row = {"given_name": "Ann", "family_name": "Lee", "birth_date": "1950-01-01", "gender": "F"}
    ws.persist({"patients": ({**row, "id": i + 1} for i in range(PEOPLE))}, name="new")


def clone(ws, folder):
    ws.scenario("base").clone("new")


def merge(ws, folder):
    ws.merge(["base", "other"], name="new", on_conflict="rename")


def delete(ws, folder):
    ws.scenario("other").delete(confirm=True)


def export(ws, folder):
    ws.scenario("base").export("parquet", folder / "out")


def export_csv(ws, folder):
    ws.scenario("base").export("csv", folder / "out")


def share(ws, folder):
    ws.scenario("base").share(folder / "base.hsz")


WORKS = {
    work.__name__: work
    for work in (generate, persist, clone, merge, delete, export, export_csv, share)
}


def serve():
    """Fork a program for each line of the input: a workspace, a folder and a work."""
    assert hs.open  # imported here, once for all programs
    for line in sys.stdin:
        path, folder, name = json.loads(line)
        child = os.fork()
        if child == 0:
            with hs.open(path) as ws:
                _say(os.getpid())
                WORKS[name](ws, Path(folder))
            _say("done")
            os._exit(0)
        os.waitpid(child, 0)
        _say("ended")


def _say(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class Laboratory:
    """A workspace with two scenarios, copied for each trial, and the server of programs."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.base = self.folder / "base.duckdb"
        with hs.open(self.base) as ws:
            base = ws.generate("general-population", name="base", **{**SETTINGS, "seed": 1})
            other = ws.generate("general-population", name="other", **{**SETTINGS, "seed": 2})
            self.signatures = {c.name: c.signature() for c in (base, other)}
            self.counts = base.counts
        self.expected, self.seconds = {}, {}
        self.server = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(hs.__file__).parents[1])},
        )

    def close(self):
        """End the server."""
        # Closes both of its pipes, too.
        self.server.communicate()

    def measure(self, name):
        """Let a work be done once undisturbed: how long it takes and what it makes."""
        if name not in self.seconds:
            folder, path = self._place(f"{name}-whole")
            self._begin(path, folder, name)
            began = time.perf_counter()
            assert self._said() == "done"
            self.seconds[name] = time.perf_counter() - began
            assert self._said() == "ended"
            with hs.open(path) as ws:
                self.expected[name] = {
                    b.name: ws.scenario(b.name).signature() for b in ws.scenarios()
                }
        return self.seconds[name]

    def trial(self, name, part):
        """Kill a work when that part of its time has passed, and return what stands then.

        Everything that must hold after a crash is asserted here.
        """
        wait = self.measure(name) * part
        folder, path = self._place(f"{name}-{part:.3f}")
        program = self._begin(path, folder, name)
        time.sleep(wait)
        with suppress(ProcessLookupError):
            os.kill(program, signal.SIGKILL)
        said = self._said()
        finished = said == "done"
        if finished:
            self._said()
        with hs.open(path) as ws:
            found = signatures(ws)
            assert found in (self.signatures, self.expected[name]), f"{name}: something is half"
            assert not finished or found == self.expected[name]
            no_leftovers(ws)
            self._files_are_whole(folder)
            if found == self.signatures:
                WORKS[name](ws, folder)
            again = signatures(ws)
            assert again == self.expected[name]
        assert [p for p in folder.rglob("*") if "partial" in p.name] == []
        shutil.rmtree(folder)
        return "whole" if found == self.expected[name] else "absent"

    def _place(self, name):
        folder = self.folder / name
        folder.mkdir()
        return folder, shutil.copy(self.base, folder / "study.duckdb")

    def _begin(self, path, folder, name):
        self.server.stdin.write(json.dumps([str(path), str(folder), name]) + "\n")
        self.server.stdin.flush()
        return int(self._said())

    def _said(self):
        return self.server.stdout.readline().strip()

    def _files_are_whole(self, folder):
        for file in folder.glob("out/[a-z]*.parquet"):
            assert pq.read_metadata(file).num_rows == self.counts[file.stem]
        for file in folder.glob("*.hsz"):
            with hs.open(":memory:") as ws:
                assert ws.receive(file).signature() == self.signatures["base"]


def signatures(ws):
    """Return the signature of every scenario by name."""
    return {brief.name: ws.scenario(brief.name).signature() for brief in ws.scenarios()}


def no_leftovers(ws):
    """Assert that every row of every table belongs to a scenario that is ready."""
    known = "(SELECT id FROM hs.scenarios WHERE status = 'ready')"
    with ws.cursor() as cursor:
        for table in (*scenario_tables(), *(t for t in state_tables() if t == "scenario_tags")):
            sql = f"SELECT count(*) FROM hs.{table} WHERE scenario_id NOT IN {known}"
            assert cursor.execute(sql).fetchall() == [(0,)], table


if __name__ == "__main__":
    serve()
