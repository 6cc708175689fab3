"""The command line: the same words, exit codes, and one line for an error."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from healthsim_nb import cli
from healthsim_nb.engine.progress import Done
from healthsim_nb.words import TERMINAL, words


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """A workspace with one scenario, made by the command line."""
    path = tmp_path_factory.mktemp("cli") / "study.duckdb"
    request = "40 people with hypertension"
    arguments = ["generate", request, "--months", "3", "--name", "forty", "--tag", "class"]

    assert cli.main([*arguments, "--database", str(path)]) == 0
    return str(path)


@pytest.fixture
def healthsim(capsys, database):
    """Run a command on that workspace: (code, output, errors)."""

    def run(*arguments, on=database):
        place = ["--database", on] if on else []
        code = cli.main([*arguments, *place])
        return code, *capsys.readouterr()

    return run


def test_every_word_of_the_terminal_has_its_command():
    assert set(cli.COMMANDS) == set(words(TERMINAL))


def test_generate_tells_how_the_request_was_understood_and_what_was_made(capsys, tmp_path):
    path = str(tmp_path / "new.duckdb")

    code = cli.main(["generate", "5 women with hypertension", "--months", "1", "--database", path])

    out, err = capsys.readouterr()
    assert code == 0
    assert "women" in err
    assert "5 patients" in err
    assert "100 % female" in out


def test_scenarios_are_listed_and_searched(healthsim):
    assert "forty" in healthsim("scenarios")[1]
    assert "forty" in healthsim("scenarios", "--tag", "class")[1]
    assert healthsim("scenarios", "asthma")[1] == "No scenario matches.\n"


def test_a_summary_is_of_the_newest_scenario_or_of_the_one_that_is_named(healthsim):
    assert healthsim("summary")[1] == healthsim("summary", "forty")[1]
    assert "patients 40" in healthsim("summary")[1]


def test_a_query_prints_a_page(healthsim):
    code, out, _ = healthsim("query", "SELECT count(*) AS n FROM patients", "--page-size", "5")

    assert code == 0
    assert out.splitlines()[2].strip() == "40"


def test_an_export_prints_the_files(healthsim, tmp_path):
    _, out, _ = healthsim("export", "csv", str(tmp_path), "--tables", "patients,encounters")

    assert out.splitlines() == [str(tmp_path / "patients.csv"), str(tmp_path / "encounters.csv")]


def test_templates_and_dictionary_need_no_workspace(healthsim, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert "diabetes-management" in healthsim("templates", on=None)[1]
    assert "systolic_bp" in healthsim("dictionary", "vital_signs", on=None)[1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["summary", "zebra"], "No scenario named 'zebra'. Known: forty."),
        (["query", "SELECT nonsense FROM patients"], 'Binder Error: Referenced column "nonsense"'),
        (["generate", "5 wombats"], "Understood: 5 patients. Not understood: 'wombats'."),
        (["export", "cvs", "out"], "No format named 'cvs'. Did you mean 'csv'?"),
    ],
)
def test_a_failure_is_told_on_the_error_stream_with_code_1(healthsim, arguments, answer):
    code, out, err = healthsim(*arguments)

    assert (code, out) == (1, "")
    assert err.startswith(f"healthsim: {answer}")


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["sumary"], "No word named 'sumary'. Did you mean 'summary'?"),
        (["generate", "x", "--moths", "3"], "'generate' does not know '--moths'. Did you mean"),
        (["generate"], "'generate' needs WHAT. Write: generate WHAT"),
        (["query", "SELECT 1", "--page", "two"], "'query' --page 'two' is not a whole number."),
    ],
)
def test_what_is_not_understood_has_code_2(capsys, arguments, answer):
    code = cli.main(arguments)

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith(f"healthsim: {answer}")
    assert err.count("\n") == 1


def test_a_slip_in_the_name_of_a_file_makes_no_new_one(healthsim, tmp_path):
    path = tmp_path / "studi.duckdb"

    code, _, err = healthsim("summary", on=str(path))

    assert code == 1
    assert err.startswith(f"healthsim: There is no workspace {path}: make one with")
    assert not path.exists()


def test_an_interrupt_has_code_130(healthsim, monkeypatch):
    def interrupted(**_):
        raise KeyboardInterrupt

    monkeypatch.setitem(cli.COMMANDS, "summary", interrupted)

    assert healthsim("summary") == (130, "", "healthsim: Stopped: nothing was kept.\n")


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"]])
def test_help_lists_every_word(capsys, arguments):
    assert cli.main(arguments) == 0

    out = capsys.readouterr().out
    assert all(f"\n{name} " in f"\n{out}" for name in words(TERMINAL))


def test_help_on_a_word_is_given_either_way(capsys):
    cli.main(["help", "generate"])
    one = capsys.readouterr().out
    cli.main(["generate", "--help"])

    assert capsys.readouterr().out == one
    assert "--months N" in one


def test_the_demo_shows_a_summary_and_a_page_and_writes_parquet(capsys, tmp_path):
    arguments = ["demo", "--n", "60", "--months", "2", "--folder", str(tmp_path)]

    assert cli.main(arguments) == 0
    first = capsys.readouterr().out
    assert cli.main(arguments) == 0
    again = capsys.readouterr().out

    assert "patients 60" in first
    assert "rows 1 to 10 of 60" in first
    assert "make lab" in first
    assert (tmp_path / "parquet" / "patients.parquet").exists()
    assert again.startswith("The demo was made before")


def test_the_program_is_installed_and_says_its_version():
    code = "import sys; from healthsim_nb.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.startswith("healthsim_nb 0.")


def test_a_bar_is_drawn_only_where_a_person_looks_on(capsys, monkeypatch):
    assert cli._bar() is None
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    cli._bar()(Done.so_far(5, 10, 20.0, "patients"))

    drawn = capsys.readouterr().err
    assert f"{'█' * 15}{'░' * 15} 5 of 10 patients, about 20 s left" in drawn


def test_a_word_that_lasts_shows_what_it_does_and_a_bar(healthsim, monkeypatch, tmp_path):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    told = healthsim("export", "csv", str(tmp_path), "--tables", "patients,encounters")[2]

    assert told.startswith("Writing csv\n")
    assert "1 of 2 tables" in told


def test_a_scenario_becomes_longer_and_larger(capsys, tmp_path):
    place = ["--database", str(tmp_path / "new.duckdb")]
    cli.main(["generate", "5 women with hypertension", "--months", "1", "--name", "five", *place])

    assert cli.main(["extend", "five", "--months", "1", *place]) == 0
    assert cli.main(["add", "--n", "2", *place]) == 0

    out, err = capsys.readouterr()
    assert "2024-01-01 to 2024-02-29" in out
    assert "patients 7," in out
    assert "rows more in" in err


def test_an_extension_that_cannot_be_ends_with_1_and_one_without_months_with_2(healthsim):
    assert healthsim("extend", "forty", "--months", "0")[0::2] == (
        1,
        "healthsim: months is 0: 'forty' can be extended by 1 month or more.\n",
    )
    code, _, told = healthsim("extend", "forty")
    assert code == 2
    assert told.startswith("healthsim: 'extend' needs --months. Write: extend [SCENARIO] --months")


PATIENT = """id,person_id,mrn,given_name,family_name,birth_date,gender,deceased
1,1,{mrn},Ann,Lee,1980-02-29,F,false
"""


def test_validate_checks_a_scenario_and_a_file(healthsim, tmp_path):
    path = tmp_path / "patients.csv"
    path.write_text(PATIENT.format(mrn="12345678"))

    code, out, _ = healthsim("validate", "--severity", "error")
    assert (code, out.startswith("forty: valid: 0 errors")) == (0, True)
    assert healthsim("validate", "forty", "--rules", "vitals,people")[0] == 0
    assert healthsim("validate", str(path))[0] == 0


def test_validate_ends_with_1_for_what_is_wrong_and_2_for_what_cannot_be_used(healthsim, tmp_path):
    wrong = tmp_path / "patients.csv"
    wrong.write_text(PATIENT.format(mrn="12345678").replace("1980-02-29", "1981-02-29"))

    code, out, _ = healthsim("validate", str(wrong))
    assert (code, "patients.birth_date: The value is not a day" in out) == (1, True)
    code, _, err = healthsim("validate", str(tmp_path / "nothing.csv"))
    assert (code, err) == (2, f"healthsim: There is no file or folder {tmp_path}/nothing.csv.\n")
    assert healthsim("validate", str(wrong), "--rules", "nonsense")[0] == 2
    assert healthsim("validate", str(wrong), "--format", "xml")[0] == 2


def test_validate_tells_the_result_as_json(healthsim, tmp_path):
    path = tmp_path / "patients.csv"
    path.write_text(PATIENT.format(mrn="1"))

    code, out, _ = healthsim("validate", str(path), "--json")
    told = json.loads(out)

    assert (code, told["ok"], told["counts"]["warnings"]) == (0, True, 1)
    assert told["warnings"][0]["rule"] == "mrn-form"
    code, out, _ = healthsim("validate", str(tmp_path / "nothing.csv"), "--json")
    assert (code, json.loads(out)["ok"]) == (2, False)


def test_validate_takes_what_comes_in(healthsim, monkeypatch):
    text = PATIENT.format(mrn="12345678").encode()

    def comes_in(given):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))

    comes_in(text)
    code, out, _ = healthsim("validate", "-", "--table", "patients", "--format", "csv")
    assert (code, out.startswith("standard input: valid")) == (0, True)
    comes_in(b'{"patients": [{"id": "x"}]}')
    assert healthsim("validate", "-", "--format", "json")[0] == 1
    comes_in(b"")
    assert healthsim("validate", "-", "--format", "json")[0] == 2
    code, _, err = healthsim("validate", "-", "--table", "patients")
    assert (code, "--format csv" in err) == (2, True)


def test_rules_are_listed_shown_and_switched(healthsim):
    assert "systolic-possible" in healthsim("rules", "vitals")[1]
    assert "source: " in healthsim("rules", "systolic-possible")[1]
    assert "switched off" in healthsim("rules", "systolic-possible", "--off")[1]
    assert "1 switched off" in healthsim("validate", "--rules", "vitals")[1]
    assert "switched off" not in healthsim("rules", "systolic-possible", "--on")[1]
    code, _, err = healthsim("rules", "systolic-posible")
    assert (code, "Did you mean 'systolic-possible'" in err) == (1, True)


def test_a_run_that_was_stopped_is_listed_and_goes_on(capsys, tmp_path, monkeypatch):
    place = ["--database", str(tmp_path / "new.duckdb")]
    asked = ["generate", "hypertension", "--n", "3", "--months", "4", "--name", "three"]

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("healthsim_nb.operations.checkpointing.Kept.finish", interrupted)
        assert cli.main([*asked, "--checkpoint-interval", "2", *place]) == 130
    told = capsys.readouterr().err
    run = told.rsplit("resume ", 1)[1].strip(" .\n")
    assert "healthsim: Stopped. The run can go on: resume three_3patients_" in told

    assert cli.main(["runs", *place]) == 0
    assert "interrupted" in capsys.readouterr().out
    assert cli.main(["resume", run, "--turn", "3", *place]) == 1
    assert "no checkpoint of turn 3. There are 2, 4" in capsys.readouterr().err
    assert cli.main(["resume", run, "--turn", "2", *place]) == 0
    assert "2024-01-01 to 2024-04-30" in capsys.readouterr().out
    assert cli.main(["history", "--kind", "resume", *place]) == 0
    assert "command line" in capsys.readouterr().out
