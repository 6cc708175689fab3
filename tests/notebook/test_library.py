"""The words about the library of scenarios, in a real shell and on the command line."""

from __future__ import annotations

import builtins

import pandas as pd
import pytest

from healthsim_nb import cli


@pytest.fixture
def hs_line(shell):
    """Run a line of %hs in a workspace of its own with two scenarios."""

    def run(line):
        return shell.run_line_magic("hs", line)

    run("open :memory:")
    run("generate hypertension --n 4 --months 1 --name one")
    run("generate hypertension --n 5 --months 1 --name two --seed 2")
    return run


def names(hs_line):
    return {brief.name for brief in hs_line("scenarios").value}


def test_scenarios_are_tagged_renamed_copied_and_merged(hs_line):
    assert repr(hs_line("tag class, 2026 --scenario one")) == "one: tags 2026, class"
    assert repr(hs_line("untag 2026 --scenario one")) == "one: tags class"
    assert repr(hs_line("rename first study --scenario one")) == "one is called first study now."
    assert "copy is a copy of first study: " in repr(hs_line("clone copy --scenario 'first study'"))
    assert repr(hs_line("status")).endswith("scenario in use: copy")

    did = hs_line("merge two, copy --name both --on-conflict rename")

    assert did.rule == "rename"
    assert repr(hs_line("status")).endswith("scenario in use: both")
    assert names(hs_line) == {"first study", "two", "copy", "both"}


def test_delete_asks_first(hs_line, monkeypatch):
    asked = []

    def answer(with_what):
        monkeypatch.setattr(builtins, "input", lambda text: asked.append(text) or with_what)

    answer("no")
    assert repr(hs_line("delete two")) == "Nothing was deleted."
    assert names(hs_line) == {"one", "two"}
    answer("yes")
    assert repr(hs_line("delete two")).startswith("Deleted two (5 patients, ")
    assert asked[0].startswith("Delete two (5 patients, ")
    assert asked[0].endswith(" rows) for ever? [y/N] ")
    monkeypatch.setattr(builtins, "input", None)
    hs_line("delete one --yes")
    assert repr(hs_line("scenarios")) == "There is no scenario yet: make one with %hs generate."


def test_a_session_is_saved_and_loaded_and_goes_on(hs_line):
    hs_line("use one")
    assert repr(hs_line("save plano --tag class")) == (
        "Saved as plano: %hs load plano brings it back."
    )
    hs_line("use two")

    summary = hs_line("load plano")

    assert summary.name == "plano"
    assert summary.samples == {}
    hs_line("add --n 3")
    assert hs_line("query SELECT count(*) FROM patients").rows == [(7,)]
    assert repr(hs_line("status")).endswith("scenario in use: plano")


def test_a_scenario_goes_to_a_file_and_back(hs_line, tmp_path):
    file = tmp_path / "one.hsz"

    assert repr(hs_line(f"share {file} --scenario one")).startswith(f"one is in {file} (")
    assert repr(hs_line(f"receive {file} --name theirs")).startswith("theirs: 4 patients, ")


def test_rows_of_a_variable_or_a_folder_are_kept(hs_line, shell, tmp_path):
    row = {"given_name": "Ann", "family_name": "Lee", "birth_date": "1950-01-01", "gender": "F"}
    shell.user_ns["people"] = pd.DataFrame([row])
    shell.user_ns["data"] = {"patients": [row]}

    assert repr(hs_line("persist people --table patients --name mine")) == (
        "mine: 1 patients, 2 rows."
    )
    hs_line("persist data --name mine")
    assert hs_line("query SELECT count(*) FROM patients").rows == [(2,)]
    hs_line(f"export csv {tmp_path} --tables patients,persons")
    assert repr(hs_line(f"persist {tmp_path} --name again")) == "again: 2 patients, 4 rows."


def test_samples_are_shown_as_a_table(hs_line):
    shown = hs_line("samples patients --n 2 --scenario two")

    assert len(shown.value) == 2
    assert "<table" in shown._repr_html_()
    assert "given_name" in repr(shown)


def test_the_list_of_scenarios_marks_the_one_in_use_and_shows_sizes(hs_line):
    html = hs_line("scenarios")._repr_html_()

    assert html.count("in use") == 1
    assert html.count('class="hs-bar"') == 2
    assert "width:100%" in html


def test_the_same_words_work_in_a_terminal(capsys, tmp_path, monkeypatch):
    path, file = str(tmp_path / "study.duckdb"), str(tmp_path / "a.hsz")

    def run(*arguments):
        code = cli.main([*arguments, "--database", path])
        out, err = capsys.readouterr()
        return code, out.strip(), err.strip()

    run("generate", "hypertension", "--n", "4", "--months", "1", "--name", "a")
    assert run("clone", "b")[1].startswith("b is a copy of a: ")
    assert run("tag", "class", "--scenario", "a")[1] == "a: tags class"
    assert run("rename", "c", "--scenario", "b")[1] == "b is called c now."
    assert run("merge", "a,c", "--name", "d")[1].startswith("d\nMerged a and c, on conflict skip")
    assert run("share", file, "--scenario", "a")[0] == 0
    assert run("receive", file, "--name", "e")[1].startswith("e: 4 patients, ")
    assert "given_name" in run("samples", "patients", "--scenario", "a")[1]
    assert run("load", "a")[1].startswith("a [class]")
    code, _, told = run("delete", "a")
    assert (code, told) == (1, "healthsim: Nobody is there to be asked: say --yes if you are sure.")
    assert run("delete", "a", "--yes")[1].startswith("Deleted a (4 patients, ")
    assert run("delete", "nothing", "--yes")[2].startswith(
        "healthsim: No scenario named 'nothing'."
    )
