"""``%hs`` and ``%%hs`` in a real shell."""

from __future__ import annotations

import _thread
import threading

import pandas as pd
import pytest
from IPython.core.error import UsageError

import healthsim_nb as hs
from healthsim_nb.notebook import generation
from healthsim_nb.notebook.magics import HsMagics
from healthsim_nb.words import NOTEBOOK, words

PATIENTS = "SELECT count(*) AS n FROM patients"


def run(shell, line):
    """Return what a line of %hs shows."""
    return shell.run_line_magic("hs", line)


def test_every_word_of_the_notebook_has_its_method_and_no_method_is_without_a_word():
    methods = {name.removeprefix("do_") for name in dir(HsMagics) if name.startswith("do_")}

    assert methods == set(words(NOTEBOOK))


def test_sql_counts_the_patients_of_the_scenario_in_use(texas):
    assert texas.run_line_magic("sql", PATIENTS).n.tolist() == [60]


def test_sql_follows_when_another_scenario_is_used(shell):
    run(shell, "open :memory:")
    run(shell, "generate hypertension --n 5 --months 1 --name five")
    run(shell, "generate hypertension --n 6 --months 1 --name six")

    assert texas_counts(shell) == 6
    run(shell, "use five")
    assert texas_counts(shell) == 5


def texas_counts(shell):
    """Return how many patients %sql sees."""
    return shell.run_line_magic("sql", PATIENTS).n.item()


def test_generate_shows_how_it_was_understood_and_makes_the_scenario(shell, monkeypatch):
    shown = []
    monkeypatch.setattr(generation, "display", lambda thing, **_: shown.append(repr(thing)))
    run(shell, "open :memory:")

    made = run(shell, "generate 7 women with hypertension --seed 3 --months 1 --name few --tag a")

    assert "women" in shown[0]
    assert "hypertension  →  Essential (primary) hypertension" in shown[0]
    assert "seed 3" in shown[0]
    assert (made.name, made.tags, made.counts["patients"]) == ("few", ("a",), 7)
    assert made.specification.seed == 3


def test_a_specification_can_be_given_in_the_cell(shell):
    run(shell, "open :memory:")
    request = hs.open(":memory:").understand("5 people with hypertension", months=1)

    made = shell.run_cell_magic("hs", "generate --name again", request.to_yaml())

    assert made.specification == request.specification


def test_a_mix_can_be_asked_for(shell):
    run(shell, "open :memory:")

    made = run(shell, "generate diabetes-management --n 5 --months 1 --mix poor=25,severe=75")

    assert made.specification.mix == {"poor": 0.25, "severe": 0.75}


def test_the_seed_and_the_words_decide_the_people(shell, made):
    run(shell, "open :memory:")

    again = run(shell, f"generate {made.scenario('texas').brief.request} --seed 7 --name other")

    assert again.signature() == made.scenario("texas").signature()


def test_a_scenario_becomes_longer_and_larger_and_is_then_in_use(shell):
    run(shell, "open :memory:")
    run(shell, "generate 5 people with hypertension --months 1 --name five")
    run(shell, "generate 1 person with hypertension --months 1 --name other")

    run(shell, "extend five --months 1")
    grown = run(shell, "add --n 2")

    spec = grown.specification
    assert (grown.name, spec.n, spec.months) == ("five", 7, 2)


def test_runs_and_history_are_shown_and_an_entry_is_repeated(shell):
    run(shell, "open :memory:")
    run(shell, "generate hypertension --n 2 --months 1 --name two")

    runs, history = run(shell, "runs"), run(shell, "history")

    assert "two_2patients" in repr(runs)
    assert "two_2patients" in runs._repr_html_()
    assert [(entry.kind, entry.started_by) for entry in history] == [("generate", "magic")]
    assert "ws.generate(" in repr(run(shell, "history --code 1"))
    assert run(shell, "history --again 1").signature() == run(shell, "use two").signature()


def test_a_query_is_shown_page_by_page(texas):
    first = run(texas, "query --page-size 20 SELECT id FROM patients")
    second = run(texas, "next")

    assert [row[0] for row in second.rows] == list(range(20, 40))
    assert run(texas, "previous").rows == first.rows
    assert run(texas, "query --page 3 --page-size 25 SELECT id FROM patients").rows[-1] == (59,)


def test_a_cell_names_a_scenario_and_holds_sql_of_several_lines(texas):
    page = texas.run_cell_magic("hs", "query texas --page-size 2", f"-- how many\n{PATIENTS}\n")

    assert page.rows == [(60,)]
    assert page.page_size == 2


def test_o_keeps_all_rows_of_a_query_and_not_only_the_page(texas):
    run(texas, "query --page-size 5 SELECT id, birth_date FROM patients -o kept")

    assert isinstance(texas.user_ns["kept"], pd.DataFrame)
    assert texas.user_ns["kept"].shape == (60, 2)


def test_o_keeps_what_other_words_show(texas):
    run(texas, "summary -o kept")
    run(texas, "scenarios -o found")

    assert texas.user_ns["kept"].counts["patients"] == 60
    assert [brief.name for brief in texas.user_ns["found"]] == ["texas"]


def test_scenarios_are_searched(texas):
    assert "texas" in repr(run(texas, "scenarios medicare --tag class"))
    assert repr(run(texas, "scenarios asthma")) == "There is no such scenario."


def test_an_export_writes_the_tables_that_are_named(texas, tmp_path):
    shown = run(texas, f"export csv {tmp_path} --tables patients,encounters")

    assert repr(shown) == f"2 files in {tmp_path}"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["encounters.csv", "patients.csv"]


def test_the_dictionary_tells_the_columns_of_a_table(texas):
    assert "systolic_bp" in repr(run(texas, "dictionary vital_signs"))
    assert "vital_signs" in repr(run(texas, "dictionary"))


def test_templates_are_listed(shell):
    assert "diabetes-management" in repr(run(shell, "templates"))


def test_status_says_what_is_open_and_in_use(shell, made):
    assert repr(run(shell, "status")).startswith("No workspace is open")
    shell.user_ns["ws"] = made
    assert repr(run(shell, "status")) == "workspace: :memory:\nscenario in use: texas"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("sumary", "UsageError: No word named 'sumary'. Did you mean 'summary'? Known: add,"),
        ("use zebra", "UsageError: No scenario named 'zebra'. Known: texas."),
        ("generate x --moths 1", "UsageError: 'generate' does not know '--moths'. Did you mean"),
        ("generate 5 wombats", "UsageError: Understood: 5 patients. Not understood: 'wombats'."),
        ("generate hypertension --n 0", "UsageError: n is 0: a scenario needs at least 1 patient."),
        (
            "generate diabetis-management",
            "UsageError: No template named 'diabetis-management'. Did",
        ),
        ("generate hypertension --mix poor=30", "UsageError: The shares of mix sum to 0.3, not 1."),
        ("generate x --mix half", "UsageError: --mix 'half' is not understood: write it as"),
        ("query DROP TABLE patients", "UsageError: "),
        ("next", "UsageError: There is no page yet: ask with %hs query."),
        ("export cvs out", "UsageError: No format named 'cvs'. Did you mean 'csv'?"),
        ("dictionary patient", "UsageError: No table named 'patient'. Did you mean 'patients'?"),
        ("open nowhere/at/all.duckdb", "UsageError: "),
    ],
)
def test_what_goes_wrong_is_told_in_one_sentence_without_a_traceback(texas, told, line, answer):
    done = texas.run_cell(f"%hs {line}")

    text = told()
    assert isinstance(done.error_in_exec, UsageError)
    assert text.startswith(answer)
    assert "Traceback" not in text


def test_an_error_of_sql_is_told_in_the_words_of_duckdb(texas, told):
    texas.run_cell("%hs query SELECT nonsense FROM patients")

    assert 'Referenced column "nonsense" not found' in told()


def test_an_interrupt_stops_a_generation_and_leaves_the_workspace_as_it_was(shell, told):
    run(shell, "open :memory:")
    threading.Timer(1, _thread.interrupt_main).start()

    shell.run_cell("%hs generate 100,000 people --months 1")

    assert told() == "UsageError: Stopped: nothing was kept."
    assert repr(run(shell, "scenarios")).startswith("There is no scenario yet")
    assert run(shell, "generate hypertension --n 2 --months 1").counts["patients"] == 2


def test_an_interrupt_of_anything_says_that_nothing_was_kept(texas, told, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("healthsim_nb.notebook.magics.generate", interrupted)
    texas.run_cell("%hs generate hypertension")

    assert told() == "UsageError: Stopped: nothing was kept."


def test_a_word_that_takes_no_cell_says_so(texas, told):
    texas.run_cell("%%hs status\nx")

    assert told() == "UsageError: 'status' takes no cell: write it as %hs status"


def test_a_cohort_is_made_from_the_yaml_in_its_cell(shell):
    run(shell, "open :memory:")
    yaml = "have: [hypertension]\nn: 6\nmonths: 1\npopulation: {states: [TX], limits: [40, 60]}\n"

    made = shell.run_cell_magic("hs", "cohort mine --seed 5 -o kept", yaml)

    assert (made.name, made.counts["patients"], made.specification.seed) == ("mine", 6, 5)
    assert shell.user_ns["kept"] is made
    assert run(shell, "query SELECT DISTINCT state FROM patients").rows == [("TX",)]
    again = shell.run_cell_magic("hs", "cohort again", run(shell, "specification mine").value)
    assert again.signature() == made.signature()


def test_a_cohort_without_yaml_says_where_yaml_comes_from(shell, told):
    shell.run_cell("%hs cohort mine")

    assert told() == (
        "UsageError: 'cohort' makes what the lines below it say: write %%hs cohort NAME and the"
        " YAML under it. %hs understand REQUEST shows YAML to begin with."
    )


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("n: [", "specification: line 2, column 1: while parsing a flow node"),
        ("n: 5\n  have: x", "specification: line 2, column 7: mapping values are not allowed"),
        ("- a\n- b", "'cohort' makes what the lines below it say: write %%hs cohort NAME"),
        ("some people", "'cohort' makes what the lines below it say: write %%hs cohort NAME"),
        ("n: five", "specification: n: 'five' is not a whole number"),
        ("n: 10\nn: 20", "specification: line 2, column 1: 'n' is said twice"),
        ("sizes: 3", "specification: sizes: no such word here. Known: coverage, have"),
    ],
)
def test_broken_yaml_of_a_cohort_is_told_in_one_line_and_makes_nothing(shell, told, cell, answer):
    run(shell, "open :memory:")
    told()

    shell.run_cell(f"%%hs cohort mine\n{cell}")

    said = told()
    assert said.startswith(f"UsageError: {answer}")
    assert "\n" not in said
    assert run(shell, "status") is not None
    assert len(shell.run_line_magic("hs", "scenarios").value) == 0


def test_a_variable_is_bound_to_its_name_in_a_query(texas):
    texas.user_ns |= {"sex": "F", "few": 3, "hostile": "'; DROP TABLE patients; --"}

    named = run(texas, "query SELECT id FROM patients WHERE gender = $sex ORDER BY id LIMIT {few}")
    same = run(texas, "query SELECT id FROM patients WHERE gender = 'F' ORDER BY id LIMIT 3")
    cell = texas.run_cell_magic(
        "hs", "query texas -o found", "SELECT count(*) AS n\nFROM patients WHERE city = $hostile"
    )

    assert named.rows == same.rows
    assert cell.rows == [(0,)]
    assert texas.user_ns["found"].n.tolist() == [0]
    assert run(
        texas, "query --param sex=M SELECT DISTINCT gender FROM patients WHERE gender = $sex"
    ).rows == [("M",)]


@pytest.mark.parametrize("magic", ["hs query", "sql"])
def test_an_unknown_variable_is_told_with_the_nearest_name(texas, told, magic):
    texas.user_ns["min_age"] = 40

    texas.run_cell(f"%{magic} SELECT count(*) FROM patients WHERE id > $min_agee")

    assert told() == (
        "UsageError: $min_agee has no value: assign it in the notebook"
        f"{', or say --param name=value' if magic == 'hs query' else ''}. Did you mean $min_age?"
    )


def test_sql_binds_variables_too(texas):
    texas.user_ns |= {"sex": "F", "ids": [1, 2, 3]}

    found = texas.run_line_magic("sql", "SELECT count(*) AS n FROM patients WHERE gender = $sex")
    some = texas.run_line_magic("sql", "SELECT id FROM patients WHERE id IN $ids ORDER BY id")

    assert found.n.item() == run(texas, "query SELECT id FROM patients WHERE gender = 'F'").total
    assert some.id.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("line", "begins"),
    [
        ("understand 20 kids with asthma in Ohio", "kids with asthma  →  template asthma-child"),
        ("specification texas", "template: diabetes-management\nn: 60\nseed: 7\n"),
        ("formats", "parquet"),
        ("eligibility 1 2024-03-01", "page 1 of 1"),
        ("help cohort", "For example: %hs cohort my-cohort"),
    ],
)
def test_words_that_only_tell(texas, line, begins):
    assert begins in repr(run(texas, line))


def test_a_whole_table_is_kept_and_a_select_is_written(texas, tmp_path):
    run(texas, "table patients -o pts")
    run(texas, f"write --to {tmp_path / 'women.csv'} SELECT id FROM patients WHERE gender = 'F'")

    assert len(texas.user_ns["pts"]) == 60
    women = pd.read_csv(tmp_path / "women.csv")
    assert len(women) == (texas.user_ns["pts"].gender == "F").sum()
