"""The words about notes, outputs, rules and the whole workspace: in a shell and in a terminal."""

from __future__ import annotations

import builtins

import pytest
from IPython.core.error import UsageError

import healthsim_nb as hs
from healthsim_nb import cli

ANN = {"given_name": "Ann", "family_name": "Lee", "birth_date": "1950-01-01", "gender": "F"}
RULE = "SELECT id, birth_date FROM patients WHERE birth_date < DATE '1960-01-01'"


@pytest.fixture
def file(tmp_path):
    with hs.open(tmp_path / "study.duckdb") as ws:
        ws.persist({"patients": [{**ANN, "id": 7}]}, name="clinic")
    return tmp_path / "study.duckdb"


@pytest.fixture
def line(shell, file):
    """Run a line of %hs on that workspace."""

    def run(text):
        return shell.run_line_magic("hs", text)

    run(f"open {file}")
    return run


@pytest.fixture
def healthsim(capsys, file):
    """Run a command on that workspace: (code, output, errors)."""

    def run(*arguments):
        return cli.main([*arguments, "--database", str(file)]), *capsys.readouterr()

    return run


def html_of(shell, value):
    shell.display_formatter.active_types = ["text/plain", "text/html"]  # as in a notebook
    data, _ = shell.display_formatter.format(value)
    shell.display_formatter.active_types = ["text/plain"]
    return data["text/html"]


def test_notes_are_written_listed_changed_and_removed(shell, line):
    assert repr(line("note for the class")) == "Note 1 on scenario clinic:\nfor the class"
    assert line("note ask <b>her</b> --patient 7").about == "patient 7 of clinic"
    assert line("note all of it --workspace").about == "the workspace"
    run = line("runs").value[0].run_id
    assert line(f"note took long --run {run}").about == f"run {run}"

    assert line("note --change 1 for the school").text == "for the school"
    assert [n.id for n in line("note --patient 7")] == [2]
    assert repr(line("note --remove 3")) == "Removed note 3 on the workspace."
    shown = html_of(shell, line("note"))
    assert "ask &lt;b&gt;her&lt;/b&gt;" in shown
    assert "for the school" in html_of(shell, line("use clinic"))
    with pytest.raises(UsageError, match="'clinic' has no patient 8"):
        line("note who --patient 8")


def test_outputs_and_drafts_are_listed(shell, line, file):
    assert repr(line("outputs")) == "Nothing has been written from here yet."
    assert "in study.duckdb" not in repr(line("export csv --tables patients"))
    drafted = line("draft --format json SELECT given_name FROM patients WHERE gender = 'F'")

    assert str(drafted.value) in repr(drafted)
    assert drafted.value.read_text().strip().startswith("[")
    assert [o.kind for o in line("outputs")] == ["draft", "artefact"]
    assert [o.kind for o in line("outputs clinic --kind draft")] == ["draft"]
    assert "001-clinic-csv" in html_of(shell, line("outputs"))


def test_a_rule_is_kept_from_a_cell_changed_shown_and_removed(shell, line):
    made = shell.run_cell_magic("hs", "rule born-late --protects 'Born after 1959.'", RULE)
    assert (made.id, made.sql, made.yours) == ("born-late", RULE, True)
    assert [o.rule.id for o in line("validate --rules born-late").errors] == ["born-late"]

    changed = line("rule born-late --severity warning --confidence 0.5 --source 'the class'")
    assert (changed.severity, changed.confidence, changed.source) == ("warning", 0.5, "the class")
    assert changed.sql == RULE
    assert line("rule born-late").confidence == 0.5
    assert "0.5" in repr(line("rules yours"))
    assert "[the class]" in repr(line("rules yours"))
    line("rules born-late --off")
    line("rule born-late --confidence 0.6")
    assert not line("rule born-late").on
    assert repr(line("rule born-late --remove")) == "Removed the rule born-late."


@pytest.mark.parametrize(
    ("said", "sql", "told"),
    [
        ("born-late", RULE, "Say what born-late --protects, as a sentence"),
        ("x --protects y", "DELETE FROM patients", "exactly one SELECT"),
        ("x --protects y", "SELECT id FROM hs.patients", "hs.patients"),
        ("x --protects 'Born late.' --confidence 2", RULE, "confidence"),
        ("x --protects y --confidence much", RULE, "from 0 to 1, not 'much'"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(shell, line, said, sql, told):
    with pytest.raises(UsageError, match=told):
        shell.run_cell_magic("hs", f"rule {said}", sql)
    assert repr(line("rules yours")) == "There is no such rule."


def test_a_rule_of_ours_is_switched_not_changed(line):
    ours = line("rules").ids[0]
    with pytest.raises(UsageError, match="cannot be changed: switch it off"):
        line(f"rule {ours} --confidence 0.1")


def test_reset_asks_and_leaves_a_workspace_that_works(line, monkeypatch):
    asked = []
    monkeypatch.setattr(builtins, "input", lambda text: asked.append(text) or "n")
    assert repr(line("reset")) == "Nothing was cleared."
    assert "1 scenario, 1 run" in asked[0]
    assert len(line("scenarios").value) == 1

    monkeypatch.setattr(builtins, "input", lambda text: "y")
    assert repr(line("reset")).endswith("It is empty now.")
    assert not line("scenarios").value
    assert line("generate hypertension --n 1 --months 1").brief.patients == 1


def test_delete_of_the_workspace_asks_and_removes_its_files(line, file, monkeypatch):
    with pytest.raises(UsageError, match="Say which scenario, or --workspace"):
        line("delete")
    monkeypatch.setattr(builtins, "input", lambda text: "")
    assert repr(line("delete --workspace")) == "Nothing was deleted."
    assert file.exists()

    assert repr(line("delete --workspace --yes")).endswith(": study.duckdb.")
    assert list(file.parent.iterdir()) == []
    assert repr(line("status")).startswith("No workspace is open")


def test_the_terminal_has_the_same_words(healthsim, file):
    assert healthsim("note", "for the class") == (
        0,
        "Note 1 on scenario clinic:\nfor the class\n",
        "",
    )
    assert healthsim("note")[1] == "Note 1 on scenario clinic:\nfor the class\n"
    assert healthsim("note", "--remove", "1")[1] == "Removed note 1 on scenario clinic.\n"
    assert healthsim("draft", "SELECT 1 AS x")[1].startswith("Written to ")
    assert healthsim("outputs")[1].startswith("Draft: csv of clinic (1 file, ")
    assert "born-late" in healthsim("rule", "born-late", RULE, "--protects", "Born after 1959.")[1]
    code, _, told = healthsim("reset")
    assert (code, told) == (
        1,
        "healthsim: Nobody is there to be asked: say --yes if you are sure.\n",
    )
    assert healthsim("reset", "--yes")[1].endswith("It is empty now.\n")
    assert healthsim("scenarios")[1] == "No scenario matches.\n"
    assert healthsim("delete", "--workspace", "--yes")[0] == 0
    assert not file.exists()
