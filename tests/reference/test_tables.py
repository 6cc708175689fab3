from __future__ import annotations

import pytest

from healthsim_nb.errors import UnknownNameError
from healthsim_nb.reference import location, root, rows, tables


@pytest.fixture
def data(tmp_path, monkeypatch):
    (tmp_path / "codes").mkdir()
    monkeypatch.setattr(tables, "root", lambda: tmp_path)
    rows.cache_clear()
    yield tmp_path / "codes"
    rows.cache_clear()


def test_comment_lines_are_not_rows(data):
    (data / "a.csv").write_text("# source: x, y\ncode,name\n# edition\n1,één\n", encoding="utf-8")
    assert rows("codes/a.csv") == [{"code": "1", "name": "één"}]


def test_a_comma_in_quotes_stays_in_its_cell(data):
    (data / "a.csv").write_text('code,name\n1,"a, b"\n', encoding="utf-8")
    assert rows("codes/a.csv")[0]["name"] == "a, b"


def test_a_table_is_read_once(data):
    (data / "a.csv").write_text("code\n1\n")
    first = rows("codes/a.csv")
    (data / "a.csv").write_text("code\n2\n")
    assert rows("codes/a.csv") is first


def test_an_unknown_table_names_the_nearest_and_what_exists(data):
    (data / "labs.csv").write_text("code\n")
    with pytest.raises(UnknownNameError) as error:
        rows("codes/lab.csv")
    assert str(error.value) == (
        "No reference table named 'codes/lab.csv'. Did you mean 'codes/labs.csv'?"
        " Known: codes/labs.csv."
    )


def test_the_root_of_a_checkout_holds_the_data():
    assert (root() / "geography" / "states.csv").is_file()


def test_the_data_inside_an_installed_package_comes_first(tmp_path, monkeypatch):
    inside, beside = tmp_path / "p" / "_references", tmp_path / "references"
    inside.mkdir(parents=True)
    beside.mkdir()
    monkeypatch.setattr(location, "PLACES", (inside, beside))
    assert location.root.__wrapped__() == inside
    inside.rmdir()
    assert location.root.__wrapped__() == beside


def test_missing_data_say_where_they_were_looked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(location, "PLACES", (tmp_path / "a", tmp_path / "b"))
    with pytest.raises(FileNotFoundError, match=r"No reference data at .*a or .*b: install"):
        location.root.__wrapped__()
