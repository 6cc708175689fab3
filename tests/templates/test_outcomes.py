"""What must have happened to people, as a request or a file says it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from healthsim_nb.errors import RequestError, SpecificationError, TemplateError
from healthsim_nb.schema import scenario_tables
from healthsim_nb.templates.drug_names import drug_names
from healthsim_nb.templates.library import load
from healthsim_nb.templates.outcome import Outcome, kinds, sentence
from healthsim_nb.templates.request.understand import understand
from healthsim_nb.templates.specify import specify

REQUESTS = yaml.safe_load((Path(__file__).parent / "outcomes.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def library():
    return load()


@pytest.mark.parametrize(("request_", "having"), REQUESTS)
def test_a_request_says_what_must_have_happened(library, request_, having):
    found = understand(library, request_).specification.having

    assert found == [Outcome.model_validate(one) for one in having]


def test_what_must_have_happened_comes_back_from_the_yaml_that_is_shown(library):
    asked = understand(library, "50 HDHP members who met their deductible, on a statin")

    assert specify(library, asked.to_yaml()) == asked.specification
    assert "having: [{what: deductible-met}, {what: drug, of: [statin]}]" in asked.to_yaml()


def test_the_understanding_says_who_is_kept(library):
    said = understand(library, "100 members with claims over $10,000").to_text()

    assert "those are kept who had a paid claim with more than $10,000 allowed" in said


def test_the_rest_of_the_request_is_understood_as_without_it(library):
    spec = understand(library, "30 Medicare women over 70 in Ohio admitted twice").specification

    assert (spec.n, spec.population.limits, spec.population.states) == (30, (71, 120), ["OH"])


@pytest.mark.parametrize("name", kinds())
def test_every_kind_of_outcome_asks_columns_that_exist(name):
    kind = kinds()[name]
    columns = {column.name for column in scenario_tables()[kind.table].columns}

    named = {*kind.where, *kind.amounts.values(), *(kind.reached or ()), *filter(None, [kind.of])}
    assert named | ({"reject_code", "plan_id"} if kind.why else set()) <= columns
    if kind.listed:
        assert kind.listed in {c.name for c in scenario_tables()["formulary_drugs"].columns}


@pytest.mark.parametrize(
    ("having", "sentences"),
    [
        ("{what: claims}", ["having.0: what: there is no 'claims'. There are: claim, spending"]),
        ("{what: stay, over: 5}", ["'stay' has no amount to compare"]),
        ("{what: claim, over: 5, amount: billed}", ["'claim' has no 'billed'. There are: allowed"]),
        ("{what: spending}", ["'spending' takes an amount: over, at_least, under, at_most"]),
        ("{what: drug}", ["'drug' must say of what"]),
        ("{what: stay, of: [statin]}", ["'stay' is not of anything"]),
        ("{what: rejected-fill, why: rain}", ["'rejected-fill' has no 'rain'. There are: not-cov"]),
        ("{what: stay, why: rain}", ["'stay' has no 'rain'. It takes no reason"]),
        ("{what: stay, times: 2, never: true}", ["what never happens does not happen often"]),
        ("{what: drug, of: [metfornin]}", ["having.0.of", "Did you mean 'metformin'?"]),
        (
            "{what: claim, over: -1}, {what: stay, times: 0}",
            ["having.0.over", "having.1.times"],
        ),
    ],
)
def test_whatever_cannot_be_is_told_with_its_path(library, having, sentences):
    with pytest.raises((TemplateError, SpecificationError)) as refused:
        specify(library, f"n: 5\nhaving: [{having}]")

    for said in sentences:
        assert said in str(refused.value)


def test_claims_need_health_plans(library):
    with pytest.raises(RequestError, match="no health plans are made"):
        specify(library, "members with claims over $10,000", coverage=False)
    assert specify(library, "50 people admitted twice", coverage=False).having


def test_a_substance_is_not_its_whole_shelf(library):
    names = drug_names(library)

    assert names["semaglutide"] < names["glp1-agonist"] | names["glp1-agonist-obesity"]
    assert names["metformin"] <= names["biguanide"]
    assert names["ozempic"] == names["semaglutide"] & names["glp1-agonist"]
    assert {"metformin", "lisinopril", "statin", "insulin", "humira"} <= names.keys()


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ({"what": "stay"}, "a hospital stay"),
        ({"what": "emergency-visit", "times": 2}, "at least 2 emergency visits"),
        (
            {"what": "rejected-fill", "of": ["statin"], "why": "step-therapy"},
            "a rejected pharmacy claim of statin for step-therapy",
        ),
        ({"what": "claim", "over": 10000}, "a paid claim with more than $10,000 allowed"),
        (
            {"what": "spending", "over": 5000, "amount": "owed"},
            "claims that come to more than $5,000 owed",
        ),
        (
            {"what": "deductible-met", "never": True},
            "never met their own deductible in the network",
        ),
    ],
)
def test_an_outcome_is_said_in_words(outcome, said):
    assert sentence(Outcome.model_validate(outcome)) == said


@pytest.mark.parametrize(
    ("request_", "conditions"),
    [
        ("200 people on metformin", ["type-2-diabetes"]),
        ("20 seniors on donepezil without memantine", ["dementia"]),
        (
            "50 people on Humira",
            ["inflammatory-bowel-disease", "psoriasis", "rheumatoid-arthritis"],
        ),
        ("80 people on metformin and lithium", ["bipolar-disorder"]),
        # So common, for so much, or for a while only, that nobody is looked for among the ill.
        ("100 people on a statin", []),
        ("100 people on antibiotics", []),
        ("100 people on insulin", []),
        ("men on tamoxifen", []),
        # Who is meant has been said.
        ("100 women with asthma on metformin", ["asthma"]),
        ("people not on metformin", []),
    ],
)
def test_a_rarer_drug_is_looked_for_among_those_whom_it_is_prescribed_for(
    library, request_, conditions
):
    asked = understand(library, request_)

    spec = asked.specification
    assert sorted([*spec.have, *(name for group in spec.have_any for name in group)]) == conditions
    told = "looked for among people with" in asked.to_text()
    assert told == (bool(conditions) and "asthma" not in request_)


def test_shares_of_what_a_drug_is_for_are_those_of_the_conditions(library):
    (group,) = understand(library, "50 people on Humira").specification.have_any

    assert sum(group.values()) == pytest.approx(100, abs=0.2)
    assert group["psoriasis"] > group["rheumatoid-arthritis"]
