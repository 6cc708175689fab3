"""Clones, merges, new names and deletion are true in every table, those of tomorrow too."""

from __future__ import annotations

import re

import pytest

import healthsim_nb as hs
from healthsim_nb.errors import SpecificationError, UnknownNameError
from healthsim_nb.schema import scenario_tables, tables
from healthsim_nb.store import cloning
from healthsim_nb.store.belonging import state_tables
from healthsim_nb.store.merging.lives import is_life
from healthsim_nb.store.merging.merge import COPIED
from healthsim_nb.store.merging.numbers import declared

NUMBER = re.compile(r"(_number|_id|^npi|^mrn|^ssn)$")


@pytest.fixture(scope="module")
def made():
    """A workspace with a row in every table of two scenarios, and two small populations."""
    with hs.open(":memory:") as ws:
        ws.generate("general-population", n=40, seed=1, months=3, name="a", tags=["class"])
        ws.generate("general-population", n=60, seed=2, months=3, name="b")
        yield ws


@pytest.fixture
def full(database, rows, save):
    """A database with a scenario that has rows in every table, scenario's and state's."""
    blocks = [{table: rows(table, range(1, 6)) for table in scenario_tables()}]
    owner = save(database, blocks, "full", tags=("x",))
    with database.transaction() as cursor:
        for name in reversed(state_tables()):
            _fill(cursor, name, owner)
    return database, owner


def _fill(cursor, name, owner):
    if name in ("runs", "scenario_tags"):
        return
    values = []
    for column in tables()[name].columns:
        known = {"scenarios": owner.scenario_id, "runs": owner.run_key}
        if column.references:
            values.append(str(known.get(column.references, 1)))
        else:
            plain = {"TEXT": "'x'", "TIMESTAMP": "TIMESTAMP '2026-01-15'", "BOOLEAN": "true"}
            values.append(plain.get(column.type, "1"))
    columns = ", ".join(c.name for c in tables()[name].columns)
    cursor.execute(f"INSERT INTO hs.{name} ({columns}) VALUES ({', '.join(values)})")


def everything(database, scenario):
    """Return the number of rows of a scenario in every table that can have some."""
    with database.cursor() as cursor:
        found = {
            table: cursor.execute(
                f"SELECT count(*) FROM hs.{table} WHERE scenario_id = ?", [scenario]
            ).fetchall()[0][0]
            for table in scenario_tables()
        }
        for table, condition in state_tables().items():
            sql = f"SELECT count(*) FROM hs.{table} WHERE {condition}"
            found[table] = cursor.execute(sql, {"scenario": scenario}).fetchall()[0][0]
    return found


def test_every_state_table_that_names_a_scenario_or_run_belongs_to_it():
    pointing = {
        name
        for name, table in tables().items()
        if not table.scenario
        and name != "scenarios"
        and any(c.name in ("scenario_id", "run_key", "exchange_id") for c in table.columns)
    }

    assert set(state_tables()) == pointing


def test_it_is_decided_for_every_state_table_whether_a_clone_and_a_merge_have_it():
    assert {*cloning.COPIED, *cloning.LEFT} == set(state_tables())
    assert set(COPIED) <= set(cloning.COPIED)


def test_it_is_decided_for_every_text_that_could_be_a_number_whether_it_is_unique():
    numbers = declared()
    decided = {
        *(f"{t}.{c}" for t, columns in numbers["unique"].items() for c in columns),
        *numbers["repeats"],
        *numbers["shared"],
    }
    columns = {
        f"{name}.{c.name}"
        for name, table in scenario_tables().items()
        for c in table.columns
        if c.type == "TEXT" and NUMBER.search(c.name)
    }
    existing = {f"{n}.{c.name}" for n, t in scenario_tables().items() for c in t.columns}

    assert columns - decided == set(), "decide in store/merging/numbers.yaml"
    assert decided <= existing


def test_deleting_leaves_no_row_in_any_table(full):
    from healthsim_nb.store.scenarios import delete

    database, owner = full
    assert all(everything(database, owner.scenario_id).values())

    delete(database, owner.scenario_id)

    with database.cursor() as cursor:
        left = {
            t: cursor.execute(f"SELECT count(*) FROM hs.{t}").fetchall()[0][0] for t in tables()
        }
    assert {t: n for t, n in left.items() if n} == {"schema_migrations": left["schema_migrations"]}


def test_a_clone_has_every_row_of_every_table_but_those_that_are_the_originals(full, now):
    from healthsim_nb.operations.composing import cloned
    from healthsim_nb.store import registry
    from healthsim_nb.store.signature import signature

    database, owner = full
    with database.cursor() as cursor:
        source = registry.find(cursor, "full")
    before = everything(database, owner.scenario_id)

    copy = cloned(database, source, "copy", now=now)

    found = everything(database, copy.scenario_id)
    assert {t: n for t, n in found.items() if n != before[t]} == dict.fromkeys(cloning.LEFT[1:], 0)
    assert everything(database, owner.scenario_id) == before
    with database.cursor() as cursor:
        assert signature(cursor, copy.scenario_id) == signature(cursor, owner.scenario_id)
        runs = cursor.execute(
            "SELECT kind, source_type, status FROM hs.runs WHERE scenario_id = ?",
            [copy.scenario_id],
        ).fetchall()
        lost = cursor.execute("SELECT count(*) FROM provenance.patients WHERE source_type IS NULL")
        assert lost.fetchall() == [(0,)]
    assert runs == [("clone", "generated", "finished")]


def test_a_clone_goes_its_own_way(made):
    a = made.scenario("a")

    copy = a.clone("twin")

    assert copy.signature() == a.signature()
    assert copy.tags == ("class",)
    assert copy.specification == a.specification
    assert copy.counts == a.counts
    copy.tag("mine")
    copy.delete(confirm=True)
    assert a.tags == ("class",)
    assert "twin" not in [b.name for b in made.scenarios()]
    assert a.df("patients").shape[0] == 40


def test_a_clone_without_a_name_is_called_as_the_original(made):
    copy = made.scenario("b").clone()

    assert re.fullmatch(r"(b|clone)-\d{8}", copy.name)
    copy.delete(confirm=True)


def test_a_name_that_is_taken_is_refused_and_nothing_is_left(made):
    before = [b.name for b in made.scenarios()]

    with pytest.raises(SpecificationError, match="A scenario named 'b' exists already: choose ano"):
        made.scenario("a").clone("b")
    with pytest.raises(SpecificationError, match="named 'b' exists already"):
        made.scenario("a").rename("b")

    assert [b.name for b in made.scenarios()] == before


def test_a_new_name_holds_for_the_handle_and_for_the_workspace(made):
    c = made.scenario("a").clone("first")

    c.rename("  second ")

    assert c.name == "second"
    assert made.scenario("second").id == c.id
    c.rename("second")
    c.delete(confirm=True)
    with pytest.raises(UnknownNameError, match="No scenario named 'second'"):
        _ = c.name


@pytest.mark.parametrize("said", [{}, {"confirm": False}, {"confirm": "yes"}])
def test_nothing_is_deleted_by_a_slip(made, said):
    a = made.scenario("a")

    with pytest.raises(SpecificationError) as caught:
        a.delete(**said)

    assert str(caught.value) == (
        f"Deleting 'a' (40 patients, {a.brief.rows:,} rows) cannot be undone: "
        "say .delete(confirm=True)."
    )
    assert a.counts["patients"] == 40


def dangling(scenario):
    """Return the references of a scenario that lead nowhere."""
    lost = {}
    filled = {t for t, n in scenario.counts.items() if n}
    for name in filled:
        for c in scenario_tables()[name].columns:
            if c.references in filled:
                n = scenario.query(
                    f"SELECT count(*) FROM {name} WHERE {c.name} IS NOT NULL "
                    f"AND {c.name} NOT IN (SELECT id FROM {c.references})"
                ).rows[0][0]
                if n:
                    lost[f"{name}.{c.name}"] = n
    return lost


def twice(scenario):
    """Return the ids and numbers of a scenario that stand for two rows."""
    found = {}
    for name in (t for t, n in scenario.counts.items() if n):
        for column in ("id", *declared()["unique"].get(name, {})):
            n = scenario.query(f"SELECT count({column}) - count(DISTINCT {column}) FROM {name}")
            if n.rows[0][0]:
                found[f"{name}.{column}"] = n.rows[0][0]
    return found


@pytest.fixture(params=["skip", "overwrite", "rename"])
def both(made, request):
    a, b = made.scenario("a"), made.scenario("b")
    c = made.merge([a, "b"], name=f"both-{request.param}", on_conflict=request.param)
    yield request.param, a, b, c
    c.delete(confirm=True)


def rows_of(scenario, table):
    return set(scenario.df(table).astype(str).itertuples(index=False, name=None))


def test_each_rule_of_a_merge_does_what_it_says(both):
    rule, a, b, c = both
    people = {"skip": a, "overwrite": b}

    assert set(dangling(c)) <= set(dangling(a)) | set(dangling(b)), "a merge loses nobody"
    assert twice(c) == {}
    if rule == "rename":
        assert c.counts["patients"] == 100
        assert 40 <= c.merged.of("patients").renamed < 60
        assert c.counts["encounters"] == a.counts["encounters"] + b.counts["encounters"]
        assert rows_of(a, "encounters") <= rows_of(c, "encounters")
    else:
        winner = people[rule]
        assert 40 <= c.counts["patients"] <= 60, "relatives of those who met are left out with them"
        lives = [t for t in scenario_tables() if is_life(t)]
        assert all(rows_of(winner, t) <= rows_of(c, t) for t in lives)


def test_a_merge_says_what_it_did(both):
    rule, a, b, c = both
    said = c.merged

    assert said.rule == rule
    assert said.sources == ["a", "b"]
    assert said.lives > 0
    for table, n in c.counts.items():
        if n:
            of = said.of(table)
            assert n == of.kept + of.added + of.renamed, table
            assert b.counts[table] == of.added + of.renamed + of.skipped + of.shared, table
            assert a.counts[table] == of.kept + of.replaced, table
    others = {"skip", "overwrite", "rename"} - {rule}
    did = {"skip": said.total("skipped"), "overwrite": said.total("replaced"),
           "rename": said.total("renamed")}  # fmt: skip
    assert did[rule] > 0
    assert [did[other] for other in others] == [0, 0]
    assert said.to_text().startswith(f"Merged a and b, on conflict {rule}: rows ")


def test_families_stay_together_and_numbers_stay_valid_in_a_merge(both):
    from healthsim_nb.reference.identifiers import mrn, ssn

    rule, a, b, c = both
    sql = (
        "SELECT p.given_name, p.family_name, p.birth_date, h.given_name, h.birth_date "
        "FROM persons p JOIN persons h ON h.id = p.household_id"
    )
    families = [set(x.query(sql, page_size=1000).rows) for x in (a, b, c)]

    assert len(families[2]) == c.counts["persons"]
    assert families[2] <= families[0] | families[1]
    found = c.df("patients")
    assert all(map(mrn.is_valid, found["mrn"]))
    assert all(map(ssn.is_valid, found["ssn"].dropna()))
    assert ("patients.mrn" in c.merged.renumbered) == (rule == "rename")


def test_tags_of_all_are_tags_of_the_merged(made):
    c = made.merge(["a", "b"])

    assert c.tags == ("class",)
    assert c.brief.patients == c.counts["patients"]
    assert c.brief.rows == sum(c.counts.values())
    c.delete(confirm=True)


def test_a_merge_that_cannot_be_is_refused(made):
    with pytest.raises(UnknownNameError) as caught:
        made.merge(["a", "b"], on_conflict="overwrit")
    assert str(caught.value) == (
        "No rule of a merge named 'overwrit'. Did you mean 'overwrite'? "
        "Known: overwrite, rename, skip."
    )
    with pytest.raises(SpecificationError, match="A merge needs two scenarios or more"):
        made.merge(["a"])
    with pytest.raises(SpecificationError, match="'a' is there twice: a scenario is merged with"):
        made.merge(["a", "a"])
    with pytest.raises(SpecificationError, match="'a' was not made by a merge"):
        _ = made.scenario("a").merged
    assert [b.name for b in made.scenarios()] == ["b", "a"]


@pytest.mark.parametrize("what", ["clone", "merge"])
def test_what_fails_half_way_leaves_the_workspace_as_it_was(made, monkeypatch, what):
    from healthsim_nb.store import scenarios

    def fail(*_, **__):
        raise RuntimeError("the disk is full")

    a, before = made.scenario("a"), [b.name for b in made.scenarios()]
    monkeypatch.setattr(scenarios, "finish", fail)

    with pytest.raises(RuntimeError, match="the disk is full"):
        a.clone("half") if what == "clone" else made.merge(["a", "b"], name="half")

    assert [b.name for b in made.scenarios()] == before
    with made.cursor() as cursor:
        known = (
            "SELECT count(*) FROM hs.patients WHERE scenario_id NOT IN (SELECT id FROM scenarios)"
        )
        assert cursor.execute(known).fetchall() == [(0,)]
        assert cursor.execute("SELECT count(*) FROM hs.scenarios").fetchall() == [(len(before),)]
