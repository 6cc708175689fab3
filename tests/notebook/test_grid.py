from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import healthsim_nb as hs
from healthsim_nb.errors import QueryError
from healthsim_nb.notebook.grid import grid
from healthsim_nb.notebook.grid.view import Column, condition

ENDLESS = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range % 7 = b.range % 5"
JOINED = "SELECT p.id, e.id FROM patients p JOIN encounters e ON e.patient_id = p.id -- both"


@pytest.fixture(scope="module")
def scenario(made):
    return made.scenario("texas")


@pytest.fixture(scope="module")
def patients(scenario):
    return grid(scenario, "patients", page_size=5)


def ask(of, **state):
    """Return what the browser hears: the rows, and the total that follows."""
    said = [
        m for m, _ in of.answer({"kind": "page", "state": {"page": 1, "page_size": 5, **state}})
    ]
    return said[0] if said[0]["kind"] == "problem" else {**said[1], **said[0]}


def test_a_page_holds_the_rows_that_a_query_finds(scenario, patients):
    heard = ask(patients, page=2, shown=["id", "mrn"])

    expected = scenario.query("SELECT id, mrn FROM patients ORDER BY id", page=2, page_size=5)
    assert heard["rows"] == [[str(a), b] for a, b in expected.rows]
    assert (heard["total"], heard["more"]) == (60, True)


def test_rows_are_sorted_by_several_columns(scenario, patients):
    heard = ask(
        patients, sort=[["gender", True], ["birth_date", False]], shown=["id"], page_size=100
    )

    expected = scenario.query(
        "SELECT id FROM patients ORDER BY gender DESC, birth_date, id", page_size=100
    )
    assert heard["rows"] == [[str(i)] for (i,) in expected.rows]


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ({"gender": "=F"}, "gender = 'F'"),
        ({"gender": "!=F"}, "gender <> 'F'"),
        ({"birth_date": ">= 1950-01-01"}, "birth_date >= DATE '1950-01-01'"),
        ({"birth_date": "1945-01-01 .. 1950-12-31"}, "year(birth_date) BETWEEN 1945 AND 1950"),
        ({"id": "10..20"}, "id BETWEEN 10 AND 20"),
        ({"id": "<1,0"}, "id < 10"),
        ({"death_date": "null"}, "death_date IS NULL"),
        ({"death_date": "!NULL"}, "death_date IS NOT NULL"),
        ({"family_name": "aN"}, "lower(family_name) LIKE '%an%'"),
        ({"family_name": "an", "gender": "M"}, "lower(family_name) LIKE '%an%' AND gender = 'M'"),
        ({"family_name": "  "}, "true"),
    ],
)
def test_what_is_typed_above_a_column_filters_it(scenario, patients, typed, where):
    heard = ask(patients, filters=typed, shown=["id"], page_size=100)

    expected = scenario.query(f"SELECT id FROM patients WHERE {where}", page_size=100).rows
    assert heard["rows"] == [[str(i)] for (i,) in expected]
    assert heard["total"] == len(expected)


def test_a_text_is_looked_for_in_all_columns(scenario, patients):
    mrn = scenario.query("SELECT mrn FROM patients WHERE id = 7").rows[0][0]

    heard = ask(patients, text=f" {mrn} ", shown=["id"])

    assert heard["rows"] == [["7"]]


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ({"filters": {"id": "> many"}}, "id is compared with a number, not 'many'."),
        ({"filters": {"id": "< inf"}}, "id is compared with a number, not 'inf'."),
        (
            {"filters": {"birth_date": "=1.2.1950"}},
            "birth_date is compared with a day as 2024-12-31, not '1.2.1950'.",
        ),
        ({"sort": [["mrm", False]]}, "No column named 'mrm'. Did you mean 'mrn'?"),
        ({"page": 0}, "page is a whole number from 1, not 0."),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence_and_the_grid_goes_on(patients, state, sentence):
    assert ask(patients, **state)["text"].startswith(sentence)
    assert len(ask(patients)["rows"]) == 5


@settings(deadline=None, max_examples=60)
@given(typed=st.text(max_size=12), kind=st.sampled_from(["text", "number", "date", "boolean"]))
def test_whatever_is_typed_stays_a_value(typed, kind):
    try:
        said = condition(Column("x", kind, '"x"'), typed)
    except QueryError:
        return
    # Everything between the quotes is text; outside of them stand only our own words.
    outside = "".join(said.replace("''", "").split("'")[::2])
    assert set(outside) <= set('"x" ()<>=!,.-0123456789NULISOTBETWADcontainslowerCASTARCHDVE_m')


def test_a_query_of_the_users_own_is_paged_and_sorted_by_its_columns(scenario):
    joined = grid(scenario, JOINED)

    heard = ask(joined, sort=[["id (2)", True]])

    most = scenario.query("SELECT max(id) FROM encounters").rows[0][0]
    assert heard["columns"] == ["id", "id (2)"]
    assert heard["rows"][0][1] == str(most)


def test_a_row_shows_all_of_its_columns(scenario, patients):
    state = {"page": 3, "page_size": 5, "shown": ["mrn"], "sort": [["mrn", False]]}
    ((said, _),) = patients.answer({"kind": "detail", "row": 2, "state": state})

    expected = scenario.query("SELECT * FROM patients ORDER BY mrn", page=13, page_size=1)
    whole = dict(zip(expected.columns, expected.rows[0], strict=True))
    assert dict(said["fields"])["id"] == str(whole["id"])
    assert [name for name, _ in said["fields"]] == [c.name for c in patients.view.columns]


def test_a_row_of_a_patient_opens_their_timeline(scenario, patients):
    state = {"page": 1, "page_size": 5}
    ((said, _),) = patients.answer({"kind": "detail", "row": 2, "state": state})
    ((life, _),) = patients.answer({"kind": "life", "patient": said["patient"]})

    assert said["patient"] == dict(said["fields"])["id"]
    assert 'class="hs-timeline"' in life["html"]
    visits = grid(scenario, "encounters")
    ((said, _),) = visits.answer({"kind": "detail", "row": 0, "state": state})
    assert said["patient"] == dict(said["fields"])["patient_id"]
    plans = grid(scenario, "plans")
    ((said, _),) = plans.answer({"kind": "detail", "row": 0, "state": state})
    assert said["patient"] is None


def test_a_download_holds_all_rows_that_are_chosen(patients):
    state = {"page": 1, "page_size": 5, "filters": {"gender": "=F"}, "shown": ["id", "gender"]}
    ((said, (content,)),) = patients.answer({"kind": "file", "format": "csv", "state": state})

    lines = content.decode().splitlines()
    assert said["name"] == "patients-texas.csv"
    assert lines[0] == "id,gender"
    assert len(lines) == 1 + ask(patients, filters={"gender": "=F"})["total"]
    assert all(line.endswith(",F") for line in lines[1:])


def test_an_unknown_kind_of_file_is_refused(patients):
    ((said, _),) = patients.answer({"kind": "file", "format": "xlsx", "state": {}})

    assert said["text"] == "No file format named 'xlsx'. Known: csv, parquet."


def test_no_row_is_kept_in_the_notebook_but_the_first_ones_of_the_fallback(patients):
    synced = json.dumps({name: getattr(patients, name) for name in ("columns", "state", "label")})
    data, _ = patients._repr_mimebundle_()

    assert "Austin" not in synced
    assert data["text/html"].count("<tr>") == 11
    assert "patients of texas" in data["text/plain"]
    assert "%hs next" not in data["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in data


def test_hostile_text_is_escaped_in_the_fallback(scenario):
    shown = grid(scenario, "SELECT '<img src=x onerror=alert(1)>' AS x")

    data, _ = shown._repr_mimebundle_()

    assert "<img" not in data["text/html"]
    assert "&lt;img" in data["text/html"]


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("patient", "No table named 'patient'. Did you mean 'patients'?"),
        ("SELECT * FROM patient", "No table of a scenario named 'patient'."),
        ("DELETE FROM patients", "A scenario query is exactly one SELECT"),
    ],
)
def test_a_grid_of_what_is_not_there_is_refused(scenario, what, sentence):
    with pytest.raises(hs.HealthsimError, match=sentence.replace("?", r"\?")):
        grid(scenario, what)


def test_a_grid_is_of_a_scenario(made):
    with pytest.raises(QueryError, match="A grid is of a scenario"):
        grid(made, "patients")


ODD = """SELECT id AS "a ""q"" $x 😀", mrn AS "$after", 9007199254740993 + id AS big,
[id, NULL] AS l, {'a': id, 'b': mrn} AS s, TIMESTAMPTZ '2024-01-01 08:00:00+02' AS z,
NULL AS nothing, 0.1::DECIMAL(20, 2) AS d FROM patients"""


def test_odd_names_and_values_are_shown_sorted_and_filtered(scenario):
    odd = grid(scenario, ODD)

    heard = ask(odd, sort=[['a "q" $x 😀', True]], filters={"$after": "1", "big": "> 9e15"})

    first = heard["rows"][0]
    assert heard["columns"][:2] == ['a "q" $x 😀', "$after"]
    assert first[2] == str(9007199254740993 + int(first[0]))
    assert first[3] == f"[{first[0]}, NULL]"
    assert first[4] == f"{{'a': {first[0]}, 'b': {first[1]}}}"
    assert first[5].endswith("+00:00")
    assert first[6] is None
    assert ask(odd, filters={"l": f"={first[3]}"})["total"] == 1
    assert "😀" in odd._repr_mimebundle_()[0]["text/html"]


@pytest.mark.parametrize("rows", ["FROM patients WHERE false", "SELECT 1 AS x WHERE false"])
def test_a_grid_without_rows_has_its_columns(scenario, rows):
    heard = ask(grid(scenario, rows))

    assert heard["columns"]
    assert (heard["rows"], heard["total"], heard["more"]) == ([], 0, False)


def test_numbers_of_any_size_can_be_compared_with(patients):
    assert ask(patients, filters={"id": f"= {'9' * 60}"})["total"] == 0
    assert ask(patients, filters={"id": "< 1e400"})["total"] == 60
    assert ask(patients, filters={"id": "< 1e999999999"})["total"] == 60
    assert ask(patients, filters={"id": "> 1e-999999999"})["total"] == 59
    assert ask(patients, filters={"deceased": "= TRUE"})["total"] < 60
    assert ask(patients, filters={"deceased": "=maybe"})["text"] == (
        "deceased is compared with true or false, not 'maybe'."
    )


def test_a_filter_that_duckdb_refuses_leaves_the_grid_as_it_was(scenario):
    shown = grid(scenario, "SELECT mrn || 'x' AS a, id FROM patients")
    ask(shown, filters={"id": "> 3"})

    failed = grid(
        scenario, "SELECT CASE WHEN id > 3 THEN mrn || 'x' ELSE '1' END AS a FROM patients"
    )

    assert ask(shown, filters={"id": "> 3"})["total"] == 56
    assert ask(failed)["total"] == 60


def test_a_select_is_run_once_however_often_it_is_looked_at(scenario, monkeypatch):
    asked, query = [], type(scenario).query

    def counted(self, sql, *rest, **more):
        asked.append(sql)
        return query(self, sql, *rest, **more)

    monkeypatch.setattr(type(scenario), "query", counted)
    shown = grid(scenario, "SELECT gender, count(*) AS n FROM patients GROUP BY gender")
    for _ in range(3):
        ask(shown)
        shown._repr_mimebundle_()

    assert len(asked) == 1


def test_parameters_are_bound_in_a_grid_and_in_its_file(texas, scenario):
    texas.user_ns["sex"] = "F"
    shown = texas.run_line_magic("hs", "grid SELECT id, gender FROM patients WHERE gender = $sex")
    ((_, (content,)),) = shown.answer({"kind": "file", "format": "csv", "state": {}})

    women = scenario.query("SELECT count(*) FROM patients WHERE gender = 'F'").rows[0][0]
    assert ask(shown)["total"] == women == len(content.splitlines()) - 1
    said = texas.run_line_magic(
        "hs", "grid --param sex=M SELECT * FROM patients WHERE gender = $sex"
    )
    assert ask(said)["total"] == 60 - women


class Heard(list):
    """What a browser hears."""

    def kinds(self):
        return [content["kind"] for content, _ in self]


@pytest.fixture
def heard(monkeypatch):
    said = Heard()
    monkeypatch.setattr(
        "healthsim_nb.notebook.grid.Grid.send",
        lambda self, content, buffers=None: said.append((content, buffers)),
    )
    return said


def begin(of, **asked):
    of._received(None, asked, [])


def test_rows_come_first_then_their_number_and_then_jumps_are_ready(patients, heard):
    begin(patients, kind="page", number=4, state={"page": 2, "page_size": 5})
    patients._worker.do(lambda: None)
    patients._worker.do(lambda: None)

    assert heard.kinds() == ["rows", "total", "ready"]
    assert {content["asked"] for content, _ in heard} == {4}


def test_what_lasts_is_stopped_and_the_grid_goes_on(scenario, heard):
    shown = grid(scenario, "patients")
    rows = shown._found.page

    def lasting(view, number, size):
        if view.text:
            scenario.query(ENDLESS)
        return rows(view, number, size)

    shown._found.page = lasting
    begin(shown, kind="page", number=1, state={"page": 1, "page_size": 5, "text": "x"})
    begin(shown, kind="stop")
    begin(shown, kind="page", number=2, state={"page": 1, "page_size": 5})
    shown._worker.do(lambda: None)

    assert heard.kinds()[:2] == ["stopped", "rows"]
    assert heard[1][0]["asked"] == 2


def test_what_goes_wrong_without_a_sentence_of_ours_is_told_too(patients, heard):
    begin(patients, kind="page", number=7, state={"page": 1, "page_size": 5, "filters": 3})
    patients._worker.do(lambda: None)

    told = [content["text"] for content, _ in heard if content["kind"] == "problem"]
    assert [text.partition(":")[0] for text in told] == ["TypeError"]


def test_the_magic_shows_the_patients_of_the_scenario_in_use(texas):
    assert repr(texas.run_line_magic("hs", "grid")) == "Grid of patients of texas"
    assert repr(texas.run_line_magic("hs", "grid SELECT 1 AS x")) == "Grid of query of texas"
