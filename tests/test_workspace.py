"""The public surface: open, generate, find, handle; all or nothing; clear sentences."""

from __future__ import annotations

import gc
import subprocess
import sys
from datetime import date, datetime

import pyarrow as pa
import pytest

import healthsim_nb as hs
from healthsim_nb import simulation
from healthsim_nb.errors import (
    RequestError,
    SpecificationError,
    TemplateError,
    UnknownNameError,
    WorkspaceError,
)
from healthsim_nb.schema import scenario_tables
from healthsim_nb.workspace import Workspace

NOON = datetime.fromisoformat("2026-01-15 12:00")
SMALL = {"n": 20, "months": 3, "seed": 7}


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    """It is always the same moment."""
    monkeypatch.setattr(Workspace, "_now", staticmethod(lambda: NOON))


@pytest.fixture
def ws(tmp_path):
    with hs.open(tmp_path / "study.duckdb") as ws:
        yield ws


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A scenario that is only read."""
    with hs.open(tmp_path_factory.mktemp("read") / "study.duckdb") as ws:
        ws.generate("healthy-adult", n=5, months=2, name="other")
        yield ws.generate("diabetes-management", **SMALL, name="study", tags=("b", "a"))


@pytest.fixture
def instead(monkeypatch):
    """Put other blocks in place of the simulation's: real ones, then an error or worse."""

    def put(then):
        real = simulation.blocks

        def blocks(spec, library, **options):
            yield from real(spec, library, **options)
            yield from then()

        monkeypatch.setattr(simulation, "blocks", blocks)

    return put


def everything(ws):
    """Return what the workspace holds: scenarios, tags, runs and the rows of every table."""
    with ws.cursor() as cursor:
        return [
            cursor.execute(f"SELECT count(*) FROM hs.{table}").fetchall()[0][0]
            for table in ("scenarios", "scenario_tags", "runs", *scenario_tables())
        ]


# Opening


def test_the_default_is_a_file_in_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with hs.open() as ws:
        assert ws.name == str(tmp_path / "healthsim.duckdb")

    assert (tmp_path / "healthsim.duckdb").exists()
    assert ws.closed


def test_memory_works_too():
    with hs.open(":memory:") as ws:
        assert ws.generate("healthy-adult", n=3, months=1).counts["patients"] == 3


def test_two_handles_of_one_file_share_it_and_close_apart(tmp_path):
    first, second = hs.open(tmp_path / "s.duckdb"), hs.open(tmp_path / "s.duckdb")
    first.generate("healthy-adult", n=3, months=1, name="shared")
    first.close()

    assert [b.name for b in second.scenarios()] == ["shared"]
    with pytest.raises(
        WorkspaceError, match=r"s\.duckdb is closed: open it again with hs\.open\(\)"
    ):
        first.scenarios()
    assert repr(first).endswith("s.duckdb, closed")
    second.close()


def test_a_workspace_that_is_forgotten_does_not_keep_the_file(tmp_path):
    path = tmp_path / "s.duckdb"
    code = "import sys, duckdb; duckdb.connect(sys.argv[1])"
    ws = hs.open(path)
    ws = hs.open(path)
    ws.close()

    subprocess.run([sys.executable, "-c", code, path], check=True)


def test_what_was_taken_from_a_workspace_outlives_it(tmp_path):
    c = hs.open(tmp_path / "s.duckdb").generate("healthy-adult", n=3, months=1)
    assert c.counts["patients"] == 3

    patients = hs.open(tmp_path / "s.duckdb").scenario(c.name).relation("patients")
    del c
    gc.collect()

    assert patients.count("*").fetchall() == [(3,)]


def test_read_only_reads_and_refuses_to_generate(tmp_path):
    with hs.open(tmp_path / "s.duckdb") as ws:
        ws.generate("healthy-adult", n=3, months=1, name="kept")

    with hs.open(tmp_path / "s.duckdb", read_only=True) as ws:
        assert ws.scenario("kept").counts["patients"] == 3
        with pytest.raises(WorkspaceError, match="is open read-only: it cannot be changed"):
            ws.generate("healthy-adult", n=3, months=1)


def test_what_a_program_leaves_open_is_closed_at_its_end_without_complaint(tmp_path):
    code = "import sys, healthsim_nb as hs; ws = hs.open(sys.argv[1]); c = ws.cursor()"
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "s.duckdb"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stderr == ""


def test_templates_and_formats_are_listed():
    assert "diabetes-management" in hs.templates()
    assert hs.formats() == ["csv", "json", "ndjson", "parquet"]


# Generating


def test_a_template_makes_a_scenario_named_after_it_and_the_day(ws):
    c = ws.generate("diabetes-management", **SMALL, tags=("Pilot",))

    assert c.name == "diabetes-management-20260115"
    assert c.tags == ("pilot",)
    assert c.counts["patients"] == 20
    assert c.counts["lab_results"] > 20
    assert c.counts["claims"] > 20
    (brief,) = ws.scenarios()
    assert (brief.name, brief.template, brief.patients) == (c.name, "diabetes-management", 20)
    assert brief.rows == sum(c.counts.values())
    assert (brief.request, brief.created_at) == (None, NOON)


def test_a_request_makes_a_scenario_that_remembers_it(ws):
    request = "20 Medicare members with diabetes, 65 to 85, in Texas"

    c = ws.generate(request, months=3)

    assert c.name == "medicare-diabetes-texas-20260115"
    assert ws.scenarios(search="members with")[0].request == request
    found = c.query("SELECT DISTINCT state, line_of_business FROM patients").rows
    assert found == [("TX", "medicare")]


def test_a_condition_and_a_nameless_request_have_a_name_too(ws):
    assert ws.generate("asthma", n=3, months=1).name == "asthma-care-20260115"
    assert ws.generate("3 people", months=1).name == "population-20260115"
    assert ws.generate("3 people", months=1).name == "population-20260115-2"


def test_the_specification_of_a_scenario_makes_the_same_rows_again(ws, tmp_path):
    first = ws.generate("20 women with hypertension in Ohio", months=3, seed=5)
    path = tmp_path / "again.yaml"
    path.write_text(ws.understand("20 women with hypertension in Ohio", months=3, seed=5).to_yaml())

    for what in (path, str(path), path.read_text()):
        again = ws.generate(what)
        assert again.specification == first.specification
        assert again.signature() == first.signature()


def test_a_template_of_ones_own_needs_no_library(ws, tmp_path):
    path = tmp_path / "my-clinic.yaml"
    path.write_text(
        "id: my-clinic\nversion: 1\nname: My clinic\ndescription: People of my clinic\n"
        "have: [asthma]\n"
    )

    c = ws.generate(path, n=5, months=2)

    assert c.name == "clinic-20260115"
    assert c.counts["patients"] == 5


def test_a_folder_of_ones_own_adds_to_the_library(tmp_path):
    folder = tmp_path / "mine" / "templates"
    folder.mkdir(parents=True)
    (folder / "my-clinic.yaml").write_text(
        "id: my-clinic\nversion: 1\nname: My clinic\ndescription: People of my clinic\n"
        "have: [asthma]\n"
    )

    with hs.open(":memory:", library=tmp_path / "mine") as ws:
        assert ws.generate("my-clinic", n=3, months=1).specification.have == ["asthma"]


def test_the_seed_decides_the_content_and_the_name_does_not(ws):
    first = ws.generate("healthy-adult", n=10, months=2, seed=1, name="a")
    same = ws.generate("healthy-adult", n=10, months=2, seed=1, name="b", tags=("x",))
    other = ws.generate("healthy-adult", n=10, months=2, seed=2, name="c")

    assert first.signature() == same.signature() != other.signature()


def test_more_months_change_the_open_columns_only_of_the_rows_of_patients(ws):
    short = ws.generate("healthy-adult", n=200, months=1, name="short")
    long = ws.generate("healthy-adult", n=200, months=2, name="long")

    drop = ["deceased", "death_date"]
    assert short.df("patients").drop(columns=drop).equals(long.df("patients").drop(columns=drop))


def test_the_run_records_what_made_the_rows(ws):
    c = ws.generate("diabetes-management", **SMALL)

    with ws.cursor(c) as cursor:
        run = cursor.execute(
            "SELECT run_id, kind, source_type, template, length(template_hash), seed, status, "
            "row_count, created_at, finished_at FROM runs"
        ).fetchall()
        said = cursor.execute(
            "SELECT DISTINCT source_type, source_system, template, seed, created_at "
            "FROM provenance.lab_results"
        ).fetchall()

    name = "diabetes-management-20260115_20patients_20260115_120000_01"
    rows = sum(c.counts.values())
    assert run == [
        (name, "generate", "generated", "diabetes-management", 32, 7, "finished", rows, NOON, NOON)
    ]
    assert said == [("generated", "healthsim_nb", "diabetes-management", 7, NOON)]


def test_progress_tells_the_patients_so_far(ws):
    told = []

    ws.generate("healthy-adult", n=30, months=1, progress=told.append)

    assert told == sorted(told)
    assert told[-1] == 30


# All or nothing


def test_a_bug_in_the_middle_leaves_the_workspace_as_it_was_and_says_so(ws, instead):
    ws.generate("healthy-adult", n=3, months=1)
    before = everything(ws)

    def fail():
        raise ZeroDivisionError("a bug")
        yield

    instead(fail)
    with pytest.raises(ZeroDivisionError, match="a bug") as caught:
        ws.generate("healthy-adult", n=3, months=1, tags=("x",))

    assert everything(ws) == before
    assert caught.value.__notes__ == [
        "The scenario 'healthy-adult-20260115-2' was not saved; the workspace is as it was before."
    ]


def test_a_full_disk_or_bad_row_leaves_the_workspace_as_it_was_and_says_so(ws, instead):
    ws.generate("healthy-adult", n=3, months=1)
    before = everything(ws)

    def bad():
        names = [c.name for c in scenario_tables()["immunizations"].columns]
        yield {"immunizations": pa.RecordBatch.from_pydict({name: [None] for name in names})}

    instead(bad)
    with pytest.raises(WorkspaceError) as caught:
        ws.generate("healthy-adult", n=3, months=1)

    assert str(caught.value).startswith(
        "The scenario 'healthy-adult-20260115-2' could not be saved, and the workspace is as it "
        "was before. DuckDB says: Constraint Error: NOT NULL constraint failed: immunizations."
    )
    assert everything(ws) == before


def test_stopping_by_progress_or_by_the_keyboard_leaves_the_workspace_as_it_was(ws):
    before = everything(ws)

    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ws.generate("healthy-adult", n=3, months=1, progress=stop)

    assert everything(ws) == before
    assert ws.generate("healthy-adult", n=3, months=1).name == "healthy-adult-20260115"


# Bad input


@pytest.mark.parametrize(
    ("asked", "error", "text"),
    [
        (
            {"what": "diabetis-management"},
            UnknownNameError,
            r"^No template named 'diabetis-management'\. Did you mean 'diabetes-management'\?",
        ),
        ({"n": 0}, SpecificationError, r"n is 0: a scenario needs at least 1 patient\.$"),
        ({"n": -5}, SpecificationError, r"n is -5: a scenario needs at least 1 patient\.$"),
        (
            {"n": 50_000_000},
            SpecificationError,
            r"n is 50,000,000: a scenario has room for 40,000,000 patients\.$",
        ),
        ({"n": 2.5}, SpecificationError, r"n must be a whole number, not 2\.5\.$"),
        ({"months": 0}, SpecificationError, r"months is 0: a scenario lasts at least 1 month\.$"),
        (
            {"months": 2000},
            SpecificationError,
            r"months is 2,000: a scenario lasts at most 1,023 months \(85 years\)\.$",
        ),
        (
            {"mix": {"well-controlled": 0.4, "poor": 0.4}},
            SpecificationError,
            r"The shares of mix sum to 0\.8, not 1\.",
        ),
        ({"mix": {"pour": 1}}, UnknownNameError, r"named 'pour'\. Did you mean 'poor'\?"),
        (
            {"start": "9999-12-01", "months": 2},
            SpecificationError,
            r"2 months from 9999-12-01 end after 9999-12-31: begin earlier or take fewer\.$",
        ),
        (
            {"start": "1850-01-01"},
            SpecificationError,
            r"start is 1850-01-01: a scenario begins in 1900 or later\.$",
        ),
        (
            {"start": "soon"},
            SpecificationError,
            r"start must be a date such as '2024-01-31', not 'soon'\.$",
        ),
        ({"seed": "x"}, SpecificationError, r"seed must be a whole number, not 'x'\.$"),
        ({"name": " "}, SpecificationError, r"A scenario needs a name with a letter in it; got ''"),
        ({"tags": ("",)}, SpecificationError, r"A tag is a word or a few, on one line; got ''\."),
        (
            {"what": "20 purple people"},
            RequestError,
            r"^Understood: 20 .*\. Not understood: 'purple",
        ),
        ({"what": ""}, RequestError, r"^Nothing is asked for\."),
        ({"what": "none.yaml"}, TemplateError, r"none\.yaml"),
    ],
)
def test_bad_input_is_refused_in_one_sentence_and_nothing_is_made(ws, asked, error, text):
    asked = {"what": "diabetes-management", "n": 5, "months": 1, **asked}

    with pytest.raises(error, match=text) as caught:
        ws.generate(**asked)

    assert "\n" not in str(caught.value)
    assert everything(ws) == [0] * (3 + len(scenario_tables()))


def test_a_name_that_is_taken_is_refused(ws):
    ws.generate("healthy-adult", n=3, months=1, name="study")

    with pytest.raises(SpecificationError, match="A scenario named 'study' exists already: choose"):
        ws.generate("healthy-adult", n=3, months=1, name="study")


def test_yaml_that_is_not_right_is_refused_with_every_problem(ws, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("n: many\nmonths: 0.5\ncolour: red\n")

    with pytest.raises(TemplateError) as caught:
        ws.generate(path)

    said = str(caught.value)
    assert all(f"{path}: {word}" in said for word in ("n", "months", "colour"))


# Finding


def test_a_scenario_is_found_by_its_name_or_the_only_one_near(ws):
    ws.generate("healthy-adult", n=3, months=1)
    ws.generate("asthma", n=3, months=1)

    assert ws.scenario("asthma").name == "asthma-care-20260115"
    assert ws.scenario("helthy-adult").name == "healthy-adult-20260115"
    with pytest.raises(UnknownNameError) as caught:
        ws.scenario("diabetes")
    assert str(caught.value) == (
        "No scenario named 'diabetes'. Known: asthma-care-20260115, healthy-adult-20260115."
    )


def test_scenarios_are_listed_newest_first_and_filtered(ws, monkeypatch):
    ws.generate("asthma", n=3, months=1, tags=("lungs",))
    later = datetime.fromisoformat("2026-02-01 12:00")
    monkeypatch.setattr(Workspace, "_now", staticmethod(lambda: later))
    ws.generate("healthy-adult", n=3, months=1)

    def names(**filters):
        return [brief.name for brief in ws.scenarios(**filters)]

    assert names() == ["healthy-adult-20260201", "asthma-care-20260115"]
    assert names(tag="lungs") == names(search="asth") == ["asthma-care-20260115"]
    assert names(template="healthy-adult") == names(since=date(2026, 1, 16)) == names()[:1]
    assert repr(ws).endswith("study.duckdb, 2 scenarios")


def test_a_cursor_shows_the_scenario_it_was_made_for(made):
    ws = made._workspace

    with ws.cursor(made) as bound, ws.cursor() as free:
        assert bound.execute("SELECT count(*) FROM patients").fetchall() == [(20,)]
        assert free.execute("SELECT count(*) FROM patients").fetchall() == [(25,)]


# The handle


def test_rows_come_as_frame_arrow_relation_samples_and_page(made):
    frame, table = made.df("encounters"), made.arrow("encounters")

    assert list(frame.columns) == table.schema.names
    assert table.schema.names == [c.name for c in scenario_tables()["encounters"].columns]
    assert frame["id"].is_monotonic_increasing
    assert frame["id"].tolist() == table["id"].to_pylist()
    assert made.relation("encounters").count("*").fetchall() == [(len(frame),)]
    assert len(made.samples("patients", n=2, strategy="random")) == 2
    page = made.query("SELECT id FROM patients ORDER BY id", page=2, page_size=15)
    assert (len(page.rows), page.total, page.has_more) == (5, 20, False)


def test_provenance_is_shown_when_it_is_asked_for(made):
    frame = made.df("patients", provenance=True)

    assert frame["template"].unique().tolist() == ["diabetes-management"]
    assert frame["seed"].unique().tolist() == [7]
    assert "source_type" in made.arrow("patients", provenance=True).schema.names
    assert "seed" not in made.df("patients").columns


def test_an_unknown_table_is_named_with_the_nearest(made):
    for ask in (made.df, made.arrow, made.relation, made.samples):
        with pytest.raises(UnknownNameError, match=r"named 'patient'\. Did you mean 'patients'\?"):
            ask("patient")


def test_tables_are_exported_and_come_back_equal(made, tmp_path):
    written = made.export("parquet", tmp_path / "out", tables=["patients", "lab_results"])

    assert sorted(path.name for path in written) == ["lab_results.parquet", "patients.parquet"]
    with made._workspace.cursor() as cursor:
        again = cursor.sql(f"FROM '{tmp_path}/out/patients.parquet' ORDER BY id").to_arrow_table()
    assert again.to_pylist() == made.arrow("patients").to_pylist()


def test_a_summary_has_counts_and_samples_when_they_are_asked_for(made):
    summary = made.summary(samples=1)

    assert summary.counts["patients"] == 20
    assert [len(rows) for rows in summary.samples.values()] == [1] * len(summary.counts)
    assert made.summary(samples=0).samples == {}


def test_a_scenario_says_what_it_is(made):
    rows = sum(made.counts.values())

    assert repr(made) == f"Scenario study: 20 patients, {rows:,} rows, tags: a, b"
    assert made.specification.seed == 7
    assert list(made.counts) == list(scenario_tables())


def test_tags_are_put_on_and_taken_off(ws):
    c = ws.generate("healthy-adult", n=3, months=1)

    c.tag("One", "two")
    c.untag("two", "three")

    assert c.tags == ("one",)
    assert ws.scenarios(tag="one")[0].name == c.name


def test_a_handle_whose_scenario_is_gone_says_so(ws):
    c = ws.generate("healthy-adult", n=3, months=1)
    with ws.cursor() as cursor:
        cursor.execute("DELETE FROM hs.scenarios")

    for ask in (lambda: c.name, lambda: c.specification):
        with pytest.raises(UnknownNameError, match=r"No scenario named 'healthy-adult-20260115'\."):
            ask()


# The dictionary


def test_the_dictionary_reads_well_and_goes_into_a_frame(made):
    ws = made._workspace

    assert "patients" in ws.tables()
    one = ws.dictionary("patients")
    assert repr(one).splitlines()[0] == "patients: People under care, one row each."
    assert any(
        line.startswith("mrn ") and "eight digits" in line for line in repr(one).splitlines()
    )
    assert one.df()["column"].tolist() == list(made.df("patients").columns)
    assert len(ws.dictionary()) > len(one)
    assert len(repr(ws.dictionary()).splitlines()) >= 41
    with pytest.raises(
        UnknownNameError, match=r"No table named 'patiens'\. Did you mean 'patients'"
    ):
        ws.dictionary("patiens")


def test_what_is_understood_is_shown_without_making_anything(ws):
    understood = ws.understand("200 people with asthma", months=6)

    assert understood.specification.n == 200
    assert understood.specification.months == 6
    assert "asthma" in understood.to_text()
    assert ws.understand("healthy-adult").to_text().startswith("healthy-adult  →  template")
    assert ws.scenarios() == []
