"""The documents are true: examples run, names exist, links lead somewhere."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
import yaml

import healthsim_nb as hs
from healthsim_nb.words import NOTEBOOK, TERMINAL
from healthsim_nb.words.table import WORDS

ROOT = Path(__file__).resolve().parents[1]
README, CONTRIBUTING, CHANGELOG = (
    (ROOT / f"{name}.md").read_text(encoding="utf-8")
    for name in ("README", "CONTRIBUTING", "CHANGELOG")
)
WHERE = {(NOTEBOOK, TERMINAL): "both", (NOTEBOOK,): "notebook", (TERMINAL,): "terminal"}


def test_the_examples_of_the_readme_give_what_it_shows():
    parsed = doctest.DocTestParser().get_doctest(README, {}, "README", "README.md", 0)
    report = []

    done = doctest.DocTestRunner().run(parsed, out=report.append)

    assert done.attempted >= 5
    assert "".join(report) == ""


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.name)
def test_the_readme_tells_every_word(word):
    assert f"| {word.name} | {word.about} | {WHERE[word.where]} |" in README


def test_the_readme_names_every_template_format_and_public_name():
    told = set(re.findall(r"[\w.-]+", README))

    assert set(hs.templates()) <= told
    assert set(hs.formats()) <= told
    assert {"hs.open", "hs.templates", "hs.formats", "hs.HealthsimError"} <= told


def test_the_surface_that_the_readme_lists_exists():
    block = README.split("## The public surface")[1].split("## Speed")[0]
    owners = {"ws": hs.Workspace, "c": hs.Scenario, "hs": hs}

    listed = re.findall(r"\b(ws|c|hs)\.([a-z]\w*)", block)

    assert len(listed) >= 25
    assert [pair for pair in listed if not hasattr(owners[pair[0]], pair[1])] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_somewhere(name):
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text(encoding="utf-8"))

    lost = [link for link in links if "://" not in link and not (ROOT / link).exists()]

    assert lost == []


def test_make_targets_that_the_documents_name_exist():
    known = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    named = set(re.findall(r"\bmake ([a-z]+)(?=[`\s]*(?:`|#))", README + CONTRIBUTING))

    assert {"demo", "lab", "test", "help", "bench"} <= named
    assert named <= known


def test_the_condition_of_ten_lines_is_one(tmp_path):
    lines = re.search(r"```yaml\n(.*?)```", CONTRIBUTING, re.DOTALL)[1]
    shingles = yaml.safe_load(lines)
    name = shingles["id"]
    folder = tmp_path / "conditions"
    folder.mkdir()
    (folder / f"{name}.yaml").write_text(lines, encoding="utf-8")

    with hs.open(":memory:", library=tmp_path) as ws:
        everybody = ws.generate("2000 adults", seed=1, months=12)
        asked = ws.generate(f"50 people with {name}", seed=1, months=3)
        sql = f"SELECT count(DISTINCT patient_id) FROM diagnoses WHERE code = '{shingles['code']}'"

        assert lines.count("\n") == 10
        assert 1 <= everybody.query(sql).rows[0][0] <= 60
        assert asked.query(sql).rows[0][0] == 50


def test_the_timeline_of_ten_lines_is_played(tmp_path):
    lines = re.findall(r"```yaml\n(.*?)```", CONTRIBUTING, re.DOTALL)[1]
    release = yaml.safe_load(lines)
    folder = tmp_path / "conditions"
    folder.mkdir()
    (folder / f"{release['id']}.yaml").write_text(lines, encoding="utf-8")

    with hs.open(":memory:", library=tmp_path) as ws:
        c = ws.generate(f"200 people with {release['id']}", seed=1, months=12)
        sql = "SELECT chief_complaint, count(*) FROM encounters GROUP BY ALL"
        seen = dict(c.query(sql, page_size=500).rows)

    assert lines.count("\n") == 10
    assert 120 <= seen["Carpal tunnel release"] <= 200
    assert 150 <= seen["Hand therapy"] <= 320


def test_the_map_of_the_code_names_every_room():
    package = ROOT / "healthsim_nb"
    rooms = {p.name for p in package.iterdir() if p.is_dir() and (p / "__init__.py").exists()}

    assert [room for room in rooms if f"  {room}/" not in CONTRIBUTING] == []
    assert [p.name for p in package.glob("[a-z]*.py") if p.name not in CONTRIBUTING] == []


def test_the_changelog_has_a_place_for_what_comes():
    assert "## [Unreleased]" in CHANGELOG
