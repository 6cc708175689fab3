from __future__ import annotations

import os
import re
import shutil

import pytest

from healthsim_nb.errors import TemplateError
from healthsim_nb.templates.library import load


def problems(extra=None) -> list[str]:
    with pytest.raises(TemplateError) as error:
        load(extra)
    return str(error.value).splitlines()


def edit(path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_everything_is_found_by_id_in_the_order_of_ids(mini):
    assert list(mini.templates) == sorted(mini.templates)
    assert mini.conditions["asthma"].name == "Asthma"
    assert mini.drugs["metformin"].effects == {"a1c": -1.1}
    assert mini.orders["a1c"].tests == ["a1c"]
    assert mini.tests["a1c"].measure == "a1c"
    assert set(mini.measures) == {"a1c", "sbp"}


def test_it_is_read_once_and_again_when_a_file_changes(house):
    first = load()
    assert load() is first
    edit(house / "conditions/asthma.yaml", "name: Asthma", "name: Asthma bronchiale")
    assert load().conditions["asthma"].name == "Asthma bronchiale"


def test_all_problems_of_all_files_come_at_once_each_with_its_path(house):
    edit(house / "conditions/type-2-diabetes.yaml", "share: 50", "share: 130")
    edit(house / "conditions/asthma.yaml", "prevalence: {F", "prevalance: {F")
    edit(house / "codes/drugs.csv", "314076", "abc")
    edit(house / "clinical/measures.yaml", "sd: 0.2", "sd: -1")
    edit(house / "templates/general-population.yaml", "ages: us", "ages: uk")
    assert problems() == [
        "conditions/asthma.yaml: prevalance: no such word here. Did you mean 'prevalence'?",
        "conditions/type-2-diabetes.yaml: levels.0.share: 130 is more than 100",
        "templates/general-population.yaml: population.ages: 'uk' is not 'us' or a list",
        "clinical/measures.yaml: a1c: sd: -1 is less than 0",
        "codes/drugs.csv: line 3: rxnorm: 'abc' is not all digits",
    ]


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("asthma", "\nsources", "\n  sources", "line 9, column 3: "),
        (
            "asthma",
            "kind: chronic",
            "kind: chronic\nkind: acute",
            "line 4, column 1: 'kind' is said twice",
        ),
        ("asthma", "name: Asthma\n", "", "name: is missing"),
        ("asthma", 'code: "J45.909"', "code: 010", "code: 8 is not text (put it in quotes)"),
        ("asthma", "onset: fitted", "onset: fit", "onset: 'fit' is not 'fitted' or a mapping"),
        ("asthma", "[2, 120]", "[2, 130]", "only.age.1: 130 is more than 120"),
        ("asthma", "[2, 120]", "[2]", "only.age.1: is missing"),
        ("asthma", "[2, 120]", "[2.5, 120]", "only.age.0: 2.5 is not a whole number"),
        ("asthma", "20: 5", "20: .nan", "prevalence.F.20: nan is not a number one can count with"),
        ("asthma", "onset: made up", "", "sources.onset: no source for the numbers in 'onset'"),
        ("asthma", "id: asthma", "id: athma", "id: 'athma' is not the name of the file, 'asthma'"),
        ("asthma", "[asthmatic]", "yes", "synonyms: 'yes' is not a list"),
        ("asthma", "[asthmatic]", "[CKD]", "synonyms: 'ckd' also means 'asthma'"),
        ("influenza", "[5, 10]", "[5, 10, 15]", "lasts: has 3 entries, 2 are allowed"),
        (
            "influenza",
            "complaint: Fever and cough",
            "complaint: Fever, vitals: {fever: 1}",
            "presents.vitals.fever: 'fever' is not temperature, heart-rate, respiratory-rate,",
        ),
        (
            "type-2-diabetes",
            "when: {condition: type-1-diabetes}",
            "when: {trait: smokes}",
            "factors.0.when.trait: 'smokes' is not 'smoker', 'former-smoker'",
        ),
        ("influenza", "AMB: 90", "AMBU: 90", "presents.class.AMBU: 'AMBU' is not 'AMB', 'EMER'"),
        ("wellness-visit", "every: {0: 6, 3: 12}", "", "a service needs 'every'"),
    ],
)
def test_a_problem_is_said_in_plain_words_at_its_place(house, name, old, new, sentence):
    edit(house / f"conditions/{name}.yaml", old, new)
    said = problems()
    assert any(
        re.match(r"conditions/[a-z0-9-]+\.yaml: ", line) and sentence in line for line in said
    )


@pytest.mark.parametrize(
    ("path", "old", "new", "line"),
    [
        (
            "conditions/type-2-diabetes.yaml",
            "ends: [prediabetes]",
            "ends: [prediabetis]",
            "ends: no condition named 'prediabetis'. Did you mean 'prediabetes'?",
        ),
        (
            "conditions/type-2-diabetes.yaml",
            "set: {a1c: [7, 7.9]}",
            "set: {a2c: [7, 7.9]}",
            "levels.1.set: no measure named 'a2c'. Did you mean 'a1c'?",
        ),
        (
            "conditions/type-2-diabetes.yaml",
            "[metformin]]",
            "[metformine]]",
            "treatment.lines.1: no drug named 'metformine'. Did you mean 'metformin'?",
        ),
        (
            "conditions/type-2-diabetes.yaml",
            "orders: {a1c: 6}",
            "orders: {xray: 6}",
            "orders: no order named 'xray'. Known: a1c, echo.",
        ),
        (
            "conditions/type-2-diabetes.yaml",
            "condition: type-1-diabetes}",
            "condition: heart-failure, stages: [nyha-5]}",
            "factors.0.when.stages: no level of 'heart-failure' named 'nyha-5'."
            " Did you mean 'nyha-4'?",
        ),
        (
            "templates/hypertension.yaml",
            "have: [hypertension]",
            "have: [hypertention]",
            "have: no condition named 'hypertention'. Did you mean 'hypertension'?",
        ),
        (
            "templates/cardiometabolic.yaml",
            "poor: 0.2",
            "bad: 0.2",
            "mix.bad: no level of 'type-2-diabetes' named 'bad'."
            " Known: moderate, poor, severe, well-controlled.",
        ),
        (
            "templates/cardiometabolic.yaml",
            "poor: 0.2",
            "poor: 0.3",
            "the shares of mix sum to 1.1, not 1",
        ),
        (
            "templates/hypertension.yaml",
            "limits: [18, 120]",
            "states: [TX, XX]",
            "population.states: no state named 'XX'. Known: ",
        ),
        (
            "templates/heart-failure.yaml",
            "have: [heart-failure]",
            "have: [heart-failure]\nwithout: [heart-failure]",
            "'heart-failure' is both asked for and excluded",
        ),
        (
            "codes/labs.csv",
            "measure,a1c",
            "measure,a1d",
            "line 3: measure: no measure named 'a1d'.",
        ),
        ("codes/orders.csv", "Hemoglobin A1c,a1c", "Hemoglobin A1c,hba1c", "tests: no test named"),
        ("codes/drugs.csv", "sbp=-9", "spb=-9", "line 3: effects: no measure named 'spb'."),
        ("codes/drugs.csv", "sbp=-9", "sbp-9", "line 3: effects.sbp-9: '' is not a number"),
    ],
)
def test_what_documents_say_of_each_other_is_checked(house, path, old, new, line):
    edit(house / path, old, new)
    assert [said for said in problems() if said.startswith(path) and line in said]


def test_a_broken_condition_is_not_reported_as_unknown_to_the_others(house):
    edit(house / "conditions/prediabetes.yaml", "kind: chronic", "kind: [")
    edit(house / "conditions/type-1-diabetes.yaml", "kind: chronic", "kind: chronical")
    said = problems()
    assert len(said) == 2
    assert said[0].startswith("conditions/prediabetes.yaml: line ")
    assert said[1].startswith("conditions/type-1-diabetes.yaml: kind: 'chronical' is not 'chronic'")


def test_two_rows_with_one_id_and_a_row_too_long_are_problems(house):
    with (house / "codes/drugs.csv").open("a") as file:
        file.write("metformin,1,Metformin,1 mg,oral,daily,biguanide,a1c=-1,made up\na,b\n")
    said = problems()
    assert "codes/drugs.csv: line 4: there are two with the id 'metformin'" in said
    assert "codes/drugs.csv: line 5: 2 cells, the header has 9" in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe", "byte 1: not UTF-8 text"),
        (b"a: \x00", "character 4: control characters are not allowed"),
        (b"", "id: is missing"),
        (b"- 1", "[1] is not a mapping"),
        (b"[" * 200_000 + b"]" * 200_000, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_document_is_said_so(house, content, sentence):
    (house / "conditions/odd.yaml").write_bytes(content)
    assert any(line == f"conditions/odd.yaml: {sentence}" for line in problems())


def test_a_folder_of_ones_own_adds_and_replaces(house, tmp_path):
    own = tmp_path / "own"
    (own / "conditions").mkdir(parents=True)
    shutil.copy(house / "conditions/asthma.yaml", own / "conditions")
    edit(own / "conditions/asthma.yaml", "F: {20: 5, 80: 10}", "F: {20: 99}")
    (own / "conditions/gout.yaml").write_text(
        (house / "conditions/prediabetes.yaml")
        .read_text()
        .replace("rediabetes", "out")
        .replace("id: pout", "id: gout")
        .replace("pre-diabetes, borderline diabetes", "podagra")
    )
    library, shipped = load(own), load()
    assert library.conditions["asthma"].prevalence.F == {20: 99}
    assert set(library.conditions) - set(shipped.conditions) == {"gout"}
    assert library.templates == shipped.templates


def test_a_problem_in_ones_own_folder_shows_its_path(house, tmp_path):
    own = tmp_path / "own"
    (own / "templates").mkdir(parents=True)
    (own / "templates/mine.yaml").write_text(
        "id: mine\nversion: 1\nname: x\ndescription: y\nhave: [astma]\n"
    )
    assert problems(own) == [
        f"{own}/templates/mine.yaml: have: no condition named 'astma'. Did you mean 'asthma'?"
    ]


def test_a_folder_of_ones_own_with_nothing_in_it_is_a_mistake(house, tmp_path):
    assert problems(tmp_path / "nowhere") == [
        f"{tmp_path}/nowhere: holds nothing to read; looked for conditions/, templates/, plans/,"
        " clinical/measures.yaml, codes/labs.csv, codes/orders.csv, codes/drugs.csv,"
        " codes/products.csv, clinical/cautions.yaml, codes/allergens.csv"
    ]


def test_the_fingerprint_depends_on_content_alone(house):
    before = load()
    edit(house / "conditions/asthma.yaml", "id: asthma\n", "# a note\nid: asthma\n\n")
    edit(house / "conditions/asthma.yaml", "[asthmatic]", "[asthmatic, wheezer]")
    os.utime(house / "conditions/asthma.yaml", (1, 1))
    assert load() is not before
    assert load().hash == before.hash
    edit(house / "conditions/asthma.yaml", "80: 10", "80: 11")
    assert load().hash != before.hash


def test_a_digest_follows_what_its_conditions_use_and_nothing_else(house):
    before = load()
    edit(house / "conditions/asthma.yaml", "80: 10", "80: 11")
    edit(house / "codes/drugs.csv", "sbp=-9", "sbp=-8")
    edit(house / "codes/drugs.csv", "a1c=-1.1", "a1c=-1.2")
    after = load()
    assert before.digest(["hypertension"]) == after.digest(["hypertension"])
    assert before.digest(["asthma", "hypertension"]) != after.digest(["asthma", "hypertension"])
    assert before.digest(["type-2-diabetes"]) != after.digest(["type-2-diabetes"])
    assert before.digest(["asthma", "asthma"]) == before.digest(["asthma"])


def test_fingerprints_are_the_same_on_every_machine(mini):
    assert mini.digest(["asthma"]) == "b5c5f13e841012f03cf19acc02f67e64"
