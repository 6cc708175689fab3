"""What follows what: each step after its cause, as often as it says, no more after the end."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import duckdb
import pyarrow.compute as pc
import pytest

from healthsim_nb import simulation
from healthsim_nb.errors import TemplateError
from healthsim_nb.templates.condition import Condition
from healthsim_nb.templates.documents import parse_yaml
from healthsim_nb.templates.library import load
from healthsim_nb.templates.problems import validated
from healthsim_nb.templates.template import Population, Specification
from tests.simulation.conftest import joined

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KNEE = """
id: knee-operation
name: Knee operation
kind: episode
code: M17.11
only: {age: [18, 95]}
onset: {F: {18: 0.15}, M: {18: 0.15}}
timeline:
  - {id: consult, event: {complaint: consult, by: orthopedic-surgery},
     then: [{to: operation, chance: 0.8}]}
  - {id: operation, after: [20, 60], start_drug: [apixaban],
     event: {complaint: operation, class: {IMP: 100}, stay: [1, 3], drg: "470", fatal: 0.01},
     then: [{to: exercise}, {to: review}]}
  - {id: exercise, after: [5, 10], event: {complaint: exercise, code: Z47.1},
     repeat: {every: 3, times: 10}}
  - {id: review, after: [30, 40], stop_drug: [apixaban],
     event: {complaint: review, code: Z47.1},
     either: [{to: good, chance: 0.7}, {to: bad, chance: 0.2}]}
  - {id: good, after: [10, 20], event: {complaint: good, code: Z09}}
  - {id: bad, after: [10, 20], event: {complaint: bad, code: Z09},
     repeat: {every: weekday, times: 5}, then: [{to: fixed}]}
  - {id: fixed, after: [30, 30], event: {complaint: fixed, code: Z09}}
sources: {onset: judgement, timeline: judgement}
"""
PEOPLE = Population(ages="us", households=True, limits=(18, 95))


def library_with(folder: Path, *conditions: str):
    place = folder / "conditions"
    place.mkdir(exist_ok=True)
    for text in conditions:
        name = text.split("id: ")[1].split()[0]
        (place / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load(folder)


@pytest.fixture(scope="module")
def knees(tmp_path_factory):
    library = library_with(tmp_path_factory.mktemp("knees"), KNEE)

    def run(n=200, months=24, size=8192, **settings):
        words = {"seed": 5, "start": date(2024, 1, 1), "population": PEOPLE, **settings}
        spec = Specification(n=n, months=months, **words)
        return joined(list(simulation.blocks(spec, library, block_size=size, workers=1)))

    return run


@pytest.fixture(scope="module")
def record(knees) -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect()
    for name, table in knees(900).items():
        con.register(name, table)
    con.execute(
        "CREATE VIEW steps AS SELECT patient_id, chief_complaint AS step, admission_time::DATE AS "
        "day, discharge_time::DATE AS last FROM encounters WHERE chief_complaint IN "
        "('consult', 'operation', 'exercise', 'review', 'good', 'bad', 'fixed')"
    )
    yield con
    con.close()


@pytest.mark.parametrize(
    ("cause", "step", "low", "high"),
    [
        ("consult", "operation", 20, 60),
        ("operation", "review", 30, 40),
        ("review", "good", 10, 20),
        ("review", "bad", 10, 28),
        ("bad", "fixed", 30, 30),
    ],
)
def test_a_step_comes_its_days_after_its_cause(record, cause, step, low, high) -> None:
    days = record.execute(
        """
        SELECT min(s.day - c.last) FROM steps s JOIN steps c ON s.patient_id = c.patient_id
        AND c.step = ? AND c.last < s.day WHERE s.step = ? AND s.day > DATE '2024-06-01'
        GROUP BY s.patient_id, s.day""",
        [cause, step],
    ).fetchnumpy()['min((s."day" - c."last"))']

    assert len(days) > 20
    assert min(days) >= low
    # In hospital for something else on that day: it is made up for afterwards.
    assert sum(days > high) <= 0.1 * len(days)


def test_repeats_are_as_many_as_it_says(record) -> None:
    counts = dict(
        record.execute("""
        WITH ops AS (SELECT patient_id, max(last) AS last FROM steps WHERE step = 'operation'
                     AND day BETWEEN DATE '2024-02-01' AND DATE '2025-09-01'
                     GROUP BY patient_id HAVING count(*) = 1)
        SELECT n, count(*) FROM (
          SELECT count(*) AS n FROM ops JOIN steps s USING (patient_id)
          JOIN patients p ON p.id = s.patient_id AND NOT p.deceased
          WHERE s.step = 'exercise' AND s.day BETWEEN ops.last AND ops.last + 60
          GROUP BY patient_id) GROUP BY n""").fetchall()
    )

    assert counts[10] > 25
    assert counts[10] / sum(counts.values()) > 0.97


def test_weekdays_are_monday_to_friday(record) -> None:
    days = record.execute("SELECT DISTINCT dayofweek(day) FROM steps WHERE step = 'bad'").fetchall()

    assert {d for (d,) in days} <= {1, 2, 3, 4, 5}


def test_branches_are_taken_by_their_chances(record) -> None:
    reviews, good, bad, both = record.execute("""
        WITH late AS (SELECT patient_id, max(day) AS day FROM steps WHERE step = 'review'
                      AND day < DATE '2025-11-01' GROUP BY patient_id),
        came AS (SELECT l.patient_id, bool_or(s.step = 'good') AS good, bool_or(s.step = 'bad')
                 AS bad FROM late l LEFT JOIN steps s ON s.patient_id = l.patient_id
                 AND s.day > l.day AND s.day < l.day + 40 GROUP BY l.patient_id)
        SELECT count(*), sum(good::INT), sum(bad::INT), sum((good AND bad)::INT) FROM came
        """).fetchone()

    error = 4 * (0.21 / reviews) ** 0.5
    assert good / reviews == pytest.approx(0.7, abs=error)
    assert bad / reviews == pytest.approx(0.2, abs=error)
    assert both == 0


def test_what_was_begun_before_the_start_goes_on(record) -> None:
    by_half = dict(
        record.execute("""
        SELECT day < DATE '2025-01-01', count(*) FROM steps WHERE step = 'operation' GROUP BY ALL
        """).fetchall()
    )

    assert by_half[True] == pytest.approx(by_half[False], rel=0.3)


def test_drugs_of_a_timeline_have_their_reason_and_their_end(record) -> None:
    rows = record.execute("""
        SELECT m.indication_code, m.end_date - m.start_date, m.status FROM medications m
        JOIN steps s ON s.patient_id = m.patient_id AND s.day = m.start_date
        AND s.step = 'operation' WHERE name LIKE 'apixaban%'""").fetchall()

    assert len(rows) > 50
    assert {code for code, _, _ in rows} == {"M17.11"}
    ended = [days for _, days, status in rows if status == "stopped"]
    assert 30 <= sorted(ended)[len(ended) // 2] <= 45


def test_nothing_comes_after_death(record) -> None:
    assert record.execute(
        "SELECT 1 FROM steps s JOIN patients p ON p.id = s.patient_id WHERE s.day > p.death_date"
    ).fetchall() == []  # fmt: skip


def test_an_episode_is_over_with_its_last_step(record) -> None:
    still, over = record.execute("""
        SELECT count(*) FILTER (resolved_date IS NULL), count(resolved_date) FROM diagnoses
        WHERE code = 'M17.11' AND type = 'principal' AND diagnosed_date < DATE '2025-05-01'
        """).fetchone()

    assert over > 100
    assert still < 0.1 * over


def test_blocks_and_months_do_not_show(knees) -> None:
    whole, short = knees(months=9), knees(months=5)

    assert knees(months=9, size=128) == whole
    for name in ("encounters", "procedures", "diagnoses"):
        again = whole[name].filter(pc.is_in(whole[name]["id"], short[name]["id"]))
        closing = {"discharge_time", "discharge_disposition", "status", "resolved_date"}
        kept = [c for c in short[name].column_names if c not in closing]
        assert again.select(kept).equals(short[name].select(kept)), name


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("to: fixed}", "to: fixd}", "timeline.5.then.0.to: no step named 'fixd'. Did you mean"),
        ("[10, 20], event: {complaint: good", "[20, 10], event: {complaint: good",
         "timeline.4.after: needs two numbers of days, the smaller first"),
        ("timeline: judgement", "", "sources.timeline: no source for the numbers in 'timeline'"),
        ("- {id: fixed,", "- {id: fixed, at: knee,", "timeline.6.at: the condition has no 'knee'"),
        ("complaint: fixed, code: Z09}", "complaint: fixed, code: Z09}, then: [{to: bad}]",
         "timeline.5: leads back to itself with certainty: give it a 'chance'"),
        ("chance: 0.2}", "chance: 0.4}", "timeline.3.either: chances sum to 1.1, more than 1"),
        ("{every: 3, times: 10}", "{every: 3}", "timeline.2.repeat: needs 'times' or 'until'"),
        ("stop_drug: [apixaban]", "stop_drug: [aspirin]",
         "timeline.3.stop_drug: no step starts 'aspirin'"),
        ("{IMP: 100}", "{IMP: 90}", "timeline.1.event.class: shares sum to 90, not 100"),
        ("event: {complaint: fixed, code: Z09}", "start_drug: [aspirin]",
         "timeline.6.start_drug: a drug is prescribed at a visit: the step needs an 'event'"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_timeline_is_told_by_its_path(old, new, sentence) -> None:
    assert old in KNEE

    _, told = validated(Condition, parse_yaml(KNEE.replace(old, new))[0])

    assert any(line.startswith(sentence) for line in told), told


def test_names_in_a_timeline_must_exist(tmp_path) -> None:
    wrong = KNEE.replace("by: orthopedic-surgery", "by: surgeon")
    wrong = wrong.replace("- {id: good,", "- {id: good, end: [knee],")

    with pytest.raises(TemplateError) as error:
        library_with(tmp_path, wrong)

    assert "timeline.0.event.by: no role named 'surgeon'" in str(error.value)
    assert "timeline.4.end: no condition named 'knee'" in str(error.value)
