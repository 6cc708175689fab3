"""The rules that ship: sound, sourced, safe, and at home."""

from __future__ import annotations

import sys

import pytest

from healthsim_nb import quality
from healthsim_nb.errors import SpecificationError, TemplateError, UnknownNameError
from healthsim_nb.quality.lookups import columns, lookups
from healthsim_nb.quality.scan import counting, own
from healthsim_nb.schema import scenario_tables
from healthsim_nb.store import gate

library = sys.modules["healthsim_nb.quality.rules"]
WRITTEN = {name: rule for name, rule in quality.rules().items() if rule.area != "declared"}
DECLARED = {name: rule for name, rule in quality.rules().items() if rule.area == "declared"}


def test_there_are_at_least_150_written_rules_and_a_rule_for_each_reference():
    references = sum(bool(c.references) for t in scenario_tables().values() for c in t.columns)

    assert len(WRITTEN) >= 150
    assert sum("-refers-" in name for name in DECLARED) == references


def test_every_table_has_a_rule():
    assert {rule.table for rule in quality.rules().values()} == set(scenario_tables())


@pytest.mark.parametrize("name", WRITTEN)
def test_a_rule_says_what_it_protects_as_a_sentence(name):
    rule = WRITTEN[name]

    assert rule.protects[0].isupper()
    assert rule.protects.endswith(".")
    assert not rule.source.endswith(".")
    assert 0.5 <= rule.confidence <= 1


def test_no_two_rules_protect_the_same():
    told = [rule.protects for rule in quality.rules().values()]

    assert len(told) == len(set(told))


def test_every_rule_may_run_as_a_scenario_query(workspace):
    known = {*scenario_tables(), *lookups()}
    with workspace.cursor() as cursor:
        for rule in quality.rules().values():
            gate.check(cursor, rule.sql or counting(rule.table, [rule]), known)


def test_a_rule_asked_once_for_each_value_looks_at_its_own_columns_only():
    for rule in quality.rules().values():
        if rule.distinct:
            assert own(rule), rule.id


def test_keys_of_facts_that_rows_are_joined_to_are_unique():
    for known in lookups().values():
        keys = columns(known)[0]

        assert None not in keys, known.name
        assert not known.joins or len(keys) == len(set(keys)), known.name


def test_every_table_of_facts_is_used():
    used = set().union(*(rule.words for rule in quality.rules().values()))
    joined = {prefix for known in lookups().values() for prefix, _ in known.joins.values()}

    assert [n for n, k in lookups().items() if n not in used and not k.joins] == []
    assert joined <= used


def test_every_problem_of_a_file_is_told_with_its_place(tmp_path, monkeypatch):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "odd.yaml").write_text(
        "no-way:\n  table: patient\n  severity: fatal\n  protects: Nothing is really protected.\n"
        "  where: id > 1\n  source: us\n  confidence: 2\n"
    )
    monkeypatch.setattr(library, "root", lambda: tmp_path)
    library.rules.cache_clear()
    try:
        with pytest.raises(TemplateError) as told:
            library.rules()
    finally:
        library.rules.cache_clear()

    assert "odd.yaml: no-way.severity: Input should be 'error' or 'warning'" in str(told.value)
    assert "odd.yaml: no-way.confidence: " in str(told.value)


def test_rules_are_chosen_by_id_area_and_severity():
    chosen = quality.chosen(quality.rules(), ["vitals", "ssn-form"], "error")

    assert {rule.area for rule in chosen} == {"vitals", "identifiers"}
    assert {rule.severity for rule in chosen} == {"error"}


def test_an_unknown_rule_names_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'ssn-form'"):
        quality.chosen(quality.rules(), ["ssn-from"], None)


def test_an_unknown_severity_is_refused():
    with pytest.raises(SpecificationError, match="error or warning; got 'fatal'"):
        quality.chosen(quality.rules(), None, "fatal")
