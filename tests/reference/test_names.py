from __future__ import annotations

import re

import numpy as np
import pytest

from healthsim_nb.reference import names


@pytest.mark.parametrize("sex", ["F", "M"])
def test_given_names_are_many_and_once_each(sex):
    found = names.given(sex).names
    assert len(found) == len(set(found)) >= 300
    assert all(re.fullmatch("[A-Z][a-z]+", name) for name in found)


@pytest.mark.parametrize(
    ("sex", "cohort", "first"),
    [("F", 0, "Linda"), ("F", 1, "Jennifer"), ("F", 2, "Emily"),
     ("M", 0, "James"), ("M", 1, "Michael"), ("M", 2, "Jacob")],
)  # fmt: skip
def test_the_most_frequent_name_is_that_of_the_cohort(sex, cohort, first):
    table = names.given(sex).table
    bits = (np.arange(20_000, dtype=np.uint64) * np.uint64(2**32 // 20_000)).astype(np.uint32)
    picked = table.pick(np.full(20_000, cohort), bits)
    assert names.given(sex).names[np.bincount(picked).argmax()] == first


def test_every_cohort_has_200_names_or_more():
    for sex in "FM":
        table = names.given(sex).table
        weights = np.diff(table.ends, prepend=0).reshape(3, -1)
        assert (np.count_nonzero(weights, axis=1) >= 200).all()


def test_family_names_are_many_and_once_each():
    found = names.family().names
    assert len(found) == len(set(found)) >= 800
    assert all(re.fullmatch("(Mc|Mac|Le|O'|De (La )?)?[A-Z][a-z]+", name) for name in found)


@pytest.mark.parametrize(
    ("group", "frequent"), [("hispanic", "Garcia"), ("asian", "Nguyen"), ("white", "Smith")]
)
def test_family_names_go_with_the_group(group, frequent):
    index = names.GROUPS.index(group)
    weights = np.diff(names.family().table.ends, prepend=0).reshape(len(names.GROUPS), -1)
    assert names.family().names[weights[index].argmax()] == frequent


def test_streets_are_many_and_once_each():
    assert len(names.streets()) == len(set(names.streets())) >= 150
