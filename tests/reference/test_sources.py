from __future__ import annotations

import re
import subprocess
import sys
import tomllib

import pytest

from healthsim_nb.reference import location, sources

LOINC_NOTICE = (
    "This material contains content from LOINC (http://loinc.org). LOINC is copyright © Regenstrief"
    " Institute, Inc. and the Logical Observation Identifiers Names and Codes (LOINC) Committee and"
    " is available at no cost under the license at http://loinc.org/license."
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A reference folder of two listed files."""
    monkeypatch.setattr(sources, "root", lambda: tmp_path)
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "a.csv").write_text("a\n1\n")
    (tmp_path / "codes" / "b.csv").write_text("b\n1\n")
    (tmp_path / "SOURCES.toml").write_text("# The head stays.\n\n[files.x]\n")
    sources.write()
    text = (tmp_path / "SOURCES.toml").read_text()
    (tmp_path / "SOURCES.toml").write_text(
        re.sub('(title|url|edition|licence) = ""', r'\1 = "ß \"x\""', text)
    )
    return tmp_path


def test_every_file_is_listed_with_its_source_and_the_right_hash():
    assert sources.problems() == []


def test_urls_are_urls():
    urls = [url for entry in sources.sources().values() for url in entry["url"].split()]
    assert [url for url in urls if not re.fullmatch(r"https?://\S+\.\S+", url)] == []


def test_files_with_loinc_codes_carry_the_notice():
    for name in ("codes/labs.csv", "codes/orders.csv"):
        assert LOINC_NOTICE in sources.sources()[name]["licence"]


def test_a_list_in_order_has_no_problem(folder):
    assert sources.problems() == []


def test_a_changed_file_is_noticed_until_the_list_is_written_anew(folder):
    (folder / "codes" / "a.csv").write_text("a\n2\n")
    assert sources.problems() == [
        "codes/a.csv: has changed: check its edition, then write the list anew"
    ]
    sources.write()
    assert sources.problems() == []


def test_a_new_file_gets_a_section_to_be_filled_in(folder):
    (folder / "c.yaml").write_text("c: 1\n")
    assert sources.problems() == ["c.yaml: is not listed"]
    sources.write()
    assert sources.problems() == [
        f"c.yaml: has no {f}" for f in ("title", "url", "edition", "licence")
    ]


def test_a_file_gone_is_noticed_and_its_section_dropped(folder):
    (folder / "codes" / "b.csv").unlink()
    assert sources.problems() == ["codes/b.csv: is listed, but there is no such file"]
    sources.write()
    assert list(sources.sources()) == ["codes/a.csv"]


def test_writing_keeps_the_head_and_what_was_filled_in(folder):
    before = (folder / "SOURCES.toml").read_text()
    sources.write()
    assert (folder / "SOURCES.toml").read_text() == before
    assert before.startswith("# The head stays.\n\n[files.")
    assert tomllib.loads(before)["files"]["codes/a.csv"]["title"] == 'ß "x"'


@pytest.mark.parametrize("inner", ["conditions", "templates", "fitted"])
def test_files_that_name_their_sources_inside_need_no_section(folder, inner):
    (folder / inner).mkdir()
    (folder / inner / "x.yaml").write_text("x: 1\n")
    assert sources.problems() == []


def test_the_command_ends_well_when_all_is_in_order():
    command = [sys.executable, "-m", "healthsim_nb.reference.sources"]
    run = subprocess.run(command, cwd=location.root().parent, capture_output=True, check=False)
    assert (run.returncode, run.stderr) == (0, b"")
