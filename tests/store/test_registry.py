"""Scenarios are kept under names that never collide, and found again."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest

from healthsim_nb.errors import (
    RunIdCollisionError,
    SpecificationError,
    UnknownNameError,
)
from healthsim_nb.store import registry, runs, scenarios
from healthsim_nb.store.likeness import match


def begin(database, now, **draft):
    return scenarios.create(
        database, scenarios.Draft("{}", draft.pop("patients", 5), **draft), runs.Origin(), now=now
    )


def names(database, **filters):
    with database.cursor() as cursor:
        return [brief.name for brief in registry.briefs(cursor, **filters)]


def test_names_are_made_of_the_words_and_the_day_and_counted(database, now):
    made = [begin(database, now, words=("diabetes", "texas")).name for _ in range(3)]

    assert made == [
        "diabetes-texas-20260115",
        "diabetes-texas-20260115-2",
        "diabetes-texas-20260115-3",
    ]


def test_a_name_that_is_free_again_is_used_again(database, now):
    owners = [begin(database, now, words=("asthma",)) for _ in range(3)]
    scenarios.discard(database, owners[1])

    assert begin(database, now, words=("asthma",)).name == "asthma-20260115-2"


def test_names_never_collide_under_many_writers(database, now):
    made, errors = [], []
    start = threading.Barrier(6)

    def work():
        start.wait()
        try:
            made.extend(begin(database, now, words=("asthma",)).name for _ in range(5))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not errors
    wanted = {"asthma-20260115", *(f"asthma-20260115-{n}" for n in range(2, 31))}
    assert len(made) == 30
    assert set(made) == wanted


def test_a_given_name_that_is_taken_is_refused_with_a_free_one(database, now):
    begin(database, now, name="study")
    begin(database, now, name="study-2")

    with pytest.raises(SpecificationError) as caught:
        begin(database, now, name=" study ")

    assert str(caught.value) == (
        "A scenario named 'study' exists already: choose another name, such as 'study-3'."
    )


def test_only_scenarios_that_are_ready_are_listed_newest_first(database, now, save):
    for day in range(3):
        save(database, [], f"s{day} study", now=now + timedelta(days=day))
    begin(database, now, name="building still")

    assert names(database) == ["s2 study", "s1 study", "s0 study"]


def test_search_looks_at_name_description_request_template_and_tags_in_any_case(database, save):
    save(database, [], "one", description="Für die Köln-Studie")
    save(database, [], "two", request="200 people with asthma")
    save(database, [], "three", template="heart-failure")
    save(database, [], "four", tags=("Pilot",))

    assert names(database, search="KOLN") == ["one"]
    assert names(database, search="asthma ") == ["two"]
    assert names(database, search="Heart") == ["three"]
    assert names(database, search="pilot") == ["four"]
    assert names(database, search="none of these") == []


def test_filters_by_tag_template_and_day(database, save):
    save(
        database,
        [],
        "one",
        tags=("a", "b"),
        template="t",
        now=datetime.fromisoformat("2026-01-01 23:59"),
    )
    save(database, [], "two", tags=("b",), now=datetime.fromisoformat("2026-01-03"))

    assert names(database, tag="A") == ["one"]
    assert names(database, tag="b") == ["two", "one"]
    assert names(database, template="t") == ["one"]
    assert names(database, since=date(2026, 1, 2)) == ["two"]
    assert names(database, until=date(2026, 1, 1)) == ["one"]


def test_a_brief_says_what_the_scenario_is(database, save, blocks, now):
    save(database, blocks(20, 10), "study", patients=20, tags=("b", "a"), template="t", request="r")

    with database.cursor() as cursor:
        (brief,) = registry.briefs(cursor)

    assert (brief.name, brief.patients, brief.template, brief.request) == ("study", 20, "t", "r")
    assert brief.rows == 20 + 5 + 13 + 20 + 60 + 100
    assert brief.tags == ("a", "b")
    assert brief.created_at == now


def test_tags_are_put_on_once_and_taken_off(database, save, now):
    owner = save(database, [], "study")

    scenarios.tag(database, owner.scenario_id, ["Pilot", "pilot ", "x"], now=now)
    scenarios.untag(database, owner.scenario_id, ["x", "never there"])

    assert names(database, tag="pilot") == ["study"]
    assert names(database, tag="x") == []


def test_an_empty_tag_is_refused(database, save, now):
    owner = save(database, [], "study")

    with pytest.raises(
        SpecificationError, match=r"A tag is a word or a few, on one line; got ''\."
    ):
        scenarios.tag(database, owner.scenario_id, ["good", " "], now=now)
    assert names(database, tag="good") == []


KNOWN = ["diabetes-20260115", "diabetes-20260115-2", "asthma-texas-20260116", "My Study"]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("diabetes-20260115", "diabetes-20260115"),
        ("my study", "My Study"),
        ("MY_STUDY", "My Study"),
        ("texas", "asthma-texas-20260116"),
        ("astma-texas", "asthma-texas-20260116"),
        ("asthma-texs-20260116", "asthma-texas-20260116"),
        ("20260116", "asthma-texas-20260116"),
    ],
)
def test_the_only_name_near_is_meant(asked, meant):
    assert match(asked, KNOWN) == meant


@pytest.mark.parametrize("asked", ["diabetes-20260115-3", "asthma-texas-20260117", "", "x", "as"])
def test_another_day_or_number_is_not_near(asked):
    with pytest.raises(UnknownNameError, match=f"No scenario named '{asked}'"):
        match(asked, KNOWN)


def test_several_names_near_are_listed():
    with pytest.raises(UnknownNameError) as caught:
        match("diabetes", KNOWN)

    assert str(caught.value) == (
        "No scenario named 'diabetes', and 2 could be meant. "
        "Known: diabetes-20260115, diabetes-20260115-2."
    )


def test_find_says_when_there_is_none(database):
    with database.cursor() as cursor, pytest.raises(UnknownNameError) as caught:
        registry.find(cursor, "study")

    assert str(caught.value) == "No scenario named 'study'. There are none yet."


def test_run_ids_count_within_a_second(database, now):
    for _ in range(2):
        begin(database, now, words=("asthma",), patients=500)

    with database.cursor() as cursor:
        found = cursor.execute("SELECT run_id FROM hs.runs ORDER BY run_key").fetchall()

    assert found == [
        ("asthma-20260115_500patients_20260115_093000_01",),
        ("asthma-20260115-2_500patients_20260115_093000_01",),
    ]


def test_run_ids_end_at_99_with_a_sentence(database, now):
    with database.cursor() as cursor:
        for _ in range(99):
            runs.begin(cursor, 1, "study", patients=5, origin=runs.Origin(), now=now)
        with pytest.raises(
            RunIdCollisionError, match=r"99 runs of 'study' began within this second"
        ):
            runs.begin(cursor, 1, "study", patients=5, origin=runs.Origin(), now=now)

        last = cursor.execute("SELECT max(run_id) FROM hs.runs").fetchall()[0][0]
    assert last == "study_5patients_20260115_093000_99"
