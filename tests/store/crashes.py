"""Kills programs at chosen moments of their work, and looks at what they leave.

Each trial's program is killed (SIGKILL) when a part of the time has passed that the work takes.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pyarrow.parquet as pq

import healthsim_nb as hs
from healthsim_nb.schema import scenario_tables
from healthsim_nb.store.belonging import state_tables

sys.path.insert(0, str(Path(__file__).parents[1]))

from doomed import Programs, serve

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
    ws.scenario("base").export("parquet", Path(folder) / "out")


def export_csv(ws, folder):
    ws.scenario("base").export("csv", Path(folder) / "out")


def share(ws, folder):
    ws.scenario("base").share(Path(folder) / "base.hsz")


WORKS = {
    work.__name__: work
    for work in (generate, persist, clone, merge, delete, export, export_csv, share)
}


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
        self.programs = Programs(__file__)

    def close(self):
        """End the server."""
        self.programs.close()

    def measure(self, name):
        """Let a work be done once undisturbed: how long it takes and what it makes."""
        if name not in self.seconds:
            folder, path = self._place(f"{name}-whole")
            finished, self.seconds[name] = self.programs.work(path, name, str(folder))
            assert finished
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
        finished, _ = self.programs.work(path, name, str(folder), kill_after=wait)
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
    serve(WORKS)
